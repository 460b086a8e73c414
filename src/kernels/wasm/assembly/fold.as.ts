/**
 * Folding a BatchNorm on its averages into the filter before it, and the gradients back through that fold; composite/linear.ts
 * has the formulas.
 *
 * **One call.** By tfjs' operations the first is seven calls and the second a dozen, most of them over one value a channel,
 * whose arithmetic takes less time than a call from JavaScript. Here a part takes some channels through all of it: factors, what
 * sums need, and the filter, of which the gradient is read for the sum of its products with the filter and then scaled where it
 * lies.
 *
 * **Roof.** Folding is one operation on 8 bytes of the filter; back, three on 16 of the filter and one on 4 of dz: memory. One
 * thread of a Zen 4 folds 49 GB/s of 960x320 and takes 30 back, 1.8 and 1.4 times as many as the same composed of calls
 * (`npm run bench -- --only kernels`).
 */
import { multiply } from './products.as';
import { dotRows, firstOf, sumRows } from './sums.as';

/** Addresses of a fold's arrays; 0 for no bias. */
@unmanaged
export class Fold {
  filter: usize;
  gamma: usize;
  beta: usize;
  mean: usize;
  variance: usize;
  bias: usize;
  toFilter: usize;
  toBias: usize;
  epsilon: f32;
}

/** What a layer adds to what its norm takes off. */
function shiftOf(bias: usize, mean: usize, at: usize): f32 {
  return (bias == 0 ? 0 : load<f32>(bias + at)) - load<f32>(mean + at);
}

/**
 * Filter and bias that stand for a layer, whose filter has `rows` of `channels`, and its norm.
 *
 * @param room of 4 bytes a channel
 * @param part of `parts`, each of which takes some channels
 */
export function fold(all: Fold, rows: i32, channels: i32, room: usize, part: i32, parts: i32): void {
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const stop = (<usize>firstOf(channels, part + 1, parts)) << 2;
  for (let c = from; c < stop; c += 4) {
    const scale = load<f32>(all.gamma + c) / sqrt<f32>(load<f32>(all.variance + c) + all.epsilon);
    store<f32>(room + c - from, scale);
    store<f32>(all.toBias + c, load<f32>(all.beta + c) + shiftOf(all.bias, all.mean, c) * scale);
  }
  scaleRows(all.filter + from, all.toFilter + from, rows, channels, <i32>((stop - from) >> 2), room);
}

/** `count` values of each of `rows`, times `factors`. */
function scaleRows(x: usize, out: usize, rows: i32, channels: i32, count: i32, factors: usize): void {
  const rowBytes = (<usize>channels) << 2;
  for (let row = 0; row < rows; row++, x += rowBytes, out += rowBytes) multiply(x, factors, out, count);
}

/** Addresses of the arrays of a folded layer's gradients; 0 for no bias. */
@unmanaged
export class Unfold {
  dz: usize;
  filter: usize;
  /** By the folded filter; it becomes the one by the filter. */
  dFilter: usize;
  gamma: usize;
  mean: usize;
  variance: usize;
  bias: usize;
  dBeta: usize;
  dGamma: usize;
  epsilon: f32;
}

/**
 * Gradients by filter, beta and gamma.
 *
 * @param filterRows and `rows`: of `channels` each, of the filter and of dz
 * @param room of 4 bytes a channel
 * @param part of `parts`, each of which takes some channels
 */
export function unfold(
  all: Unfold,
  filterRows: i32,
  rows: i32,
  channels: i32,
  room: usize,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const width = ((<usize>firstOf(channels, part + 1, parts)) << 2) - from;
  const dFilter = all.dFilter + from;
  sumRows(all.dz + from, rowBytes, rows, width, all.dBeta + from);
  dotRows(dFilter, all.filter + from, rowBytes, filterRows, width, all.dGamma + from);
  for (let c = from; c < from + width; c += 4) {
    const deviation = sqrt<f32>(load<f32>(all.variance + c) + all.epsilon);
    const shifted = shiftOf(all.bias, all.mean, c) * load<f32>(all.dBeta + c);
    store<f32>(all.dGamma + c, (load<f32>(all.dGamma + c) + shifted) / deviation);
    store<f32>(room + c - from, load<f32>(all.gamma + c) / deviation);
  }
  scaleRows(dFilter, dFilter, filterRows, channels, <i32>(width >> 2), room);
}
