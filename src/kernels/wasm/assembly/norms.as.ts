/**
 * BatchNorm: mean and variance of a batch, the norm by some mean and variance, and the gradients through it.
 * composite/norm.ts has the formulas.
 *
 * **Passes.** Each reads what it is given once from memory. Moments, which need a mean before they can centre, take 64 rows
 * at a time: their sums give a centre c, from which the same rows, now in a near cache, give the sum q of (x - c)^2. Of k
 * rows with the sum s, the squares of x come to q + c (2 s - k c), added up in float64: mean^2, which is taken from it at the
 * end, costs it digits that it has. A batch whose mean is thousands of its deviations, which a plain sum of squares in
 * float32 would call negative, keeps its variance.
 *
 * **Order.** What adds up shares out channels: no sum is two threads', so bits do not depend on their number. What takes each
 * value by itself shares out rows. Values are centred before they are scaled, (x - m) s in place of x s - m s: the first
 * subtraction is exact where m is large.
 *
 * **Roof.** Moments take six operations on 4 bytes, the norm three on 8, its sums four on 8 and the gradient by its input five
 * on 12: memory, and of the near caches, from which the factors of a channel come for each row, the bound of loads.
 * (`npm run bench -- --only kernels`)
 */
import { share } from './geometry.as';
import { addRows, CHUNK, firstOf } from './sums.as';

/** Addresses of moments' arrays, and how much of the averages stays; four bytes each. */
@unmanaged
export class Moments {
  x: usize;
  movingMean: usize;
  movingVariance: usize;
  mean: usize;
  variance: usize;
  toMean: usize;
  toVariance: usize;
  momentum: f32;
  /** 1 - momentum. */
  move: f32;
}

/** Bytes that {@link moments} needs for each channel: two sums in float64, and of a chunk two and the centre. */
export const MOMENT_BYTES: i32 = 28;

/**
 * Mean and biased variance of `rows`, and where the averages move to.
 *
 * @param room of {@link MOMENT_BYTES} a channel
 * @param part of `parts`, each of which takes some channels
 */
export function moments(all: Moments, rows: i32, channels: i32, room: usize, part: i32, parts: i32): void {
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const width = ((<usize>firstOf(channels, part + 1, parts)) << 2) - from;
  const rowBytes = (<usize>channels) << 2;
  const sums = room + (width << 2);
  const squares = sums + width;
  const centres = squares + width;
  memory.fill(room, 0, width << 2);
  for (let row = 0; row < rows; row += CHUNK) {
    const count = min(CHUNK, rows - row);
    const at = all.x + from + rowBytes * <usize>row;
    memory.fill(sums, 0, width << 1);
    addRows(at, rowBytes, count, width, sums);
    scale(sums, 1 / <f32>count, width, centres);
    addSquares(at, centres, rowBytes, count, width, squares);
    addChunk(sums, squares, centres, count, width, room);
  }
  putMoments(all, from, width, room, rows);
}

function scale(x: usize, by: f32, width: usize, out: usize): void {
  for (let c: usize = 0; c < width; c += 4) store<f32>(out + c, load<f32>(x + c) * by);
}

/** Adds the squares of rows less `centres` to `out`. */
function addSquares(x: usize, centres: usize, rowBytes: usize, rows: i32, width: usize, out: usize): void {
  const whole = width & ~15;
  for (let row = 0; row < rows; row++, x += rowBytes) {
    let c: usize = 0;
    for (; c < whole; c += 16) {
      const centred = f32x4.sub(v128.load(x + c), v128.load(centres + c));
      v128.store(out + c, f32x4.add(v128.load(out + c), f32x4.mul(centred, centred)));
    }
    for (; c < width; c += 4) {
      const centred = load<f32>(x + c) - load<f32>(centres + c);
      store<f32>(out + c, load<f32>(out + c) + centred * centred);
    }
  }
}

/** Adds a chunk's sums and sums of squares to those in float64, which lie by two. */
function addChunk(sums: usize, squares: usize, centres: usize, rows: i32, width: usize, to: usize): void {
  for (let c: usize = 0; c < width; c += 4, to += 16) {
    const sum = <f64>load<f32>(sums + c);
    const centre = <f64>load<f32>(centres + c);
    const square = <f64>load<f32>(squares + c) + centre * (2 * sum - <f64>rows * centre);
    store<f64>(to, load<f64>(to) + sum);
    store<f64>(to, load<f64>(to, 8) + square, 8);
  }
}

function putMoments(all: Moments, from: usize, width: usize, totals: usize, rows: i32): void {
  for (let c = from; c < from + width; c += 4, totals += 16) {
    const mean = load<f64>(totals) / <f64>rows;
    const variance = max<f64>(load<f64>(totals, 8) / <f64>rows - mean * mean, 0);
    store<f32>(all.mean + c, <f32>mean);
    store<f32>(all.variance + c, <f32>variance);
    store<f32>(all.toMean + c, load<f32>(all.movingMean + c) * all.momentum + <f32>mean * all.move);
    store<f32>(
      all.toVariance + c,
      load<f32>(all.movingVariance + c) * all.momentum + <f32>variance * all.move,
    );
  }
}

/** `out` = `gamma` / sqrt(`variance` + `epsilon`), for `channels`. */
export function normScale(gamma: usize, variance: usize, epsilon: f32, channels: i32, out: usize): void {
  const width = (<usize>channels) << 2;
  for (let c: usize = 0; c < width; c += 4)
    store<f32>(out + c, load<f32>(gamma + c) / sqrt<f32>(load<f32>(variance + c) + epsilon));
}

/** Addresses of a norm's arrays. */
@unmanaged
export class Norm {
  x: usize;
  mean: usize;
  scale: usize;
  beta: usize;
  out: usize;
}

/**
 * (x - mean) scale + beta.
 *
 * @param part of `parts`, each of which takes some rows
 */
export function norm(all: Norm, rows: i32, channels: i32, part: i32, parts: i32): void {
  const rowBytes = (<usize>channels) << 2;
  const whole = rowBytes & ~15;
  const mean = all.mean,
    factor = all.scale,
    beta = all.beta;
  const first = share(rows, part, parts);
  let x = all.x + rowBytes * <usize>first;
  let out = all.out + rowBytes * <usize>first;
  for (let row = share(rows, part + 1, parts) - first; row > 0; row--, x += rowBytes, out += rowBytes) {
    let c: usize = 0;
    for (; c < whole; c += 16) {
      const centred = f32x4.sub(v128.load(x + c), v128.load(mean + c));
      v128.store(out + c, f32x4.add(f32x4.mul(centred, v128.load(factor + c)), v128.load(beta + c)));
    }
    for (; c < rowBytes; c += 4) {
      const centred = load<f32>(x + c) - load<f32>(mean + c);
      store<f32>(out + c, centred * load<f32>(factor + c) + load<f32>(beta + c));
    }
  }
}

/** Addresses of the arrays of gamma's and beta's gradients. */
@unmanaged
export class NormGrads {
  dy: usize;
  x: usize;
  mean: usize;
  variance: usize;
  dGamma: usize;
  dBeta: usize;
  epsilon: f32;
}

/**
 * Sums of dy, and of dy (x - mean) / sqrt(variance + epsilon), over `rows`.
 *
 * @param room of 8 bytes a channel
 * @param part of `parts`, each of which takes some channels
 */
export function normGrads(
  all: NormGrads,
  rows: i32,
  channels: i32,
  room: usize,
  part: i32,
  parts: i32,
): void {
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const width = ((<usize>firstOf(channels, part + 1, parts)) << 2) - from;
  const rowBytes = (<usize>channels) << 2;
  const dGamma = all.dGamma + from,
    dBeta = all.dBeta + from;
  memory.fill(dGamma, 0, width);
  memory.fill(dBeta, 0, width);
  for (let row = 0; row < rows; row += CHUNK) {
    const at = from + rowBytes * <usize>row;
    memory.fill(room, 0, width << 1);
    addCentred(all.dy + at, all.x + at, all.mean + from, rowBytes, min(CHUNK, rows - row), width, room);
    addRows(room, 0, 1, width, dBeta);
    addRows(room + width, 0, 1, width, dGamma);
  }
  for (let c: usize = 0; c < width; c += 4) {
    const deviation = sqrt<f32>(load<f32>(all.variance + from + c) + all.epsilon);
    store<f32>(dGamma + c, load<f32>(dGamma + c) / deviation);
  }
}

/** Adds rows of dy to the first sums at `out`, and dy (x - mean) to those behind them. */
function addCentred(
  dy: usize,
  x: usize,
  mean: usize,
  rowBytes: usize,
  rows: i32,
  width: usize,
  out: usize,
): void {
  const whole = width & ~15;
  const second = out + width;
  for (let row = 0; row < rows; row++, x += rowBytes, dy += rowBytes) {
    let c: usize = 0;
    for (; c < whole; c += 16) {
      const gradient = v128.load(dy + c);
      const product = f32x4.mul(gradient, f32x4.sub(v128.load(x + c), v128.load(mean + c)));
      v128.store(out + c, f32x4.add(v128.load(out + c), gradient));
      v128.store(second + c, f32x4.add(v128.load(second + c), product));
    }
    for (; c < width; c += 4) {
      const gradient = load<f32>(dy + c);
      const product = gradient * (load<f32>(x + c) - load<f32>(mean + c));
      store<f32>(out + c, load<f32>(out + c) + gradient);
      store<f32>(second + c, load<f32>(second + c) + product);
    }
  }
}

/**
 * What the gradient by a norm's input takes from each channel, three rows at `out`: the scale s = gamma / sqrt(variance +
 * epsilon), the mean of dBeta over `rows`, and how much of x - mean goes off, dGamma s / sqrt(variance + epsilon) / rows.
 */
export function inputGradFactors(
  gamma: usize,
  variance: usize,
  dGamma: usize,
  dBeta: usize,
  epsilon: f32,
  rows: i32,
  channels: i32,
  out: usize,
): void {
  const width = (<usize>channels) << 2;
  for (let c: usize = 0; c < width; c += 4, out += 4) {
    const deviation = sqrt<f32>(load<f32>(variance + c) + epsilon);
    const factor = load<f32>(gamma + c) / deviation;
    store<f32>(out, factor);
    store<f32>(out + width, load<f32>(dBeta + c) / <f32>rows);
    store<f32>(out + width * 2, (load<f32>(dGamma + c) * factor) / deviation / <f32>rows);
  }
}

/** Addresses of the arrays of the gradient by a norm's input. */
@unmanaged
export class NormInputGrad {
  dy: usize;
  x: usize;
  mean: usize;
  /** Of {@link inputGradFactors}. */
  factors: usize;
  out: usize;
}

/**
 * (dy - its mean) scale - (x - mean) slope.
 *
 * @param part of `parts`, each of which takes some rows
 */
export function normInputGrad(all: NormInputGrad, rows: i32, channels: i32, part: i32, parts: i32): void {
  const rowBytes = (<usize>channels) << 2;
  const whole = rowBytes & ~15;
  const mean = all.mean,
    factor = all.factors;
  const middle = factor + rowBytes;
  const slope = middle + rowBytes;
  const first = share(rows, part, parts);
  const begin = rowBytes * <usize>first;
  let x = all.x + begin,
    dy = all.dy + begin,
    out = all.out + begin;
  for (let row = share(rows, part + 1, parts) - first; row > 0; row--) {
    let c: usize = 0;
    for (; c < whole; c += 16) {
      const straight = f32x4.mul(f32x4.sub(v128.load(dy + c), v128.load(middle + c)), v128.load(factor + c));
      const back = f32x4.mul(f32x4.sub(v128.load(x + c), v128.load(mean + c)), v128.load(slope + c));
      v128.store(out + c, f32x4.sub(straight, back));
    }
    for (; c < rowBytes; c += 4) {
      const straight = (load<f32>(dy + c) - load<f32>(middle + c)) * load<f32>(factor + c);
      const back = (load<f32>(x + c) - load<f32>(mean + c)) * load<f32>(slope + c);
      store<f32>(out + c, straight - back);
    }
    x += rowBytes;
    dy += rowBytes;
    out += rowBytes;
  }
}
