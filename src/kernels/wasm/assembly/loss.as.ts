/**
 * Softmax and categorical cross-entropy in one; composite/loss.ts has the formulas.
 *
 * A batch has hundreds of logits: by tfjs' operations that is twenty calls, each longer than its arithmetic, which here is one
 * call on one thread. With z the logits less their largest and s the sum of e^z, p = e^z / s, and log p = z - log s. With targets
 * that add up to one the loss is log s less the sum of targets times z. What is small is added up in float64, e^z are
 * those of swish.as.ts, and the logarithm is a series here, so that bits are those of any machine.
 *
 * **Logarithm.** s = 2^n m, m from 1 to 2; with f = (m - 1) / (m + 1), log m = 2 (f + f^3 / 3 + f^5 / 5 + ...), and f is at
 * most a third: twelve terms leave 1e-13 of it.
 */
import { share } from './geometry.as';
import { exponential } from './swish.as';

const LN_2: f64 = 0.6931471805599453;
const TERMS: i32 = 12;

/** The natural logarithm of 1 or more; what is not a number stays so. */
function logarithm(x: f64): f64 {
  if (!(x < Infinity)) return x;
  const bits = reinterpret<i64>(x);
  const n = <i32>(bits >> 52) - 1023;
  const m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  const f = (m - 1) / (m + 1);
  let sum: f64 = 0;
  for (let term = TERMS - 1; term >= 0; term--) sum = sum * f * f + 1 / <f64>(2 * term + 1);
  return <f64>n * LN_2 + 2 * f * sum;
}

/** Addresses of a loss's arrays: of the weights 0 for none. */
@unmanaged
export class Loss {
  logits: usize;
  /** int32. */
  labels: usize;
  /** One a class. */
  weights: usize;
  sums: usize;
  gradient: usize;
}

/**
 * Puts the sum of losses and the number of right answers to `sums`, and the gradient of the mean loss to `gradient`.
 *
 * @param smoothing share of each label that is spread over all classes
 */
export function softmaxLoss(all: Loss, pictures: i32, classes: i32, smoothing: f32): void {
  const rowBytes = (<usize>classes) << 2;
  let logits = all.logits,
    gradient = all.gradient;
  let loss: f64 = 0;
  let right: i32 = 0;
  for (let n = 0; n < pictures; n++, logits += rowBytes, gradient += rowBytes) {
    const label = load<i32>(all.labels + ((<usize>n) << 2));
    const best = largest(logits, classes);
    if (best == label) right++;
    const weight: f64 = all.weights == 0 ? 1 : <f64>load<f32>(all.weights + ((<usize>label) << 2));
    loss += weight * lossOf(logits, gradient, rowBytes, best, label, <f64>smoothing, weight / <f64>pictures);
  }
  store<f32>(all.sums, <f32>loss);
  store<f32>(all.sums, <f32>right, 4);
}

/** The first of the largest. */
function largest(logits: usize, classes: i32): i32 {
  let best = 0;
  for (let k = 1; k < classes; k++)
    if (load<f32>(logits + ((<usize>k) << 2)) > load<f32>(logits + ((<usize>best) << 2))) best = k;
  return best;
}

/** Puts e to the power of each logit less the largest, and gives their sum. */
function putPowers(logits: usize, to: usize, rowBytes: usize, most: f32): f64 {
  let sum: f64 = 0;
  for (let c: usize = 0; c < rowBytes; c += 4) {
    const power = f32x4.extract_lane(exponential(f32x4.splat(load<f32>(logits + c) - most)), 0);
    store<f32>(to + c, power);
    sum += <f64>power;
  }
  return sum;
}

/**
 * Puts the softmax of each of some rows of logits to `out`.
 *
 * @param part of `parts`, each of which takes some rows
 */
export function softmax(logits: usize, out: usize, rows: i32, classes: i32, part: i32, parts: i32): void {
  const rowBytes = (<usize>classes) << 2;
  for (let row = share(rows, part, parts); row < share(rows, part + 1, parts); row++) {
    const from = logits + rowBytes * <usize>row,
      to = out + rowBytes * <usize>row;
    const most = load<f32>(from + ((<usize>largest(from, classes)) << 2));
    const sum = putPowers(from, to, rowBytes, most);
    for (let c: usize = 0; c < rowBytes; c += 4) store<f32>(to + c, <f32>(<f64>load<f32>(to + c) / sum));
  }
}

/** One picture's loss, and its gradient times `factor`. */
function lossOf(
  logits: usize,
  gradient: usize,
  rowBytes: usize,
  best: i32,
  label: i32,
  smoothing: f64,
  factor: f64,
): f64 {
  const most = load<f32>(logits + ((<usize>best) << 2));
  const powers = putPowers(logits, gradient, rowBytes, most);
  let below: f64 = 0;
  for (let c: usize = 0; c < rowBytes; c += 4) below += <f64>(load<f32>(logits + c) - most);
  const spread = smoothing / <f64>(rowBytes >> 2);
  for (let c: usize = 0; c < rowBytes; c += 4) {
    const wanted = spread + (c == (<usize>label) << 2 ? 1 - smoothing : 0);
    store<f32>(gradient + c, <f32>((<f64>load<f32>(gradient + c) / powers - wanted) * factor));
  }
  const z = <f64>(load<f32>(logits + ((<usize>label) << 2)) - most);
  return logarithm(powers) - (smoothing == 0 ? z : (1 - smoothing) * z + spread * below);
}
