/**
 * What is done to a line of levels, `[size, 3]`: contrast, preprocessing, and both to bytes that nothing else is done to.
 *
 * All of it is in float64, two values at a time, and each result is rounded to float32 once. Two pixels are three such pairs, of
 * channels 0 and 1, 2 and 0, 1 and 2: a value for each channel, three numbers twice, lies as these pairs do.
 */
import { BEFORE, pairOf, WHOLE } from './transform.as';

/** Of a pixel in float32. */
export const PIXEL_BYTES: usize = 12;

/** Pairs of the six bytes of two pixels. */
const BYTES01: v128 = i8x16(0, -1, -1, -1, -1, -1, 6, 7, 1, -1, -1, -1, -1, -1, 6, 7);
const BYTES20: v128 = i8x16(2, -1, -1, -1, -1, -1, 6, 7, 3, -1, -1, -1, -1, -1, 6, 7);
const BYTES12: v128 = i8x16(4, -1, -1, -1, -1, -1, 6, 7, 5, -1, -1, -1, -1, -1, 6, 7);

/** A pair at an address. */
function take(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

function put(at: usize, pair: v128): void {
  v128.store64_lane(at, f32x4.demote_f64x2_zero(pair), 0);
}

/** What is left of an odd line after a pair. */
function takeLast(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load32_zero(at));
}

function putLast(at: usize, pair: v128): void {
  v128.store32_lane(at, f32x4.demote_f64x2_zero(pair), 0);
}

/** Adds up the channels of a line: of each the even columns, the odd ones, and then both. */
export function addUp(line: usize, size: i32, sums: usize): void {
  let sum01 = f64x2.splat(0),
    sum20 = sum01,
    sum12 = sum01;
  let left = size;
  for (; left > 1; left -= 2, line += 2 * PIXEL_BYTES) {
    sum01 = f64x2.add(sum01, take(line));
    sum20 = f64x2.add(sum20, take(line + 8));
    sum12 = f64x2.add(sum12, take(line + 16));
  }
  if (left == 1) {
    sum01 = f64x2.add(sum01, take(line));
    sum20 = f64x2.add(sum20, takeLast(line + 8));
  }
  store<f64>(sums, f64x2.extract_lane(sum01, 0) + f64x2.extract_lane(sum20, 1));
  store<f64>(sums, f64x2.extract_lane(sum01, 1) + f64x2.extract_lane(sum12, 0), 8);
  store<f64>(sums, f64x2.extract_lane(sum20, 0) + f64x2.extract_lane(sum12, 1), 16);
}

function contrasted(pair: v128, mean: v128, factor: v128): v128 {
  const changed = f64x2.add(f64x2.mul(f64x2.sub(pair, mean), factor), mean);
  return f64x2.pmin(f64x2.pmax(changed, f64x2.splat(0)), f64x2.splat(255));
}

/** Multiplies the distance of a line's levels from the `means` of their channels, three float64, twice. */
export function changeContrast(line: usize, size: i32, means: usize, factor: f64): void {
  const factors = f64x2.splat(factor);
  const mean01 = v128.load(means),
    mean20 = v128.load(means, 16),
    mean12 = v128.load(means, 32);
  let left = size;
  for (; left > 1; left -= 2, line += 2 * PIXEL_BYTES) {
    put(line, contrasted(take(line), mean01, factors));
    put(line + 8, contrasted(take(line + 8), mean20, factors));
    put(line + 16, contrasted(take(line + 16), mean12, factors));
  }
  if (left == 1) {
    put(line, contrasted(take(line), mean01, factors));
    putLast(line + 8, contrasted(takeLast(line + 8), mean20, factors));
  }
}

function scaled(pair: v128, scale: v128, offset: v128): v128 {
  return f64x2.add(f64x2.mul(pair, scale), offset);
}

/** Multiplies a line's levels with the `scale` of their channels and adds the `offset`, of both three float64, twice. */
export function scaleLevels(line: usize, size: i32, scale: usize, offset: usize): void {
  const scale01 = v128.load(scale),
    scale20 = v128.load(scale, 16),
    scale12 = v128.load(scale, 32);
  const offset01 = v128.load(offset),
    offset20 = v128.load(offset, 16),
    offset12 = v128.load(offset, 32);
  let left = size;
  for (; left > 1; left -= 2, line += 2 * PIXEL_BYTES) {
    put(line, scaled(take(line), scale01, offset01));
    put(line + 8, scaled(take(line + 8), scale20, offset20));
    put(line + 16, scaled(take(line + 16), scale12, offset12));
  }
  if (left == 1) {
    put(line, scaled(take(line), scale01, offset01));
    putLast(line + 8, scaled(takeLast(line + 8), scale20, offset20));
  }
}

/** As {@link scaleLevels}, of the bytes of a line of a picture, which are put into the network's `order`. */
export function scaleBytes(
  from: usize,
  line: usize,
  size: i32,
  order: v128,
  scale: usize,
  offset: usize,
): void {
  const scale01 = v128.load(scale),
    scale20 = v128.load(scale, 16),
    scale12 = v128.load(scale, 32);
  const offset01 = v128.load(offset),
    offset20 = v128.load(offset, 16),
    offset12 = v128.load(offset, 32);
  const whole = f64x2.splat(WHOLE);
  from -= BEFORE;
  let left = size;
  do {
    // The last pixel of an odd line goes with the one before it once more.
    if (left == 1) {
      from -= 3;
      line -= PIXEL_BYTES;
    }
    const bytes = pairOf(v128.load64_zero(from), order);
    put(line, scaled(f64x2.sub(i8x16.swizzle(bytes, BYTES01), whole), scale01, offset01));
    put(line + 8, scaled(f64x2.sub(i8x16.swizzle(bytes, BYTES20), whole), scale20, offset20));
    put(line + 16, scaled(f64x2.sub(i8x16.swizzle(bytes, BYTES12), whole), scale12, offset12));
    from += 6;
    line += 2 * PIXEL_BYTES;
    left -= 2;
  } while (left > 0);
}
