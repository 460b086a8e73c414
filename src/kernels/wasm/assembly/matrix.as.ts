/**
 * Convolutions of any side and stride, and dense layers, which are convolutions of one position: forward, and by the input.
 *
 * **Tile.** Five positions by eight output channels: ten sums of four lanes in registers, beside them two of the filter and one
 * of the input, which is spread over the lanes. A step along the input channels then loads 7 times for 20 multiplications and
 * additions. Six by eight would load less, but needs 15 registers and V8 has 15 for all: it spills, and is a fifth slower.
 * The loop over input channels is the innermost and the only one around the sums; with a loop over taps around it V8 keeps
 * them in memory. So a filter of several taps ends and begins the tile for each, and sums rest in the output between.
 *
 * **Order.** The filter lies in panels of eight output channels, so that a tile reads it one value after another. Positions
 * are taken in blocks whose input is within 128 kB: a panel stays in the first cache while a block's rows pass from the
 * second. Every output is the sum over taps and channels in their order from the bias on, whoever its neighbours are: it has
 * the same bits alone and in a batch.
 *
 * **Roof.** 1x1 over 8x14x14 of 96 to 576 channels: 173 million operations on 3.9 MB, 44 a byte; memory asks for one a byte, so
 * arithmetic is the bound: two multiplications or additions of four lanes in a cycle.
 */
import { copyPatches, Geometry, GROUP, listGroups, multiplyAdd, share } from './geometry.as';
import { PANEL } from './pack.as';

/** Bytes of the input that a block of positions may read. */
const BLOCK_BYTES: i32 = 131072;

/** Positions of a block, for sums of so many terms a tap. */
function blockOf(terms: i32): i32 {
  return max(4, min(80, BLOCK_BYTES / (terms << 2) / GROUP)) * GROUP;
}

/** Whether what lies under a filter is copied together: rows of a few channels make sums that are too short. */
export function arePatches(taps: i32, channels: i32): bool {
  return taps > 1 && channels < PANEL;
}

/** Backward they may lie apart, and are taken one by one. */
function takesPatches(g: Geometry, channels: i32): bool {
  return arePatches(g.filterHeight * g.filterWidth, channels) && g.spreadHeight * g.spreadWidth == 1;
}

/** Bytes that {@link convolution} needs for lists and patches, for each part. */
export function convolutionBytes(taps: i32, channels: i32): usize {
  return listBytes(taps, channels) + edgeBytes(taps, channels);
}

function listBytes(taps: i32, channels: i32): usize {
  return (<usize>((blockOf(channels) + 2 * GROUP) * taps)) << 2;
}

/** Bytes of eight channels of a block. */
function columnBytes(terms: i32): usize {
  return (<usize>(blockOf(terms) + GROUP)) << 5;
}

/** Bytes of eight channels of a block, and of patches. */
function edgeBytes(taps: i32, channels: i32): usize {
  if (!arePatches(taps, channels)) return columnBytes(channels);
  const terms = taps * channels;
  return columnBytes(channels) + ((<usize>((blockOf(terms) + GROUP) * terms)) << 2);
}

/**
 * Fills `out` `[positions, outChannels]` from rows of `channels` values.
 *
 * @param panels the filter, packed
 * @param bias a value for each output channel, filled up to eight
 * @param low and `high`: what comes out is held between; not a number stays so
 * @param room of {@link convolutionBytes}
 * @param zero a row of `channels` zeros
 * @param part of `parts`, each of which fills some of the positions
 */
export function convolution(
  g: Geometry,
  x: usize,
  panels: usize,
  bias: usize,
  out: usize,
  positions: i32,
  channels: i32,
  outChannels: i32,
  low: f32,
  high: f32,
  room: usize,
  zero: usize,
  part: i32,
  parts: i32,
): void {
  const allTaps = g.filterHeight * g.filterWidth;
  const isNarrow = takesPatches(g, channels);
  const taps = isNarrow ? 1 : allTaps;
  const terms = isNarrow ? allTaps * channels : channels;
  const rowBytes = (<usize>channels) << 2;
  const outBytes = (<usize>outChannels) << 2;
  const block = blockOf(terms);
  const panelBytes = rowBytes * <usize>(allTaps * PANEL);
  const list = room;
  const edge = room + listBytes(allTaps, channels);
  const stop = share(positions, part + 1, parts);
  for (let from = share(positions, part, parts); from < stop;) {
    const end = stop - from - block < GROUP ? stop : from + block;
    if (isNarrow) listPatches(g, x, rowBytes, from, end, list, edge + columnBytes(terms));
    else listGroups(g, x, rowBytes, zero, from, end, list);
    const count = end - from;
    const at = out + outBytes * <usize>from;
    for (let n = 0, panel = panels; n < outChannels; n += PANEL, panel += panelBytes) {
      const isEdge = n + PANEL > outChannels || count < GROUP;
      const to = isEdge ? edge : at + ((<usize>n) << 2);
      columns(
        list,
        taps,
        terms,
        panel,
        bias + ((<usize>n) << 2),
        to,
        isEdge ? 32 : outBytes,
        count,
        low,
        high,
      );
      if (isEdge) copyEdge(edge, at + ((<usize>n) << 2), outBytes, count, min(PANEL, outChannels - n));
    }
    from = end;
  }
}

/** Copies a block's patches together and lists them in groups, as listGroups does. */
function listPatches(
  g: Geometry,
  x: usize,
  rowBytes: usize,
  from: i32,
  end: i32,
  list: usize,
  patches: usize,
): void {
  copyPatches(g, x, rowBytes, from, end, patches);
  const patchBytes = rowBytes * <usize>(g.filterHeight * g.filterWidth);
  for (let group = from; group < end; group += GROUP) {
    const first = max(from, min(group, end - GROUP));
    for (let position = first; position < first + GROUP; position++, list += 4) {
      store<u32>(list, <u32>(patches + patchBytes * <usize>(min(position, end - 1) - from)));
    }
  }
}

function copyEdge(edge: usize, to: usize, outBytes: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++, edge += 32, to += outBytes) {
    for (let j: usize = 0; j < (<usize>columns) << 2; j += 4) store<f32>(to + j, load<f32>(edge + j));
  }
}

/** Eight output channels of a block's positions, whose rows `list` has; `bias` may be zeros. */
export function columns(
  list: usize,
  taps: i32,
  channels: i32,
  panel: usize,
  bias: usize,
  out: usize,
  outBytes: usize,
  count: i32,
  low: f32,
  high: f32,
): void {
  const tapBytes = (<usize>channels) << 5;
  const even = channels & ~1;
  for (let group = 0; group < count; group += GROUP) {
    const o = out + outBytes * <usize>max(0, min(group, count - GROUP));
    for (let tap = 0, b = panel; tap < taps; tap++, b += tapBytes, list += GROUP << 2) {
      const isLast = tap == taps - 1;
      const start = tap == 0 ? bias : o;
      const startBytes: usize = tap == 0 ? 0 : outBytes;
      const least: f32 = isLast ? low : -Infinity;
      const most: f32 = isLast ? high : Infinity;
      if (even == channels) tile(list, channels, b, start, startBytes, o, outBytes, least, most);
      else {
        if (even > 0) tile(list, even, b, start, startBytes, o, outBytes, -Infinity, Infinity);
        const last = b + ((<usize>even) << 5);
        if (even > 0) lastChannel(list, even, last, o, outBytes, o, outBytes, least, most);
        else lastChannel(list, 0, last, start, startBytes, o, outBytes, least, most);
      }
    }
  }
}

/**
 * Five positions by eight output channels over an even number of channels, from what lies at `start`: a bias, or what earlier
 * taps came to.
 */
function tile(
  list: usize,
  channels: i32,
  b: usize,
  start: usize,
  startBytes: usize,
  out: usize,
  outBytes: usize,
  low: f32,
  high: f32,
): void {
  let a0 = <usize>load<u32>(list),
    a1 = <usize>load<u32>(list, 4),
    a2 = <usize>load<u32>(list, 8);
  let a3 = <usize>load<u32>(list, 12),
    a4 = <usize>load<u32>(list, 16);
  let c00 = v128.load(start),
    c01 = v128.load(start, 16);
  start += startBytes;
  let c10 = v128.load(start),
    c11 = v128.load(start, 16);
  start += startBytes;
  let c20 = v128.load(start),
    c21 = v128.load(start, 16);
  start += startBytes;
  let c30 = v128.load(start),
    c31 = v128.load(start, 16);
  start += startBytes;
  let c40 = v128.load(start),
    c41 = v128.load(start, 16);
  const end = b + ((<usize>channels) << 5);
  do {
    let p = v128.load(b),
      q = v128.load(b, 16);
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
    s = v128.load32_splat(a4);
    c40 = multiplyAdd(s, p, c40);
    c41 = multiplyAdd(s, q, c41);
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
    s = v128.load32_splat(a4, 4);
    c40 = multiplyAdd(s, p, c40);
    c41 = multiplyAdd(s, q, c41);
    a0 += 8;
    a1 += 8;
    a2 += 8;
    a3 += 8;
    a4 += 8;
    b += 64;
  } while (b < end);
  put(out, c00, c01, low, high);
  out += outBytes;
  put(out, c10, c11, low, high);
  out += outBytes;
  put(out, c20, c21, low, high);
  out += outBytes;
  put(out, c30, c31, low, high);
  out += outBytes;
  put(out, c40, c41, low, high);
}

/** As `tile` with one channel, the last of an odd number: its steps are of two. */
function lastChannel(
  list: usize,
  channel: i32,
  b: usize,
  start: usize,
  startBytes: usize,
  out: usize,
  outBytes: usize,
  low: f32,
  high: f32,
): void {
  const p = v128.load(b),
    q = v128.load(b, 16);
  for (let i = 0; i < GROUP; i++, list += 4, start += startBytes, out += outBytes) {
    const s = v128.load32_splat(<usize>load<u32>(list) + ((<usize>channel) << 2));
    put(out, multiplyAdd(s, p, v128.load(start)), multiplyAdd(s, q, v128.load(start, 16)), low, high);
  }
}

function put(at: usize, x: v128, y: v128, low: f32, high: f32): void {
  v128.store(at, between(x, low, high));
  v128.store(at, between(y, low, high), 16);
}

/** Held between two bounds; what is not a number compares with neither, and stays. */
export function between(x: v128, low: f32, high: f32): v128 {
  return f32x4.pmin(f32x4.pmax(x, f32x4.splat(low)), f32x4.splat(high));
}
