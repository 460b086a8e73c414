/**
 * Mean and variance of a batch, channel by channel, and where the moving averages go: the first part of BatchNorm (norms.as.ts).
 *
 * **Passes.** A mean is needed before anything can be centred, and what is given is to be read once from memory: so 64 rows are
 * taken at a time. Their sums give a centre c, from which the same rows, now in a near cache, give the sum q of (x - c)^2. Of k
 * rows with the sum s, the squares of x come to q + c (2 s - k c), added up in float64: mean^2, which is taken from it at the
 * end, costs it digits that it has. A batch whose mean is thousands of its deviations, which a plain sum of squares in
 * float32 would call negative, keeps its variance.
 *
 * **Order.** Parts share out channels: no sum is two threads', so bits do not depend on their number.
 *
 * **Roof.** Six operations on 4 bytes: memory. One thread of a Zen 4 takes 22 GB/s over 8x14x14x576, 2.2 times as many as the
 * same composed of calls (`npm run bench -- --only kernels`).
 */
import { Lanes } from './lanes.as';
import { firstOf } from './sums.as';

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
