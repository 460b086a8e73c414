/**
 * Sums and products of two arrays, value by value or with one value a channel of each picture, as squeeze-and-excite has it.
 *
 * **Roof.** One operation on 12 bytes: memory is the bound. So they are on all threads, each of which finds what it has
 * written in its own cache.
 */
import { share } from './geometry.as';

/** Put where it is called, so that what it is to do is not asked for each value. */
class Pairs {
  /** `out` = `x` + `y`, or where it `isProduct` `x` times `y`. */
  @inline static combine(x: usize, y: usize, out: usize, count: i32, isProduct: bool): void {
    let end = out + ((<usize>(count & ~3)) << 2);
    for (; out < end; out += 16, x += 16, y += 16) {
      const one = v128.load(x),
        two = v128.load(y);
      v128.store(out, isProduct ? f32x4.mul(one, two) : f32x4.add(one, two));
    }
    end += (<usize>(count & 3)) << 2;
    for (; out < end; out += 4, x += 4, y += 4) {
      const one = load<f32>(x),
        two = load<f32>(y);
      store<f32>(out, isProduct ? one * two : one + two);
    }
  }
}

/** `out` = `x` + `y`. */
export function add(x: usize, y: usize, out: usize, count: i32): void {
  Pairs.combine(x, y, out, count, false);
}

/** `out` = `x` times `y`. */
export function multiply(x: usize, y: usize, out: usize, count: i32): void {
  Pairs.combine(x, y, out, count, true);
}

/**
 * `out` `[pictures, rows, channels]` is `x` times the `[pictures, channels]` of `gate`.
 *
 * @param part of `parts`, each of which takes some rows
 */
export function scaleChannels(
  x: usize,
  gate: usize,
  out: usize,
  pictures: i32,
  rows: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  for (let row = share(pictures * rows, part, parts); row < share(pictures * rows, part + 1, parts); row++) {
    const at = rowBytes * <usize>row;
    multiply(x + at, gate + rowBytes * <usize>(row / rows), out + at, channels);
  }
}
