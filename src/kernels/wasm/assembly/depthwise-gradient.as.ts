/**
 * The gradient of a depthwise convolution by its filter: for each tap a channel's sum over positions of what was under it times
 * the gradient that came in.
 *
 * **Tile.** One tap by sixteen channels: four sums, eight loads and two addresses a position, for eight multiplications
 * and additions. Four sums are as many as an addition takes cycles, so none waits for the last. Positions that have nothing
 * under the tap are not in the list.
 *
 * **Order.** Sums are of 256 positions each and then of those, in the order of positions.
 *
 * **Roof.** As of the pass forward, depthwise.as.ts, but for the loads: ten of them want three to four cycles, as many as the
 * arithmetic.
 */
import { Geometry, listPairs, multiplyAdd, share } from './geometry.as';

/** Positions whose pairs are listed at a time. */
const CHUNK: i32 = 256;

/** Bytes that {@link depthwiseFilterGradient} needs for its list. */
export const PAIRS_BYTES: usize = CHUNK * 8;

/**
 * Fills `dw` `[taps, channels]` from rows of `x` and of `dy`.
 *
 * @param part of `parts`, each of which fills some of the channels
 */
export function depthwiseFilterGradient(
  g: Geometry,
  x: usize,
  dy: usize,
  dw: usize,
  positions: i32,
  channels: i32,
  list: usize,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const sixteens = (channels + 15) / 16;
  const begin = (<usize>share(sixteens, part, parts)) << 6;
  const stop = min(rowBytes, (<usize>share(sixteens, part + 1, parts)) << 6);
  if (begin >= stop) return;
  for (let from = 0; from < positions; from += CHUNK) {
    const end = min(positions, from + CHUNK);
    let to = dw;
    for (let ky = 0; ky < g.filterHeight; ky++) {
      for (let kx = 0; kx < g.filterWidth; kx++, to += rowBytes) {
        const listEnd = listPairs(g, x, dy, rowBytes, from, end, ky, kx, list);
        if (from == 0) memory.fill(to + begin, 0, stop - begin);
        let c = begin;
        for (; c + 64 <= stop; c += 64) addSixteen(list, listEnd, c, to + c);
        for (; c + 16 <= stop; c += 16) addFour(list, listEnd, c, to + c);
        for (; c < stop; c += 4) addOne(list, listEnd, c, to + c);
      }
    }
  }
}

function addSixteen(list: usize, end: usize, c: usize, to: usize): void {
  let s0 = f32x4.splat(0),
    s1 = s0,
    s2 = s0,
    s3 = s0;
  while (list < end) {
    const a = c + <usize>load<u32>(list),
      b = c + <usize>load<u32>(list, 4);
    s0 = multiplyAdd(v128.load(a), v128.load(b), s0);
    s1 = multiplyAdd(v128.load(a, 16), v128.load(b, 16), s1);
    s2 = multiplyAdd(v128.load(a, 32), v128.load(b, 32), s2);
    s3 = multiplyAdd(v128.load(a, 48), v128.load(b, 48), s3);
    list += 8;
  }
  v128.store(to, f32x4.add(v128.load(to), s0));
  v128.store(to, f32x4.add(v128.load(to, 16), s1), 16);
  v128.store(to, f32x4.add(v128.load(to, 32), s2), 32);
  v128.store(to, f32x4.add(v128.load(to, 48), s3), 48);
}

function addFour(list: usize, end: usize, c: usize, to: usize): void {
  let sum = f32x4.splat(0);
  for (; list < end; list += 8) {
    sum = multiplyAdd(v128.load(c + <usize>load<u32>(list)), v128.load(c + <usize>load<u32>(list, 4)), sum);
  }
  v128.store(to, f32x4.add(v128.load(to), sum));
}

function addOne(list: usize, end: usize, c: usize, to: usize): void {
  let sum = f32x4.splat(0);
  for (; list < end; list += 8) {
    const a = v128.load32_splat(c + <usize>load<u32>(list));
    sum = multiplyAdd(a, v128.load32_splat(c + <usize>load<u32>(list, 4)), sum);
  }
  v128.store_lane<f32>(to, f32x4.add(v128.load32_splat(to), sum), 0);
}
