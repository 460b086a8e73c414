/**
 * A line of a view, read through its picture's transform: places first, then pixels. views.as.ts has the mathematics.
 *
 * **Bytes.** The four pixels around a place are in two rows, six bytes in each. They are read as eight, of which two are before
 * the first pixel, so that nothing behind the last picture is read; before the first there always is memory. Two output pixels
 * go together, one in each half of a vector and then one in each lane. A byte becomes a float64 by its place alone: with the
 * sign and exponent of 2^52 above it, it is 2^52 and that byte. These two upper bytes are kept beside the pixels', so that one
 * instruction brings all of a number together.
 */

/** Pixels are read from so many bytes before the first. */
export const BEFORE: usize = 2;

/** A whole number below it, added to it, stands in the lowest bits of the sum. */
export const WHOLE: f64 = 4503599627370496;

/** The upper bytes of {@link WHOLE}, where {@link pairOf} leaves room for them in either half. */
const UPPER: v128 = i64x2(0x4330000000000000, 0x4330000000000000);

/** The network's channels of the left and of the right pixel in each half. */
const LEFT0: v128 = i8x16(0, -1, -1, -1, -1, -1, 6, 7, 8, -1, -1, -1, -1, -1, 14, 15);
const LEFT1: v128 = i8x16(1, -1, -1, -1, -1, -1, 6, 7, 9, -1, -1, -1, -1, -1, 14, 15);
const LEFT2: v128 = i8x16(2, -1, -1, -1, -1, -1, 6, 7, 10, -1, -1, -1, -1, -1, 14, 15);
const RIGHT0: v128 = i8x16(3, -1, -1, -1, -1, -1, 6, 7, 11, -1, -1, -1, -1, -1, 14, 15);
const RIGHT1: v128 = i8x16(4, -1, -1, -1, -1, -1, 6, 7, 12, -1, -1, -1, -1, -1, 14, 15);
const RIGHT2: v128 = i8x16(5, -1, -1, -1, -1, -1, 6, 7, 13, -1, -1, -1, -1, -1, 14, 15);

/** Of two output pixels: how far across and down from the pixels they are read from, and where these lie. */
const PLACE_BYTES: usize = 40;

/** Bytes that {@link transformLine} needs for the places of a line. */
export function placesBytes(size: i32): usize {
  return PLACE_BYTES * <usize>((size + 1) >> 1);
}

/** The network's channels of the two pixels in each half, in `order`, and the upper bytes of a number. */
export function pairOf(bytes: v128, order: v128): v128 {
  return v128.or(i8x16.swizzle(bytes, order), UPPER);
}

/**
 * Fills a line of the output `[size, 3]` with levels in the network's order of channels.
 *
 * @param order which of the eight bytes of two pixels each of the network's channels is; of both halves
 * @param places room of {@link placesBytes}
 */
export function transformLine(
  picture: usize,
  size: i32,
  transform: usize,
  y: i32,
  order: v128,
  places: usize,
  out: usize,
): void {
  placeLine(transform, y, size, places);
  picture -= BEFORE;
  const rowBytes = <usize>(size * 3);
  let left = size;
  do {
    const across = v128.load(places);
    const down = v128.load(places, 16);
    const one = picture + <usize>load<u32>(places, 32);
    const other = picture + <usize>load<u32>(places, 36);
    const upper = pairOf(v128.load64_lane(other, v128.load64_zero(one), 1), order);
    const lower = pairOf(v128.load64_lane(other + rowBytes, v128.load64_zero(one + rowBytes), 1), order);
    const value0 = blended(upper, lower, LEFT0, RIGHT0, across, down);
    const value1 = blended(upper, lower, LEFT1, RIGHT1, across, down);
    const value2 = blended(upper, lower, LEFT2, RIGHT2, across, down);
    const both = i8x16.shuffle(value0, value1, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    v128.store64_lane(out, both, 0);
    v128.store32_lane(out, value2, 0, 8);
    if (left > 1) {
      v128.store64_lane(out, both, 1, 12);
      v128.store32_lane(out, value2, 1, 20);
    }
    places += PLACE_BYTES;
    out += 24;
    left -= 2;
  } while (left > 0);
}

/** A channel of two output pixels from the pixels around them: float32, in the lower lanes. */
function blended(upper: v128, lower: v128, left: v128, right: v128, across: v128, down: v128): v128 {
  const above = towards(i8x16.swizzle(upper, left), i8x16.swizzle(upper, right), across);
  const below = towards(i8x16.swizzle(lower, left), i8x16.swizzle(lower, right), across);
  return f32x4.demote_f64x2_zero(f64x2.add(above, f64x2.mul(down, f64x2.sub(below, above))));
}

/** From one number by some of the way to another, which have {@link WHOLE} in them. */
function towards(from: v128, to: v128, way: v128): v128 {
  return f64x2.add(f64x2.sub(from, f64x2.splat(WHOLE)), f64x2.mul(way, f64x2.sub(to, from)));
}

/** Lists where the pixels of a line are read from. */
function placeLine(t: usize, y: i32, size: i32, to: usize): void {
  const a0 = f64x2.splat(load<f32>(t)),
    a1 = f64x2.splat(<f64>load<f32>(t, 4) * <f64>y),
    a2 = f64x2.splat(load<f32>(t, 8)),
    b0 = f64x2.splat(load<f32>(t, 12)),
    b1 = f64x2.splat(<f64>load<f32>(t, 16) * <f64>y),
    b2 = f64x2.splat(load<f32>(t, 20)),
    c0 = f64x2.splat(load<f32>(t, 24)),
    c1 = f64x2.splat(<f64>load<f32>(t, 28) * <f64>y);
  const isAffine = load<f32>(t, 24) == 0 && load<f32>(t, 28) == 0;
  const zero = f64x2.splat(0),
    last = f64x2.splat(size - 1),
    lastButOne = f64x2.splat(size - 2),
    rowBytes = f64x2.splat(size * 3);
  const end = to + placesBytes(size);
  let x = f64x2(0, 1);
  do {
    let inX = f64x2.add(f64x2.add(f64x2.mul(a0, x), a1), a2);
    let inY = f64x2.add(f64x2.add(f64x2.mul(b0, x), b1), b2);
    if (!isAffine) {
      const k = f64x2.add(f64x2.add(f64x2.mul(c0, x), c1), f64x2.splat(1));
      inX = f64x2.div(inX, k);
      inY = f64x2.div(inY, k);
    }
    const isInside = v128.and(
      v128.and(f64x2.ge(inX, zero), f64x2.le(inX, last)),
      v128.and(f64x2.ge(inY, zero), f64x2.le(inY, last)),
    );
    if (i64x2.bitmask(isInside) != 3) {
      inX = reflected(inX, size);
      inY = reflected(inY, size);
    }
    // The last pixel is the neighbour, all the way off, of the one before it.
    const left = f64x2.pmin(f64x2.floor(inX), lastButOne);
    const top = f64x2.pmin(f64x2.floor(inY), lastButOne);
    v128.store(to, f64x2.sub(inX, left));
    v128.store(to, f64x2.sub(inY, top), 16);
    const at = f64x2.add(f64x2.mul(top, rowBytes), f64x2.mul(left, f64x2.splat(3)));
    const bits = f64x2.add(at, f64x2.splat(WHOLE));
    v128.store32_lane(to, bits, 0, 32);
    v128.store32_lane(to, bits, 2, 36);
    x = f64x2.add(x, f64x2.splat(2));
    to += PLACE_BYTES;
  } while (to < end);
}

/** Folds coordinates back: `d c b a | a b c d | d c b a`, held within the pixels' centres. */
function reflected(coordinates: v128, size: i32): v128 {
  const period = f64x2.splat(2 * size);
  const last = f64x2.splat(size - 1);
  // Pixel edges, not centres, are the mirrors: they lie half a pixel outside.
  let shifted = f64x2.add(coordinates, f64x2.splat(0.5));
  const isNear = v128.and(f64x2.gt(shifted, f64x2.neg(period)), f64x2.lt(shifted, period));
  if (i64x2.bitmask(isNear) != 3) {
    const length = <f64>(2 * size);
    shifted = f64x2(f64x2.extract_lane(shifted, 0) % length, f64x2.extract_lane(shifted, 1) % length);
  }
  shifted = f64x2.add(shifted, period);
  shifted = f64x2.sub(shifted, v128.and(period, f64x2.ge(shifted, period)));
  const isBeyond = f64x2.gt(shifted, f64x2.splat(size));
  const folded = v128.bitselect(f64x2.sub(period, shifted), shifted, isBeyond);
  // What is not a number comes to zero.
  const held = f64x2.pmax(f64x2.splat(0), f64x2.sub(folded, f64x2.splat(0.5)));
  const isInside = v128.and(f64x2.ge(coordinates, f64x2.splat(0)), f64x2.le(coordinates, last));
  return v128.bitselect(coordinates, f64x2.pmin(held, last), isInside);
}
