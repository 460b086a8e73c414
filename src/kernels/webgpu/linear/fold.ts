/**
 * A BatchNorm on its averages, folded into the filter before it, and the chain rule back through that fold: the formulas of
 * composite/linear.ts, in one program each way.
 *
 * Going back, the filter's gradient comes in parts (filter-grad.ts). Workgroups of one kind add the parts of 64 weights
 * and scale them. Those of another kind have eight channels, and eight threads for each, which share the rows of the filter for
 * the sum that gamma gets: a thread a channel would add up to 4,608 products (3x3x512) while the rest of the GPU waits.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { MienKernels } from '../../signatures.ts';
import { allocate, dispatch, type Binding, type Gpu } from '../gpu.ts';
import { filterRows, type LinearShape } from '../shape.ts';
import { FLAT_MAIN, flatGroups } from '../wgsl.ts';

const floats = (name: string, tensor: TensorInfo, isWritten = false): Binding => ({
  name,
  type: 'f32',
  tensor,
  isWritten,
});

/** Optional inputs that are there. */
const given = (inputs: Readonly<Record<string, TensorInfo | undefined>>): Binding[] =>
  Object.entries(inputs).flatMap(([name, tensor]) => (tensor === undefined ? [] : [floats(name, tensor)]));

/** @see MienKernels.MienFold */
export function fold(gpu: Gpu, inputs: MienKernels['MienFold']['inputs'], epsilon: number): TensorInfo[] {
  const { filter, gamma, beta, mean, variance, bias } = inputs;
  const [channels = 1] = gamma.shape;
  const size = filter.shape.reduce((product, side) => product * side, 1);
  const outFilter = allocate(gpu, filter.shape);
  const outBias = allocate(gpu, [channels]);
  dispatch(gpu, {
    label: 'fold',
    code: `${FLAT_MAIN}
  if (index >= ${size}u) { return; }
  let channel = index % ${channels}u;
  let scale = gamma[channel] / sqrt(variance[channel] + ${epsilon.toExponential()});
  out_filter[index] = filter_[index] * scale;
  if (index < ${channels}u) {
    out_bias[index] = beta[index] + (${bias === undefined ? '0.0' : 'bias[index]'} - mean[index]) * scale;
  }
}`,
    bindings: [
      ...given({ filter_: filter, gamma, beta, mean, variance, bias }),
      floats('out_filter', outFilter, true),
      floats('out_bias', outBias, true),
    ],
    groups: flatGroups(size),
  });
  return [outFilter, outBias];
}

/**
 * Adds the parts of a filter gradient up and, where there is a BatchNorm, takes them back through its fold.
 *
 * @param parts `[parts, filterRows + 1, channels]`, of the filter that is really applied
 * @returns gradients of the filter, of the bias (or beta) and, with a BatchNorm, of gamma
 */
export function unfold(
  gpu: Gpu,
  shape: LinearShape,
  parts: TensorInfo,
  { filter, bias, gamma, mean, variance }: MienKernels['MienLinearGrads']['inputs'],
  epsilon: number,
): TensorInfo[] {
  const channels = shape.outChannels;
  const hasNorm = gamma !== undefined;
  const filterGroups = Math.ceil((filterRows(shape) * channels) / 64);
  const outFilter = allocate(gpu, filter.shape);
  const outBias = allocate(gpu, [channels]);
  const outGamma = hasNorm ? allocate(gpu, [channels]) : null;
  dispatch(gpu, {
    label: 'unfold',
    code: unfoldCode(shape, hasNorm, bias !== undefined, epsilon),
    bindings: [
      floats('parts', parts),
      ...(hasNorm ? given({ filter_: filter, gamma, mean, variance, bias }) : []),
      floats('out_filter', outFilter, true),
      floats('out_bias', outBias, true),
      ...(outGamma === null ? [] : [floats('out_gamma', outGamma, true)]),
    ],
    uniforms: [{ name: 'parts', type: 'u32', value: parts.shape[0] ?? 1 }],
    groups: flatGroups((filterGroups + Math.ceil(channels / 8)) * 64),
  });
  return outGamma === null ? [outFilter, outBias] : [outFilter, outBias, outGamma];
}

function unfoldCode(shape: LinearShape, hasNorm: boolean, hasBias: boolean, epsilon: number): string {
  const rows = filterRows(shape);
  return `const CHANNELS = ${shape.outChannels}u;
const ROWS = ${rows}u;
const FILTER_GROUPS = ${Math.ceil((rows * shape.outChannels) / 64)}u;
const SLICES = 8u;
var<workgroup> shared_: array<f32, 64>;
fn total(row: u32, channel: u32) -> f32 {
  var sum = 0.0;
  for (var part = 0u; part < uniforms.parts; part++) { sum += parts[(part * (ROWS + 1u) + row) * CHANNELS + channel]; }
  return sum;
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let group = id.x + id.y * groups.x;
  if (group < FILTER_GROUPS) {
    let index = group * 64u + thread;
    if (index < ROWS * CHANNELS) {
      let channel = index % CHANNELS;
      let scale = ${hasNorm ? `gamma[channel] / sqrt(variance[channel] + ${epsilon.toExponential()})` : '1.0'};
      out_filter[index] = total(index / CHANNELS, channel) * scale;
    }
    return;
  }
  let channel = (group - FILTER_GROUPS) * 8u + thread % 8u;
  let slice = thread / 8u;
  ${hasNorm ? channelWithNorm(epsilon, hasBias) : 'if (slice == 0u && channel < CHANNELS) { out_bias[channel] = total(ROWS, channel); }'}
}`;
}

/** Eight threads a channel add up what gamma gets; the first of them writes. */
const channelWithNorm = (epsilon: number, hasBias: boolean): string => `var sum = 0.0;
  if (channel < CHANNELS) {
    for (var row = slice; row < ROWS; row += SLICES) { sum += total(row, channel) * filter_[row * CHANNELS + channel]; }
  }
  shared_[thread] = sum;
  workgroupBarrier();
  if (slice > 0u || channel >= CHANNELS) { return; }
  let beta_grad = total(ROWS, channel);
  for (var other = 1u; other < SLICES; other++) { sum += shared_[thread + other * 8u]; }
  let shifted = ${hasBias ? 'bias[channel]' : '0.0'} - mean[channel];
  out_bias[channel] = beta_grad;
  out_gamma[channel] = (sum + shifted * beta_grad) / sqrt(variance[channel] + ${epsilon.toExponential()});`;
