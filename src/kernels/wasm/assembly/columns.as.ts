/**
 * Eight output channels of some positions: the innermost loop of whatever is a product of matrices.
 *
 * **Tile.** Four positions by eight output channels: eight sums of four lanes in registers, and for each input channel two loads
 * of the filter, four of the input spread over the lanes, and one product, 15 registers in all, which is what V8 has. An older V8
 * (Node 20) keeps loads in their order and puts sums off to where they are needed, so that whatever is loaded in between lies in
 * registers at once: two channels one after another spill. So after each of four channels, of which a turn of the loop consists,
 * it may end, and then the sums are needed. That costs one comparison, and whatever the loop does besides, five addresses and
 * its own end, is done once in four channels instead of each time: what counts is how many instructions begin in a cycle. The
 * loop over input channels is the innermost and the only one around the sums; a filter of several taps ends and begins the tile for
 * each, and sums rest in the output between. Tiles follow each other in one function, and bounds are read when sums are done:
 * with few input channels, what is around the loop takes as long as the loop.
 *
 * On Zen 4, whose peak is 59 GFLOP/s, 1x1 over 8x14x14 of 96 to 576 channels comes to 45 in Node 20 and in Node 24, where the same
 * tile with a turn for each channel came to 36 and 43; over 112x112 of 16 to 96, to 36 and 37 where it was 29
 * (`npm run bench -- --only kernels`). Zen 3, whose peak is 52, begins four operations on vectors in a cycle, loads among them,
 * and of 22 for a channel 16 are products and sums: the loop by itself, on values in the first cache, comes to 36 there, these
 * convolutions to 30.
 */
import { between, GROUP, multiplyAdd } from './geometry.as';

/** Of {@link putBounds}. */
export const BOUNDS_BYTES: usize = 16;

/** Where a {@link tiles} finds that it holds nothing, behind what it holds its outputs between. */
export const UNBOUNDED: usize = 8;

/**
 * Puts what outputs are held between where a tile finds it when its sums are done: in the registers of two bounds, which it
 * would carry through its loop, there is no room for them.
 */
export function putBounds(at: usize, low: f32, high: f32): void {
  store<f32>(at, low);
  store<f32>(at, high, 4);
  store<f32>(at, -Infinity, UNBOUNDED);
  store<f32>(at, Infinity, UNBOUNDED + 4);
}

/**
 * Eight output channels of a block's positions, whose rows `list` has.
 *
 * @param bias may be zeros
 * @param bounds of {@link putBounds}
 */
export function columns(
  list: usize,
  taps: i32,
  channels: i32,
  panel: usize,
  bias: usize,
  out: usize,
  outBytes: usize,
  count: i32,
  bounds: usize,
): void {
  const last = out + outBytes * <usize>max(0, count - GROUP);
  if (taps == 1) {
    tiles(list, channels, panel, bias, 0, out, last, outBytes, bounds);
    return;
  }
  const tapBytes = (<usize>channels) << 5;
  for (let group = 0; group < count; group += GROUP) {
    const o = min(out + outBytes * <usize>group, last);
    for (let tap = 0, b = panel; tap < taps; tap++, b += tapBytes, list += GROUP << 2) {
      const start = tap == 0 ? bias : o;
      const startBytes: usize = tap == 0 ? 0 : outBytes;
      tiles(
        list,
        channels,
        b,
        start,
        startBytes,
        o,
        o,
        outBytes,
        tap == taps - 1 ? bounds : bounds + UNBOUNDED,
      );
    }
  }
}

/**
 * Tile after tile of one tap, the first to `out` and the one that holds the end to `last`, over the one before it.
 *
 * @param start what sums begin with: a bias for all positions, or `startBytes` apart what earlier taps came to
 */
function tiles(
  list: usize,
  channels: i32,
  panel: usize,
  start: usize,
  startBytes: usize,
  out: usize,
  last: usize,
  outBytes: usize,
  bounds: usize,
): void {
  for (;;) {
    let b = panel;
    const end = b + ((<usize>channels) << 5);
    const oneLess = end - 32;
    const twoLess = end - 64;
    const threeLess = end - 96;
    let a0 = <usize>load<u32>(list);
    let a1 = <usize>load<u32>(list, 4);
    let a2 = <usize>load<u32>(list, 8);
    let a3 = <usize>load<u32>(list, 12);
    let c00 = v128.load(start),
      c01 = v128.load(start, 16),
      c10 = c00,
      c11 = c01,
      c20 = c00,
      c21 = c01,
      c30 = c00,
      c31 = c01;
    if (startBytes != 0) {
      let from = start + startBytes;
      c10 = v128.load(from);
      c11 = v128.load(from, 16);
      from += startBytes;
      c20 = v128.load(from);
      c21 = v128.load(from, 16);
      from += startBytes;
      c30 = v128.load(from);
      c31 = v128.load(from, 16);
    }
    do {
      let p = v128.load(b);
      let q = v128.load(b, 16);
      let s = v128.load32_splat(a0);
      c00 = multiplyAdd(s, p, c00);
      c01 = multiplyAdd(s, q, c01);
      s = v128.load32_splat(a1);
      c10 = multiplyAdd(s, p, c10);
      c11 = multiplyAdd(s, q, c11);
      s = v128.load32_splat(a2);
      c20 = multiplyAdd(s, p, c20);
      c21 = multiplyAdd(s, q, c21);
      s = v128.load32_splat(a3);
      c30 = multiplyAdd(s, p, c30);
      c31 = multiplyAdd(s, q, c31);
      if (b == oneLess) break;
      p = v128.load(b, 32);
      q = v128.load(b, 48);
      s = v128.load32_splat(a0, 4);
      c00 = multiplyAdd(s, p, c00);
      c01 = multiplyAdd(s, q, c01);
      s = v128.load32_splat(a1, 4);
      c10 = multiplyAdd(s, p, c10);
      c11 = multiplyAdd(s, q, c11);
      s = v128.load32_splat(a2, 4);
      c20 = multiplyAdd(s, p, c20);
      c21 = multiplyAdd(s, q, c21);
      s = v128.load32_splat(a3, 4);
      c30 = multiplyAdd(s, p, c30);
      c31 = multiplyAdd(s, q, c31);
      if (b == twoLess) break;
      p = v128.load(b, 64);
      q = v128.load(b, 80);
      s = v128.load32_splat(a0, 8);
      c00 = multiplyAdd(s, p, c00);
      c01 = multiplyAdd(s, q, c01);
      s = v128.load32_splat(a1, 8);
      c10 = multiplyAdd(s, p, c10);
      c11 = multiplyAdd(s, q, c11);
      s = v128.load32_splat(a2, 8);
      c20 = multiplyAdd(s, p, c20);
      c21 = multiplyAdd(s, q, c21);
      s = v128.load32_splat(a3, 8);
      c30 = multiplyAdd(s, p, c30);
      c31 = multiplyAdd(s, q, c31);
      if (b == threeLess) break;
      p = v128.load(b, 96);
      q = v128.load(b, 112);
      s = v128.load32_splat(a0, 12);
      c00 = multiplyAdd(s, p, c00);
      c01 = multiplyAdd(s, q, c01);
      s = v128.load32_splat(a1, 12);
      c10 = multiplyAdd(s, p, c10);
      c11 = multiplyAdd(s, q, c11);
      s = v128.load32_splat(a2, 12);
      c20 = multiplyAdd(s, p, c20);
      c21 = multiplyAdd(s, q, c21);
      s = v128.load32_splat(a3, 12);
      c30 = multiplyAdd(s, p, c30);
      c31 = multiplyAdd(s, q, c31);
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      b += 128;
    } while (b < end);
    const low = v128.load32_splat(bounds);
    const high = v128.load32_splat(bounds, 4);
    let to = out;
    put(to, c00, c01, low, high);
    to += outBytes;
    put(to, c10, c11, low, high);
    to += outBytes;
    put(to, c20, c21, low, high);
    to += outBytes;
    put(to, c30, c31, low, high);
    if (out == last) return;
    out = min(to + outBytes, last);
    list += GROUP << 2;
  }
}

function put(at: usize, x: v128, y: v128, low: v128, high: v128): void {
  v128.store(at, between(x, low, high));
  v128.store(at, between(y, low, high), 16);
}
