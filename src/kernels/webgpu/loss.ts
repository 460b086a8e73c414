/**
 * Softmax, cross-entropy, hits and the gradient of the logits in one program of one workgroup: a batch has hundreds of logits
 * and not more, so that starting a second program would take longer than computing. The formulas are composite/loss.ts's.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { MienKernels } from '../signatures.ts';
import { allocate, dispatch, type Gpu } from './gpu.ts';

const THREADS = 64;

/** @see MienKernels.MienSoftmaxLoss */
export function softmaxLoss(
  gpu: Gpu,
  { logits, labels, weights }: MienKernels['MienSoftmaxLoss']['inputs'],
  { labelSmoothing }: MienKernels['MienSoftmaxLoss']['attrs'],
): TensorInfo[] {
  const [batch = 1, classes = 1] = logits.shape;
  const sums = allocate(gpu, [2]);
  const dLogits = allocate(gpu, logits.shape);
  dispatch(gpu, {
    label: 'loss',
    code: codeOf(classes, labelSmoothing, weights !== undefined),
    bindings: [
      { name: 'logits', type: 'f32', tensor: logits },
      { name: 'labels', type: 'i32', tensor: labels },
      ...(weights === undefined ? [] : [{ name: 'weights', type: 'f32', tensor: weights }]),
      { name: 'sums', type: 'f32', tensor: sums, isWritten: true },
      { name: 'gradient', type: 'f32', tensor: dLogits, isWritten: true },
    ],
    uniforms: [{ name: 'rows', type: 'u32', value: batch }],
    groups: [1, 1, 1],
  });
  return [sums, dLogits];
}

/** A thread takes every 64th picture. */
function codeOf(classes: number, labelSmoothing: number, isWeighted: boolean): string {
  return `const CLASSES = ${classes}u;
const SPREAD = f32(${labelSmoothing / classes});
var<workgroup> shared_: array<vec2f, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) thread: u32) {
  var total = vec2f(0.0);
  for (var row = thread; row < uniforms.rows; row += ${THREADS}u) {
    let start = row * CLASSES;
    let label = u32(labels[row]);
    var best = 0u;
    for (var k = 1u; k < CLASSES; k++) { if (logits[start + k] > logits[start + best]) { best = k; } }
    let most = logits[start + best];
    var sum = 0.0;
    for (var k = 0u; k < CLASSES; k++) { sum += exp(logits[start + k] - most); }
    let log_sum = log(sum);
    let weight = ${isWeighted ? 'weights[label]' : '1.0'};
    var loss = 0.0;
    for (var k = 0u; k < CLASSES; k++) {
      let log_probability = logits[start + k] - most - log_sum;
      let wanted = SPREAD + select(0.0, f32(${1 - labelSmoothing}), k == label);
      loss -= wanted * log_probability;
      gradient[start + k] = (exp(log_probability) - wanted) * weight / f32(uniforms.rows);
    }
    total += vec2f(loss * weight, select(0.0, 1.0, best == label));
  }
  shared_[thread] = total;
  workgroupBarrier();
  if (thread > 0u) { return; }
  for (var other = 1u; other < ${THREADS}u; other++) { total += shared_[other]; }
  sums[0] = total.x;
  sums[1] = total.y;
}`;
}
