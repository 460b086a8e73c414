/**
 * Which rows five output positions of a depthwise convolution have under its taps, and where they themselves go.
 *
 * With few channels listing takes longer than the sums, so most groups are not listed: along a line of a picture, away from
 * its ends, a group has the rows of the last one, five strides on. Where positions are spread, as by the input of a strided
 * convolution, five that have the same taps are taken together: every second of a line, say. No product is with nothing
 * then, but at the edges.
 */
import { Geometry, GROUP, rowAt } from './geometry.as';

/** An entry: a tap's place in the filter, five addresses, and nothing. */
export const ENTRY_BYTES: i32 = 32;

/** What is said of a position: line and column of its first tap, its picture, and where it goes. */
const CORNER_BYTES: usize = 16;

/** Beyond every picture. */
const NOWHERE: i32 = -1000000;

/** One class of positions: those of every `spread`th line and column from a first one on. */
@unmanaged
export class Positions {
  firstLine: i32;
  firstColumn: i32;
  lines: i32;
  columns: i32;
}

/** Writes the corners of five positions of a class, of which those beyond `count` are nowhere and go to `edge`. */
function listCorners(
  g: Geometry,
  all: Positions,
  x: usize,
  out: usize,
  rowBytes: usize,
  first: i32,
  count: i32,
  edge: usize,
  to: usize,
): void {
  for (let i = first; i < first + GROUP; i++, to += CORNER_BYTES) {
    if (i >= count) {
      store<i32>(to, NOWHERE);
      store<u32>(to, <u32>edge, 12);
      continue;
    }
    const row = i / all.columns;
    const n = row / all.lines;
    const line = all.firstLine + (row - n * all.lines) * g.spreadHeight;
    const column = all.firstColumn + (i - row * all.columns) * g.spreadWidth;
    store<i32>(to, line * g.strideHeight - g.padTop);
    store<i32>(to, column * g.strideWidth - g.padLeft, 4);
    store<u32>(to, <u32>(x + rowBytes * <usize>(n * g.inHeight * g.inWidth)), 8);
    store<u32>(to, <u32>(out + rowBytes * <usize>((n * g.outHeight + line) * g.outWidth + column)), 12);
  }
}

/**
 * Lists five positions: their corners at `corners`, and at `to` the taps under which any has a row. Where one has none it is
 * `zero`. Returns the list's end.
 */
export function listGroup(
  g: Geometry,
  all: Positions,
  x: usize,
  out: usize,
  rowBytes: usize,
  first: i32,
  count: i32,
  zero: usize,
  edge: usize,
  corners: usize,
  to: usize,
): usize {
  listCorners(g, all, x, out, rowBytes, first, count, edge, corners);
  let tap: usize = 0;
  for (let ky = 0; ky < g.filterHeight; ky++) {
    for (let kx = 0; kx < g.filterWidth; kx++, tap += rowBytes) {
      let any = false;
      let corner = corners;
      for (let at = to; at < to + (GROUP << 2); at += 4, corner += CORNER_BYTES) {
        const row = rowAt(
          g,
          <usize>load<u32>(corner, 8),
          rowBytes,
          load<i32>(corner) + ky,
          load<i32>(corner, 4) + kx,
        );
        any = any || row != 0;
        store<u32>(at, <u32>(row == 0 ? zero : row), 4);
      }
      if (!any) continue;
      store<u32>(to, <u32>tap);
      to += ENTRY_BYTES;
    }
  }
  return to;
}

/** Whether a group lies on the line of the one before it, and neither reaches beyond the line's ends. */
export function followsOn(g: Geometry, all: Positions, first: i32, count: i32): bool {
  if (g.spreadWidth > 1 || first + GROUP > count) return false;
  const column = first % all.columns;
  if (column < GROUP || column + GROUP > all.columns) return false;
  const left = (column - GROUP) * g.strideWidth - g.padLeft;
  const right = (column + GROUP - 1) * g.strideWidth - g.padLeft + g.filterWidth;
  return left >= 0 && right <= g.inWidth;
}

/** Moves a list to the next five positions of the line. */
export function moveOn(g: Geometry, rowBytes: usize, corners: usize, list: usize, end: usize): void {
  const step = i32x4.splat(<i32>rowBytes * GROUP * g.strideWidth);
  const none = i32x4.splat(0);
  const upper = v128.shuffle<i32>(step, none, 4, 0, 0, 0);
  const lower = v128.shuffle<i32>(step, none, 0, 0, 4, 4);
  for (; list < end; list += ENTRY_BYTES) {
    v128.store(list, i32x4.add(v128.load(list), upper));
    v128.store(list, i32x4.add(v128.load(list, 16), lower), 16);
  }
  for (let i = 0; i < GROUP; i++, corners += CORNER_BYTES) {
    store<u32>(corners, load<u32>(corners, 12) + <u32>rowBytes * GROUP, 12);
  }
}
