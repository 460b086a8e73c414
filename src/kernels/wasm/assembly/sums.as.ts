/**
 * Sums over rows of channels: what each channel comes to over all positions, of one array or of the products of two.
 *
 * **Order.** Sixteen rows at a time, a line of the cache of each, so that their sums rest in registers and the next lines of
 * the sixteen are fetched ahead. From the second cache that is 1.5 times as fast as one row after another, whose sums pass the
 * first cache each time; a column of hundreds of rows is slower than either from memory, where a line here and a line there is
 * not what is fetched ahead.
 *
 * **Rounding.** The sums of sixteen rows are added to those above: a sum of n terms has the roundings of 16 and n / 16 additions
 * in place of n. Rows are counted from the first, and a channel is one thread's, so bits do not depend on how many there are.
 *
 * **Roof.** One addition for 4 bytes: memory is the bound. One thread of a Zen 4 takes 57 GB/s over 8x14x14x576, and 49 of two arrays'
 * products (`npm run bench -- --only kernels`).
 */
import { share } from './geometry.as';
import { Lanes } from './lanes.as';

/** Rows that are added up by themselves. */
export const GROUP: i32 = 16;

/** Channels of a line of the cache, which two threads should not share. */
const LINE: i32 = 16;

/** The first channel of a part; the next part's is its end. */
export function firstOf(channels: i32, part: i32, parts: i32): i32 {
  if (part == parts) return channels;
  const unit = channels >= LINE * parts ? LINE : 4;
  return share(channels / unit, part, parts) * unit;
}

/** Put where it is called, so that what it is to do is not asked for each row. */
class Group {
  /** Adds what some rows come to, `width` bytes of each, to `out`: of `x`, or where it `isDot` of the products with `y`. */
  @inline static add(
    x: usize,
    y: usize,
    rowBytes: usize,
    rows: i32,
    width: usize,
    out: usize,
    isDot: bool,
  ): void {
    let c: usize = 0;
    for (; c + 64 <= width; c += 64) {
      let a = f32x4.splat(0),
        b = a,
        d = a,
        e = a;
      let at = x + c,
        by = y + c;
      for (let row = 0; row < rows; row++, at += rowBytes, by += rowBytes) {
        a = f32x4.add(a, isDot ? f32x4.mul(v128.load(at), v128.load(by)) : v128.load(at));
        b = f32x4.add(b, isDot ? f32x4.mul(v128.load(at, 16), v128.load(by, 16)) : v128.load(at, 16));
        d = f32x4.add(d, isDot ? f32x4.mul(v128.load(at, 32), v128.load(by, 32)) : v128.load(at, 32));
        e = f32x4.add(e, isDot ? f32x4.mul(v128.load(at, 48), v128.load(by, 48)) : v128.load(at, 48));
      }
      const to = out + c;
      v128.store(to, f32x4.add(v128.load(to), a));
      v128.store(to, f32x4.add(v128.load(to, 16), b), 16);
      v128.store(to, f32x4.add(v128.load(to, 32), d), 32);
      v128.store(to, f32x4.add(v128.load(to, 48), e), 48);
    }
    for (let step = Lanes.step(c, width); c < width; c += step, step = Lanes.step(c, width)) {
      let sum = f32x4.splat(0);
      let at = x + c,
        by = y + c;
      for (let row = 0; row < rows; row++, at += rowBytes, by += rowBytes) {
        const value = Lanes.load(at, step);
        sum = f32x4.add(sum, isDot ? f32x4.mul(value, Lanes.load(by, step)) : value);
      }
      Lanes.store(out + c, f32x4.add(Lanes.load(out + c, step), sum), step);
    }
  }
}

/** Fills `out` with the sums of rows `rowBytes` apart, `width` bytes of each. */
export function sumRows(x: usize, rowBytes: usize, rows: i32, width: usize, out: usize): void {
  memory.fill(out, 0, width);
  for (let row = 0; row < rows; row += GROUP)
    Group.add(x + rowBytes * <usize>row, 0, rowBytes, min(GROUP, rows - row), width, out, false);
}

/** As {@link sumRows}, of the products of two arrays' rows. */
export function dotRows(x: usize, y: usize, rowBytes: usize, rows: i32, width: usize, out: usize): void {
  memory.fill(out, 0, width);
  for (let row = 0; row < rows; row += GROUP) {
    const at = rowBytes * <usize>row;
    Group.add(x + at, y + at, rowBytes, min(GROUP, rows - row), width, out, true);
  }
}

/**
 * Adds up rows of `channels` values, or with a `y` the products of two such rows.
 *
 * @param part of `parts`, each of which adds up some channels
 */
export function channelSum(
  x: usize,
  y: usize,
  out: usize,
  rows: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const width = ((<usize>firstOf(channels, part + 1, parts)) << 2) - from;
  if (y == 0) sumRows(x + from, rowBytes, rows, width, out + from);
  else dotRows(x + from, y + from, rowBytes, rows, width, out + from);
}

/**
 * `out` `[pictures, channels]` is the sum over the `rows` of each picture, of `x` or with a `y` of their products.
 *
 * @param part of `parts`, each of which takes some channels of all pictures
 */
export function globalSum(
  x: usize,
  y: usize,
  out: usize,
  pictures: i32,
  rows: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const pictureBytes = rowBytes * <usize>rows;
  for (let n = 0; n < pictures; n++, out += rowBytes) {
    const at = pictureBytes * <usize>n;
    channelSum(x + at, y == 0 ? 0 : y + at, out, rows, channels, part, parts);
  }
}

/** As {@link globalSum}, the mean. */
export function globalPool(
  x: usize,
  out: usize,
  pictures: i32,
  rows: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const width = ((<usize>firstOf(channels, part + 1, parts)) << 2) - from;
  globalSum(x, 0, out, pictures, rows, channels, part, parts);
  for (let n = 0; n < pictures; n++, out += (<usize>channels) << 2)
    divide(out + from, out + from, width, rows);
}

/** `to` is `from`, `width` bytes of it, divided. */
export function divide(from: usize, to: usize, width: usize, by: i32): void {
  const divisor = f32x4.splat(<f32>by);
  let c: usize = 0;
  for (let step = Lanes.step(c, width); c < width; c += step, step = Lanes.step(c, width))
    Lanes.store(to + c, f32x4.div(Lanes.load(from + c, step), divisor), step);
}
