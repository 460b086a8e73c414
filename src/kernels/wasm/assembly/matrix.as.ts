/**
 * Convolutions of any side and stride, and dense layers, which are convolutions of one position: forward, and by the input.
 *
 * **Order.** The filter lies in panels of eight output channels, so that a tile reads it one value after another. Positions
 * are taken in blocks whose input is within 128 kB: a panel stays in the first cache while a block's rows pass from the
 * second. Every output is the sum over taps and channels in their order from the bias on, whoever its neighbours are: it has
 * the same bits alone and in a batch.
 *
 * **Roof.** 1x1 over 8x14x14 of 96 to 576 channels: 173 million operations on 3.9 MB, 44 a byte; memory asks for one a byte, so
 * arithmetic is the bound: two multiplications or additions of four lanes in a cycle.
 */
import { BOUNDS_BYTES, columns, putBounds } from './columns.as';
import { copyPatches, Geometry, GROUP, listGroups, share } from './geometry.as';
import { PANEL } from './pack.as';
import { swishRows } from './swish.as';

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
 * @param isSwish whether what comes out is swish of that, which a block goes through when all its panels are made
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
  isSwish: bool,
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
    if (isSwish) {
      const width = min(outChannels, last * PANEL) - first * PANEL;
      swishRows(at + ((<usize>(first * PANEL)) << 2), width, count, outBytes);
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
