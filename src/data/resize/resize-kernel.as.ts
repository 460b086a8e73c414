/**
 * Pillow's two resampling passes on SIMD; resize-kernel.ts starts the module, resize.ts has the words.
 *
 * A weight of 23 bits and its sign does not fit the 16 bits of a dot product. It is kept in two halves,
 * weight = high * 2^15 + low, 0 <= low < 2^15, and the sums of both halves are put together at the end: 32-bit sums
 * wrap, so that the result is that of one 32-bit sum, bit by bit.
 *
 * Weights of one output pixel: for each pair of input pixels 8 bytes, high0 high1 low0 low1, 16 bits each. An odd
 * last pixel has a partner of weight 0, which may lie beyond the end: memory must go on for 64 bytes or a row.
 */

/** The lower halves of two, byte by byte in turn. */
function mixLow(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function mixHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/**
 * Two halves to one, byte by byte in turn. Four times makes of 16 rows one after another the columns one after another,
 * 16 bytes each, so that every step below works on 16 rows at once.
 */
function interleave(from: usize, into: usize, half: usize): void {
  for (const end = from + half; from < end; from += 16, into += 32) {
    const a = v128.load(from);
    const b = v128.load(from + half);
    v128.store(into, mixLow(a, b));
    v128.store(into, mixHigh(a, b), 16);
  }
}

/** Every second byte, from the first (shift 0) or the second (shift 8) on. */
function pick(from: usize, into: usize, count: usize, shift: i32): void {
  const mask = i16x8.splat(255);
  for (const end = into + count; into < end; from += 32, into += 16) {
    const a = v128.and(i16x8.shr_u(v128.load(from), shift), mask);
    const b = v128.and(i16x8.shr_u(v128.load(from, 16), shift), mask);
    v128.store(into, i8x16.narrow_i16x8_u(a, b));
  }
}

/** Undoes one `interleave`; the second half is written last, over what the first wrote too much. */
function separate(from: usize, into: usize, half: usize): void {
  pick(from, into, half, 0);
  pick(from, into + half, half, 8);
}

/** A half of the last sum is 2^21 before 22 bits are cut off. */
const ROUNDING: i32 = 2097152;

/** Both sums of four values put together, without the bits behind the point. */
function whole(high: v128, low: v128): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.shl(high, 15), low), 22);
}

/**
 * Sixteen sums of products of bytes, `step` bytes apart, with the weights from `weight` to `end`: bytes again, at `out`.
 */
function sixteenSums(at: usize, step: usize, weight: usize, end: usize, out: usize): void {
  let h0 = i32x4.splat(0),
    h1 = h0,
    h2 = h0,
    h3 = h0;
  let l0 = i32x4.splat(ROUNDING),
    l1 = l0,
    l2 = l0,
    l3 = l0;
  do {
    const a = v128.load(at);
    const b = v128.load(at + step);
    const left = mixLow(a, b);
    const right = mixHigh(a, b);
    const highs = v128.load32_splat(weight);
    const lows = v128.load32_splat(weight, 4);
    let pairs = i16x8.extend_low_i8x16_u(left);
    h0 = i32x4.add(h0, i32x4.dot_i16x8_s(pairs, highs));
    l0 = i32x4.add(l0, i32x4.dot_i16x8_s(pairs, lows));
    pairs = i16x8.extend_high_i8x16_u(left);
    h1 = i32x4.add(h1, i32x4.dot_i16x8_s(pairs, highs));
    l1 = i32x4.add(l1, i32x4.dot_i16x8_s(pairs, lows));
    pairs = i16x8.extend_low_i8x16_u(right);
    h2 = i32x4.add(h2, i32x4.dot_i16x8_s(pairs, highs));
    l2 = i32x4.add(l2, i32x4.dot_i16x8_s(pairs, lows));
    pairs = i16x8.extend_high_i8x16_u(right);
    h3 = i32x4.add(h3, i32x4.dot_i16x8_s(pairs, highs));
    l3 = i32x4.add(l3, i32x4.dot_i16x8_s(pairs, lows));
    at += step << 1;
    weight += 8;
  } while (weight < end);
  const low = i16x8.narrow_i32x4_s(whole(h0, l0), whole(h1, l1));
  const high = i16x8.narrow_i32x4_s(whole(h2, l2), whole(h3, l3));
  v128.store(out, i8x16.narrow_i16x8_u(low, high));
}

/**
 * 16 rows, [16, columns, channels] to [16, to, 3]; channels is 3 or 4, of which a fourth is left out. The rows and
 * what is made of them are written over; `other` is as large as the larger of both.
 */
export function across(
  from: usize,
  other: usize,
  into: usize,
  rowBytes: usize,
  channels: usize,
  to: usize,
  starts: usize,
  pairs: usize,
  weights: usize,
  weightBytes: usize,
): void {
  const rowsHalf = rowBytes << 3;
  interleave(from, other, rowsHalf);
  interleave(other, from, rowsHalf);
  interleave(from, other, rowsHalf);
  interleave(other, from, rowsHalf);
  const step = channels << 4;
  let out = into;
  for (let i: usize = 0; i < to; i++, weights += weightBytes) {
    const first = from + step * <usize>load<u32>(starts + (i << 2));
    const end = weights + ((<usize>load<u32>(pairs + (i << 2))) << 3);
    for (let channel: usize = 0; channel < 48; channel += 16, out += 16) {
      sixteenSums(first + channel, step, weights, end, out);
    }
  }
  const half = to * 24;
  separate(into, other, half);
  separate(other, into, half);
  separate(into, other, half);
  separate(other, into, half);
}

/**
 * [rows, rowBytes] to [to, rowBytes], 16 bytes of a row at a time. The last block of a row may run into the next row, which
 * is written after it.
 */
export function down(
  from: usize,
  into: usize,
  rowBytes: usize,
  to: usize,
  starts: usize,
  pairs: usize,
  weights: usize,
  weightBytes: usize,
): void {
  for (let i: usize = 0; i < to; i++, weights += weightBytes, into += rowBytes) {
    const first = from + rowBytes * <usize>load<u32>(starts + (i << 2));
    const end = weights + ((<usize>load<u32>(pairs + (i << 2))) << 3);
    for (let x: usize = 0; x < rowBytes; x += 16) sixteenSums(first + x, rowBytes, weights, end, into + x);
  }
}
