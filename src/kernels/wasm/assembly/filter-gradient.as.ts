/**
 * The gradient of a convolution by its filter, dW = X^T dY for each tap: X has a row of input channels for each position, dY one
 * of output channels.
 *
 * **Tile.** Four input by eight output channels, as in columns.as.ts; the loop runs over positions. Its steps would lie rows
 * apart, so X is laid in panels of four columns and dY in panels of eight first, for 128 positions at a time: a load and a store
 * for each four values that then take part in a hundred or more products each. Patches are not built: X is gathered by the
 * tap's addresses.
 *
 * **Order.** A panel of dY (4 kB) stays in the first cache while those of X pass from the second. What 128 positions come to is
 * added to dW, so sums are of 128 terms each and then of those: closer than one long sum.
 *
 * **Roof.** As of the pass forward; packing and adding take two to five of a hundred cycles.
 */
import { copyPatches, Geometry, listRows, multiplyAdd, share } from './geometry.as';
import { arePatches } from './matrix.as';

const ROWS: i32 = 4;
const COLUMNS: i32 = 8;

/** Positions that are packed at a time. */
const CHUNK: i32 = 128;

/** Of a tile's sums, and ahead of the addresses. */
const SUMS_BYTES: usize = 128;
const HEAD_BYTES: usize = SUMS_BYTES + 16;

/** Bytes that {@link filterGradient} needs for packed rows and addresses, for each part. */
export function filterGradientBytes(taps: i32, channels: i32, outChannels: i32): usize {
  const terms = arePatches(taps, channels) ? 2 * taps * channels : channels;
  return HEAD_BYTES + ((<usize>((terms + ROWS + outChannels + COLUMNS + 1) * CHUNK)) << 2);
}

/** The part of dW that a thread fills, in channels: all of the ones, some of the others. */
@unmanaged
class Part {
  kFrom: i32;
  kTo: i32;
  nFrom: i32;
  nTo: i32;
}

/** Splits whichever has more panels. */
function takePart(at: Part, terms: i32, outChannels: i32, part: i32, parts: i32): void {
  const rows = (terms + ROWS - 1) / ROWS;
  const columns = (outChannels + COLUMNS - 1) / COLUMNS;
  const splitsRows = rows > columns;
  at.kFrom = splitsRows ? share(rows, part, parts) * ROWS : 0;
  at.kTo = splitsRows ? min(terms, share(rows, part + 1, parts) * ROWS) : terms;
  at.nFrom = splitsRows ? 0 : share(columns, part, parts) * COLUMNS;
  at.nTo = splitsRows ? outChannels : min(outChannels, share(columns, part + 1, parts) * COLUMNS);
}

/**
 * Fills `dw` `[taps, channels, outChannels]`.
 *
 * @param room of {@link filterGradientBytes}
 * @param zero a row of `channels` zeros
 * @param part of `parts`, each of which fills some of the channels
 */
export function filterGradient(
  g: Geometry,
  x: usize,
  dy: usize,
  dw: usize,
  positions: i32,
  channels: i32,
  outChannels: i32,
  room: usize,
  zero: usize,
  part: i32,
  parts: i32,
): void {
  const taps = g.filterHeight * g.filterWidth;
  const isNarrow = arePatches(taps, channels);
  const terms = isNarrow ? taps * channels : channels;
  const own = changetype<Part>(room + SUMS_BYTES);
  takePart(own, terms, outChannels, part, parts);
  if (own.kFrom >= own.kTo || own.nFrom >= own.nTo) return;
  const list = room + HEAD_BYTES;
  const ys = list + ((<usize>CHUNK) << 2);
  const xs = ys + ((<usize>((outChannels + COLUMNS) * CHUNK)) << 2);
  const rowBytes = (<usize>channels) << 2;
  for (let from = 0; from < positions; from += CHUNK) {
    const end = min(positions, from + CHUNK);
    const count = end - from;
    packColumns(dy + ((<usize>(from * outChannels)) << 2), ys, count, own, outChannels);
    if (isNarrow) {
      const patches = xs + ((<usize>((terms + ROWS) * CHUNK)) << 2);
      copyPatches(g, x, rowBytes, from, end, patches);
      for (let i = 0; i < count; i++) store<u32>(list + ((<usize>i) << 2), <u32>patches + ((i * terms) << 2));
      packRows(list, xs, count, own);
      addProducts(xs, ys, dw, count, own, outChannels, room, from == 0);
      continue;
    }
    let to = dw;
    for (let ky = 0; ky < g.filterHeight; ky++) {
      for (let kx = 0; kx < g.filterWidth; kx++, to += rowBytes * <usize>outChannels) {
        listRows(g, x, rowBytes, zero, from, end, ky, kx, list);
        packRows(list, xs, count, own);
        addProducts(xs, ys, to, count, own, outChannels, room, from == 0);
      }
    }
  }
}

/** Columns of `[count, outChannels]` to `[panels][count][8]`, the last filled up with zeros. */
function packColumns(from: usize, to: usize, count: i32, own: Part, outChannels: i32): void {
  for (let n = own.nFrom; n < own.nTo; n += COLUMNS) {
    let row = from + ((<usize>n) << 2);
    const isWhole = n + COLUMNS <= outChannels;
    for (let r = 0; r < count; r++, to += 32, row += (<usize>outChannels) << 2) {
      if (isWhole) {
        v128.store(to, v128.load(row));
        v128.store(to, v128.load(row, 16), 16);
      } else {
        for (let j = 0; j < COLUMNS; j++) {
          store<f32>(to + ((<usize>j) << 2), n + j < outChannels ? load<f32>(row + ((<usize>j) << 2)) : 0);
        }
      }
    }
  }
}

/** Columns of a list's rows to `[panels][count][4]`, the last filled up with zeros. */
function packRows(list: usize, to: usize, count: i32, own: Part): void {
  for (let k = own.kFrom; k < own.kTo; k += ROWS) {
    const isWhole = k + ROWS <= own.kTo;
    let at = list;
    for (let r = 0; r < count; r++, to += 16, at += 4) {
      const row = <usize>load<u32>(at) + ((<usize>k) << 2);
      if (isWhole) {
        v128.store(to, v128.load(row));
      } else {
        for (let j = 0; j < ROWS; j++) {
          store<f32>(to + ((<usize>j) << 2), k + j < own.kTo ? load<f32>(row + ((<usize>j) << 2)) : 0);
        }
      }
    }
  }
}

/** Adds what some positions come to, or puts it there for the first of them. */
function addProducts(
  xs: usize,
  ys: usize,
  dw: usize,
  count: i32,
  own: Part,
  outChannels: i32,
  sums: usize,
  isFirst: bool,
): void {
  const outBytes = (<usize>outChannels) << 2;
  for (let n = own.nFrom, b = ys; n < own.nTo; n += COLUMNS, b += (<usize>count) << 5) {
    const width = min(COLUMNS, outChannels - n);
    for (let k = own.kFrom, a = xs; k < own.kTo; k += ROWS, a += (<usize>(count * ROWS)) << 2) {
      tile(a, b, count, sums);
      let to = dw + outBytes * <usize>k + ((<usize>n) << 2);
      let sum = sums;
      for (let i = min(ROWS, own.kTo - k); i > 0; i--, to += outBytes, sum += 32)
        addRow(to, sum, width, isFirst);
    }
  }
}

function addRow(to: usize, sum: usize, width: i32, isFirst: bool): void {
  if (width == COLUMNS) {
    const before = isFirst ? f32x4.splat(0) : v128.load(to);
    const after = isFirst ? f32x4.splat(0) : v128.load(to, 16);
    v128.store(to, f32x4.add(before, v128.load(sum)));
    v128.store(to, f32x4.add(after, v128.load(sum, 16)), 16);
  } else {
    for (let j: usize = 0; j < (<usize>width) << 2; j += 4) {
      store<f32>(to + j, (isFirst ? 0 : load<f32>(to + j)) + load<f32>(sum + j));
    }
  }
}

/** Four columns of X with eight of dY over `count` positions, to `sums` `[4, 8]`. */
function tile(a: usize, b: usize, count: i32, sums: usize): void {
  let c00 = f32x4.splat(0),
    c01 = c00,
    c10 = c00,
    c11 = c00;
  let c20 = c00,
    c21 = c00,
    c30 = c00,
    c31 = c00;
  const end = b + ((<usize>count) << 5);
  do {
    const p = v128.load(b),
      q = v128.load(b, 16);
    let s = v128.load32_splat(a);
    c00 = multiplyAdd(s, p, c00);
    c01 = multiplyAdd(s, q, c01);
    s = v128.load32_splat(a, 4);
    c10 = multiplyAdd(s, p, c10);
    c11 = multiplyAdd(s, q, c11);
    s = v128.load32_splat(a, 8);
    c20 = multiplyAdd(s, p, c20);
    c21 = multiplyAdd(s, q, c21);
    s = v128.load32_splat(a, 12);
    c30 = multiplyAdd(s, p, c30);
    c31 = multiplyAdd(s, q, c31);
    a += 16;
    b += 32;
  } while (b < end);
  v128.store(sums, c00);
  v128.store(sums, c01, 16);
  v128.store(sums, c10, 32);
  v128.store(sums, c11, 48);
  v128.store(sums, c20, 64);
  v128.store(sums, c21, 80);
  v128.store(sums, c30, 96);
  v128.store(sums, c31, 112);
}
