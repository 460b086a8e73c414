/**
 * Convolutions of any side and stride, and dense layers, which are convolutions of one position: forward, and by the input.
 *
 * **Tile.** Four positions by eight output channels, one input channel a step: eight sums of four lanes in registers, two
 * loads of the filter, four of the input spread over the lanes, and one product, 15 in all, which is what V8 has. It keeps
 * loads in their order and sums where they are used, so that whatever a turn of the loop loads lies in registers at once:
 * steps of two channels, or five positions, spill. On Zen 5 the peak is 52 GFLOP/s (`npm run bench -- --only kernels`), and
 * five positions in steps of two channels came to 31 in Node 20 and 38 in Node 24, this tile to 41 and 49. Nothing else may be
 * held through the loop, which is why bounds are read when it is done. The loop over input channels is the innermost and the
 * only one around the sums; a filter of several taps ends and begins the tile for each, and sums rest in the output between.
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

/** Positions of a part, below which it would read the whole filter for too little. */
const FEW: i32 = 64;

/** Whether what lies under a filter is copied together: rows of a few channels make sums that are too short. */
export function arePatches(taps: i32, channels: i32): bool {
  return taps > 1 && channels < PANEL;
}

/** Backward they may lie apart, and are taken one by one. */
function takesPatches(g: Geometry, channels: i32): bool {
  return arePatches(g.filterHeight * g.filterWidth, channels) && g.spreadHeight * g.spreadWidth == 1;
}

/** Bytes that {@link convolution} needs for bounds, lists and patches, for each part. */
export function convolutionBytes(taps: i32, channels: i32): usize {
  return BOUNDS_BYTES + listBytes(taps, channels) + edgeBytes(taps, channels);
}

/** Of {@link putBounds}. */
export const BOUNDS_BYTES: usize = 16;

/** Where a {@link tile} finds that it holds nothing, behind what it holds its outputs between. */
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
 * @param part of `parts`, each of which fills some of the positions, or where these are few some output channels
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
  putBounds(room, low, high);
  const list = room + BOUNDS_BYTES;
  const edge = list + listBytes(allTaps, channels);
  const all = (outChannels + PANEL - 1) / PANEL;
  const splitsPanels = positions < FEW * parts && all >= parts;
  const first = splitsPanels ? share(all, part, parts) : 0;
  const last = splitsPanels ? share(all, part + 1, parts) : all;
  const stop = splitsPanels ? positions : share(positions, part + 1, parts);
  for (let from = splitsPanels ? 0 : share(positions, part, parts); from < stop;) {
    const end = stop - from - block < GROUP ? stop : from + block;
    if (isNarrow) listPatches(g, x, rowBytes, from, end, list, edge + columnBytes(terms));
    else listGroups(g, x, rowBytes, zero, from, end, list);
    const count = end - from;
    const at = out + outBytes * <usize>from;
    for (
      let n = first * PANEL, panel = panels + panelBytes * <usize>first;
      n < last * PANEL;
      n += PANEL, panel += panelBytes
    ) {
      const isEdge = n + PANEL > outChannels || count < GROUP;
      const to = isEdge ? edge : at + ((<usize>n) << 2);
      columns(list, taps, terms, panel, bias + ((<usize>n) << 2), to, isEdge ? 32 : outBytes, count, room);
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
  const tapBytes = (<usize>channels) << 5;
  for (let group = 0; group < count; group += GROUP) {
    const o = out + outBytes * <usize>max(0, min(group, count - GROUP));
    for (let tap = 0, b = panel; tap < taps; tap++, b += tapBytes, list += GROUP << 2) {
      const isLast = tap == taps - 1;
      const start = tap == 0 ? bias : o;
      const startBytes: usize = tap == 0 ? 0 : outBytes;
      tile(list, channels, b, start, startBytes, o, outBytes, isLast ? bounds : bounds + UNBOUNDED);
    }
  }
}

/**
 * Four positions by eight output channels, from what lies at `start`: a bias, or what earlier taps came to.
 */
function tile(
  list: usize,
  channels: i32,
  b: usize,
  start: usize,
  startBytes: usize,
  out: usize,
  outBytes: usize,
  bounds: usize,
): void {
  let a0 = <usize>load<u32>(list),
    a1 = <usize>load<u32>(list, 4);
  let a2 = <usize>load<u32>(list, 8),
    a3 = <usize>load<u32>(list, 12);
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
  const end = b + ((<usize>channels) << 5);
  do {
    const p = v128.load(b),
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
    a0 += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    b += 32;
  } while (b < end);
  const low = v128.load32_splat(bounds),
    high = v128.load32_splat(bounds, 4);
  put(out, c00, c01, low, high);
  out += outBytes;
  put(out, c10, c11, low, high);
  out += outBytes;
  put(out, c20, c21, low, high);
  out += outBytes;
  put(out, c30, c31, low, high);
}

function put(at: usize, x: v128, y: v128, low: v128, high: v128): void {
  v128.store(at, between(x, low, high));
  v128.store(at, between(y, low, high), 16);
}

/** Held between two bounds; what is not a number compares with neither, and stays. */
export function between(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, low), high);
}
