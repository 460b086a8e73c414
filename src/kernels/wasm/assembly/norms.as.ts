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
 * on 12: memory, and of the near caches, from which the factors of a channel come for each row, the bound of loads. One thread
 * of a Zen 4 takes 22, 33, 34 and 27 GB/s over 8x14x14x576, 2.2, 1.4, 1.1 and 2.1 times as many as the same composed of calls
 * (`npm run bench -- --only kernels`).
 */
import { share } from './geometry.as';
import { Lanes } from './lanes.as';
import { firstOf, GROUP } from './sums.as';

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

/** Rows whose centre is taken together. */
const CHUNK: i32 = 64;

/**
 * Mean and biased variance of `rows`, and where the averages move to.
 *
 * @param room of 16 bytes a channel: its sum and that of its squares, in float64
 * @param part of `parts`, each of which takes some channels
 */
export function moments(all: Moments, rows: i32, channels: i32, room: usize, part: i32, parts: i32): void {
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const width = ((<usize>firstOf(channels, part + 1, parts)) << 2) - from;
  const rowBytes = (<usize>channels) << 2;
  memory.fill(room, 0, width << 2);
  for (let row = 0; row < rows; row += CHUNK)
    addChunk(all.x + from + rowBytes * <usize>row, rowBytes, min(CHUNK, rows - row), width, room);
  putMoments(all, from, width, room, rows);
}

/** Adds what some rows and their squares come to, `width` bytes of each, to `totals`. */
function addChunk(x: usize, rowBytes: usize, rows: i32, width: usize, totals: usize): void {
  const end = x + rowBytes * <usize>rows;
  const share = f32x4.splat(1 / <f32>rows);
  let c: usize = 0;
  for (; c + 64 <= width; c += 64) {
    let a = f32x4.splat(0),
      b = a,
      d = a,
      e = a;
    for (let at = x + c; at < end; at += rowBytes) {
      a = f32x4.add(a, v128.load(at));
      b = f32x4.add(b, v128.load(at, 16));
      d = f32x4.add(d, v128.load(at, 32));
      e = f32x4.add(e, v128.load(at, 48));
    }
    const centreA = f32x4.mul(a, share),
      centreB = f32x4.mul(b, share),
      centreD = f32x4.mul(d, share),
      centreE = f32x4.mul(e, share);
    let p = f32x4.splat(0),
      q = p,
      r = p,
      s = p;
    for (let at = x + c; at < end; at += rowBytes) {
      p = addSquare(p, v128.load(at), centreA);
      q = addSquare(q, v128.load(at, 16), centreB);
      r = addSquare(r, v128.load(at, 32), centreD);
      s = addSquare(s, v128.load(at, 48), centreE);
    }
    const to = totals + (c << 2);
    addTotals(to, a, p, centreA, rows, 16);
    addTotals(to + 64, b, q, centreB, rows, 16);
    addTotals(to + 128, d, r, centreD, rows, 16);
    addTotals(to + 192, e, s, centreE, rows, 16);
  }
  for (let step = Lanes.step(c, width); c < width; c += step, step = Lanes.step(c, width)) {
    let sum = f32x4.splat(0),
      squares = sum;
    for (let at = x + c; at < end; at += rowBytes) sum = f32x4.add(sum, Lanes.load(at, step));
    const centre = f32x4.mul(sum, share);
    for (let at = x + c; at < end; at += rowBytes) squares = addSquare(squares, Lanes.load(at, step), centre);
    addTotals(totals + (c << 2), sum, squares, centre, rows, step);
  }
}

function addSquare(sum: v128, x: v128, centre: v128): v128 {
  const centred = f32x4.sub(x, centre);
  return f32x4.add(sum, f32x4.mul(centred, centred));
}

/** Adds four channels' sums, or one's, to those in float64: of values, and of squares by those of what is centred. */
function addTotals(to: usize, sum: v128, squares: v128, centre: v128, rows: i32, step: usize): void {
  addPair(to, sum, squares, centre, rows, step == 16);
  if (step < 16) return;
  const upper = 32;
  addPair(
    to + upper,
    v128.shuffle<f32>(sum, sum, 2, 3, 2, 3),
    v128.shuffle<f32>(squares, squares, 2, 3, 2, 3),
    v128.shuffle<f32>(centre, centre, 2, 3, 2, 3),
    rows,
    true,
  );
}

function addPair(to: usize, sum4: v128, squares4: v128, centre4: v128, rows: i32, isBoth: bool): void {
  const sum = f64x2.promote_low_f32x4(sum4),
    centre = f64x2.promote_low_f32x4(centre4);
  const moved = f64x2.sub(f64x2.add(sum, sum), f64x2.mul(f64x2.splat(<f64>rows), centre));
  const squares = f64x2.add(f64x2.promote_low_f32x4(squares4), f64x2.mul(centre, moved));
  v128.store(to, f64x2.add(v128.load(to), v128.shuffle<f64>(sum, squares, 0, 2)));
  if (isBoth) v128.store(to, f64x2.add(v128.load(to, 16), v128.shuffle<f64>(sum, squares, 1, 3)), 16);
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

/** Addresses of the arrays of a norm's scale, and what is added to the variance. */
@unmanaged
export class NormScale {
  gamma: usize;
  variance: usize;
  out: usize;
  epsilon: f32;
}

/** `out` = `gamma` / sqrt(`variance` + `epsilon`), for `channels`. */
export function normScale(all: NormScale, channels: i32): void {
  const width = (<usize>channels) << 2;
  for (let c: usize = 0; c < width; c += 4) {
    const deviation = sqrt<f32>(load<f32>(all.variance + c) + all.epsilon);
    store<f32>(all.out + c, load<f32>(all.gamma + c) / deviation);
  }
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
  const begin = rowBytes * <usize>share(rows, part, parts);
  const end = rowBytes * <usize>share(rows, part + 1, parts);
  for (let row = begin; row < end; row += rowBytes)
    normRow(all.x + row, all.mean, all.scale, all.beta, rowBytes, all.out + row);
}

function moved(x: v128, mean: v128, scale: v128, beta: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(x, mean), scale), beta);
}

function normRow(x: usize, mean: usize, scale: usize, beta: usize, width: usize, out: usize): void {
  let c: usize = 0;
  for (; c + 64 <= width; c += 64) {
    const at = x + c,
      m = mean + c,
      s = scale + c,
      b = beta + c,
      to = out + c;
    v128.store(to, moved(v128.load(at), v128.load(m), v128.load(s), v128.load(b)));
    v128.store(to, moved(v128.load(at, 16), v128.load(m, 16), v128.load(s, 16), v128.load(b, 16)), 16);
    v128.store(to, moved(v128.load(at, 32), v128.load(m, 32), v128.load(s, 32), v128.load(b, 32)), 32);
    v128.store(to, moved(v128.load(at, 48), v128.load(m, 48), v128.load(s, 48), v128.load(b, 48)), 48);
  }
  for (let step = Lanes.step(c, width); c < width; c += step, step = Lanes.step(c, width)) {
    const factor = Lanes.load(scale + c, step);
    const value = moved(
      Lanes.load(x + c, step),
      Lanes.load(mean + c, step),
      factor,
      Lanes.load(beta + c, step),
    );
    Lanes.store(out + c, value, step);
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
 * @param part of `parts`, each of which takes some channels
 */
export function normGrads(all: NormGrads, rows: i32, channels: i32, part: i32, parts: i32): void {
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const width = ((<usize>firstOf(channels, part + 1, parts)) << 2) - from;
  const rowBytes = (<usize>channels) << 2;
  const dGamma = all.dGamma + from,
    dBeta = all.dBeta + from;
  memory.fill(dGamma, 0, width);
  memory.fill(dBeta, 0, width);
  for (let row = 0; row < rows; row += GROUP) {
    const at = from + rowBytes * <usize>row;
    addCentred(
      all.dy + at,
      all.x + at,
      all.mean + from,
      rowBytes,
      min(GROUP, rows - row),
      width,
      dBeta,
      dGamma,
    );
  }
  for (let c: usize = 0; c < width; c += 4) {
    const deviation = sqrt<f32>(load<f32>(all.variance + from + c) + all.epsilon);
    store<f32>(dGamma + c, load<f32>(dGamma + c) / deviation);
  }
}

/** Adds what some rows of dy come to, `width` bytes of each, to `dBeta`, and those of dy (x - mean) to `dGamma`. */
function addCentred(
  dy: usize,
  x: usize,
  mean: usize,
  rowBytes: usize,
  rows: i32,
  width: usize,
  dBeta: usize,
  dGamma: usize,
): void {
  let c: usize = 0;
  for (; c + 32 <= width; c += 32) {
    const meanA = v128.load(mean + c),
      meanB = v128.load(mean + c, 16);
    let a = f32x4.splat(0),
      b = a,
      p = a,
      q = a;
    let at = x + c,
      by = dy + c;
    for (let row = 0; row < rows; row++, at += rowBytes, by += rowBytes) {
      const first = v128.load(by),
        second = v128.load(by, 16);
      a = f32x4.add(a, first);
      b = f32x4.add(b, second);
      p = f32x4.add(p, f32x4.mul(first, f32x4.sub(v128.load(at), meanA)));
      q = f32x4.add(q, f32x4.mul(second, f32x4.sub(v128.load(at, 16), meanB)));
    }
    v128.store(dBeta + c, f32x4.add(v128.load(dBeta + c), a));
    v128.store(dBeta + c, f32x4.add(v128.load(dBeta + c, 16), b), 16);
    v128.store(dGamma + c, f32x4.add(v128.load(dGamma + c), p));
    v128.store(dGamma + c, f32x4.add(v128.load(dGamma + c, 16), q), 16);
  }
  for (let step = Lanes.step(c, width); c < width; c += step, step = Lanes.step(c, width)) {
    const middle = Lanes.load(mean + c, step);
    let sum = f32x4.splat(0),
      dot = sum;
    let at = x + c,
      by = dy + c;
    for (let row = 0; row < rows; row++, at += rowBytes, by += rowBytes) {
      const gradient = Lanes.load(by, step);
      sum = f32x4.add(sum, gradient);
      dot = f32x4.add(dot, f32x4.mul(gradient, f32x4.sub(Lanes.load(at, step), middle)));
    }
    Lanes.store(dBeta + c, f32x4.add(Lanes.load(dBeta + c, step), sum), step);
    Lanes.store(dGamma + c, f32x4.add(Lanes.load(dGamma + c, step), dot), step);
  }
}

/** Addresses of the arrays of those factors, and what is added to the variance. */
@unmanaged
export class InputGradFactors {
  gamma: usize;
  variance: usize;
  dGamma: usize;
  dBeta: usize;
  out: usize;
  epsilon: f32;
}

/**
 * What the gradient by a norm's input takes from each channel, three rows at `out`: the scale s = gamma / sqrt(variance +
 * epsilon), the mean of dBeta over `rows`, and how much of x - mean goes off, dGamma s / sqrt(variance + epsilon) / rows.
 */
export function inputGradFactors(all: InputGradFactors, rows: i32, channels: i32): void {
  const width = (<usize>channels) << 2;
  const out = all.out;
  for (let c: usize = 0; c < width; c += 4) {
    const deviation = sqrt<f32>(load<f32>(all.variance + c) + all.epsilon);
    const factor = load<f32>(all.gamma + c) / deviation;
    store<f32>(out + c, factor);
    store<f32>(out + width + c, load<f32>(all.dBeta + c) / <f32>rows);
    store<f32>(out + width * 2 + c, (load<f32>(all.dGamma + c) * factor) / deviation / <f32>rows);
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
  const begin = rowBytes * <usize>share(rows, part, parts);
  const end = rowBytes * <usize>share(rows, part + 1, parts);
  for (let row = begin; row < end; row += rowBytes)
    inputGradRow(all.dy + row, all.x + row, all.mean, all.factors, rowBytes, all.out + row);
}

function inputGradRow(dy: usize, x: usize, mean: usize, factors: usize, width: usize, out: usize): void {
  const middle = factors + width,
    slope = middle + width;
  let c: usize = 0;
  for (; c + 32 <= width; c += 32) {
    const at = x + c,
      by = dy + c,
      m = mean + c,
      f = factors + c,
      d = middle + c,
      s = slope + c,
      to = out + c;
    const first = f32x4.mul(f32x4.sub(v128.load(by), v128.load(d)), v128.load(f));
    v128.store(to, f32x4.sub(first, f32x4.mul(f32x4.sub(v128.load(at), v128.load(m)), v128.load(s))));
    const second = f32x4.mul(f32x4.sub(v128.load(by, 16), v128.load(d, 16)), v128.load(f, 16));
    const back = f32x4.mul(f32x4.sub(v128.load(at, 16), v128.load(m, 16)), v128.load(s, 16));
    v128.store(to, f32x4.sub(second, back), 16);
  }
  for (let step = Lanes.step(c, width); c < width; c += step, step = Lanes.step(c, width)) {
    const centred = f32x4.sub(Lanes.load(x + c, step), Lanes.load(mean + c, step));
    const gradient = f32x4.sub(Lanes.load(dy + c, step), Lanes.load(middle + c, step));
    const straight = f32x4.mul(gradient, Lanes.load(factors + c, step));
    Lanes.store(out + c, f32x4.sub(straight, f32x4.mul(centred, Lanes.load(slope + c, step))), step);
  }
}
