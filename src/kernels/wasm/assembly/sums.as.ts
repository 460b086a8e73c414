/**
 * Sums over rows of channels: what each channel comes to over all positions, of one array or of the products of two.
 *
 * **Order.** Rows are read as they lie, and each is added to sums that rest in the first cache: one long stream, which is what
 * memory is fastest at. Going down 64 bytes of all rows with the sums in registers is 1.2 times as fast while all is in the
 * second cache, and half as fast from memory, where a line here and a line there is not what is fetched ahead.
 *
 * **Rounding.** 64 rows are added up by themselves and then added to those above: a sum of n terms has the roundings of 64 and
 * n / 64 additions in place of n. The 64 are counted from the first row, and a channel is added up by one thread alone, so the
 * bits are the same with any number of threads.
 *
 * **Roof.** One addition for 4 bytes: memory is the bound, and what the first cache takes of sums in and out, 16 bytes read and 8
 * written for 8 that come. (`npm run bench -- --only kernels`)
 */
import { share } from './geometry.as';

/** Rows that are added up by themselves. */
export const CHUNK: i32 = 64;

/** Channels of a line of the cache, which two threads should not share. */
const LINE: i32 = 16;

/** The first channel of a part; the next part's is its end. */
export function firstOf(channels: i32, part: i32, parts: i32): i32 {
  if (part == parts) return channels;
  const unit = channels >= LINE * parts ? LINE : 4;
  return share(channels / unit, part, parts) * unit;
}

/** Adds rows `rowBytes` apart, `width` bytes of each, to the sums at `out`. */
export function addRows(x: usize, rowBytes: usize, rows: i32, width: usize, out: usize): void {
  const whole = width & ~15;
  for (let row = 0; row < rows; row++, x += rowBytes) {
    let c: usize = 0;
    for (; c < whole; c += 16) v128.store(out + c, f32x4.add(v128.load(out + c), v128.load(x + c)));
    for (; c < width; c += 4) store<f32>(out + c, load<f32>(out + c) + load<f32>(x + c));
  }
}

/** As {@link addRows}, of the products of two rows. */
function addProducts(x: usize, y: usize, rowBytes: usize, rows: i32, width: usize, out: usize): void {
  const whole = width & ~15;
  for (let row = 0; row < rows; row++, x += rowBytes, y += rowBytes) {
    let c: usize = 0;
    for (; c < whole; c += 16) {
      const product = f32x4.mul(v128.load(x + c), v128.load(y + c));
      v128.store(out + c, f32x4.add(v128.load(out + c), product));
    }
    for (; c < width; c += 4) store<f32>(out + c, load<f32>(out + c) + load<f32>(x + c) * load<f32>(y + c));
  }
}

/**
 * Sums of all rows `rowBytes` apart, `width` bytes of each, of `x` or with a `y` of their products, to `out`.
 *
 * @param room of `width` bytes
 */
export function sumRows(
  x: usize,
  y: usize,
  rowBytes: usize,
  rows: i32,
  width: usize,
  out: usize,
  room: usize,
): void {
  memory.fill(out, 0, width);
  for (let row = 0; row < rows; row += CHUNK) {
    const count = min(CHUNK, rows - row);
    const at = rowBytes * <usize>row;
    memory.fill(room, 0, width);
    if (y == 0) addRows(x + at, rowBytes, count, width, room);
    else addProducts(x + at, y + at, rowBytes, count, width, room);
    addRows(room, 0, 1, width, out);
  }
}

/**
 * Adds up rows of `channels` values, or with a `y` the products of two such rows.
 *
 * @param room for as many values
 * @param part of `parts`, each of which adds up some channels
 */
export function channelSum(
  x: usize,
  y: usize,
  out: usize,
  rows: i32,
  channels: i32,
  room: usize,
  part: i32,
  parts: i32,
): void {
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const width = ((<usize>firstOf(channels, part + 1, parts)) << 2) - from;
  sumRows(x + from, y == 0 ? 0 : y + from, (<usize>channels) << 2, rows, width, out + from, room);
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
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const width = ((<usize>firstOf(channels, part + 1, parts)) << 2) - from;
  const pictureBytes = rowBytes * <usize>rows;
  for (let n = 0; n < pictures; n++, out += rowBytes) {
    const at = pictureBytes * <usize>n + from;
    memory.fill(out + from, 0, width);
    if (y == 0) addRows(x + at, rowBytes, rows, width, out + from);
    else addProducts(x + at, y + at, rowBytes, rows, width, out + from);
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
  const rowBytes = (<usize>channels) << 2;
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const width = ((<usize>firstOf(channels, part + 1, parts)) << 2) - from;
  globalSum(x, 0, out, pictures, rows, channels, part, parts);
  for (let n = 0; n < pictures; n++, out += rowBytes) divide(out + from, out + from, width, rows);
}

/** `to` is `from`, `width` bytes of it, divided. */
export function divide(from: usize, to: usize, width: usize, by: i32): void {
  const divisor = f32x4.splat(<f32>by);
  const whole = width & ~15;
  let c: usize = 0;
  for (; c < whole; c += 16) v128.store(to + c, f32x4.div(v128.load(from + c), divisor));
  for (; c < width; c += 4) store<f32>(to + c, load<f32>(from + c) / <f32>by);
}
