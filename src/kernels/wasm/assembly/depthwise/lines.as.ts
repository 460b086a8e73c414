/**
 * Which rows of channels seven output positions along a line have under a depthwise filter.
 *
 * Neighbours along a line share what lies under them: seven positions of a filter of three columns have nine columns below
 * them, not 21. So they are taken together, and listed is, for each line of the filter that has a line of the picture under
 * it, each column once. A column beyond the picture's edge is a row of zeros, a line beyond it is left out.
 *
 * Where positions are spread, as by the input of a strided convolution, only every `spread`th of them has a given tap: those
 * of one class have the same taps, and to these the rows lie side by side again. A filter of three columns and stride two
 * becomes one of two columns for the even positions and one of a single column for the odd ones; nothing is multiplied with
 * what is not there.
 */
import { Geometry, rowAt } from '../geometry.as';

/** Output positions of a tile, side by side in their class. */
export const TILE: i32 = 7;

/** Columns under seven positions of the widest filter that is taken as a whole: five, at a stride of two. */
const MOST_COLUMNS: i32 = (TILE - 1) * 2 + 5;

/** An entry: where its first tap lies in the filter, and the addresses of its columns. */
export const ENTRY_BYTES: usize = (1 + MOST_COLUMNS) << 2;

/** Output positions of a tile where a line has fewer than seven. */
const NARROW: i32 = 3;

/** An entry of {@link listSides}, of at most two columns on either side. */
export const SIDES_BYTES: usize = 6 << 2;

/** One class of output positions, every `spread`th line and column from a first one on, and how their columns are listed. */
@unmanaged
export class Lines {
  firstLine: i32;
  firstColumn: i32;
  lines: i32;
  columns: i32;
  /** Taps of an entry. */
  taps: i32;
  /** Input columns from one position to the next. */
  step: i32;
  /** Entries for each line of the filter: 1, or one for each of its taps where no tile takes so many at once. */
  entries: i32;
  /** Of the first tap of a line that the class has, and from each of its taps to the next. */
  firstTap: i32;
  tapStep: i32;
  /** Input column under the first tap of the class's first position. */
  firstInput: i32;
  /** Output positions that are taken together. */
  tile: i32;
  /** Columns on either side of a tile that may be beyond the picture's edge; 0 where each column is listed. */
  sides: i32;
}

export const LINES_BYTES: usize = offsetof<Lines>();

/** Whether a tile takes so many taps of a line at once. */
function isWhole(taps: i32, step: i32): bool {
  return step == 1 ? taps == 2 || taps == 3 || taps == 5 : step == 2 && (taps == 3 || taps == 5);
}

/** Fills in the class that begins at `line` and `column`. */
export function describeLines(g: Geometry, line: i32, column: i32, all: Lines): void {
  all.firstLine = line;
  all.firstColumn = column;
  all.lines = (g.outHeight - line + g.spreadHeight - 1) / g.spreadHeight;
  all.columns = (g.outWidth - column + g.spreadWidth - 1) / g.spreadWidth;
  let first = 0;
  while ((column * g.strideWidth + first - g.padLeft) % g.spreadWidth != 0) first++;
  all.firstTap = first;
  all.tapStep = g.spreadWidth;
  all.firstInput = (column * g.strideWidth + first - g.padLeft) / g.spreadWidth;
  all.step = g.strideWidth;
  const taps = max(0, (g.filterWidth - first + g.spreadWidth - 1) / g.spreadWidth);
  const whole = isWhole(taps, all.step);
  all.taps = whole ? taps : 1;
  all.entries = whole ? 1 : taps;
  all.tile = TILE;
  all.sides = 0;
}

/**
 * Has three or five taps be taken by {@link listSides}, or where a tile's other columns are not all within the picture, or fewer
 * than it has at least, one by one.
 */
export function takeSides(g: Geometry, all: Lines, channels: i32): void {
  if (all.taps < 3) return;
  const sides = all.taps >> 1;
  const last = all.firstInput + (all.columns - 1) * all.step + all.taps - 1;
  const isInside = all.firstInput + sides >= 0 && last - sides < g.inWidth;
  if (isInside && channels >= 4 && all.columns >= (all.step == 1 ? NARROW : TILE)) {
    all.sides = sides;
    if (all.columns < TILE) all.tile = NARROW;
  } else {
    all.entries = all.taps;
    all.taps = 1;
  }
}

/** The first position of a tile along a line. The last tile reaches back over the one before it, where there is one. */
export function firstOf(all: Lines, tile: i32): i32 {
  return max(0, min(tile * all.tile, all.columns - all.tile));
}

/**
 * Lists what lies under seven positions from `first` on, on a line of a class. Returns the list's end.
 *
 * @param picture the address of the picture that is read
 */
export function listTile(
  g: Geometry,
  all: Lines,
  picture: usize,
  rowBytes: usize,
  line: i32,
  first: i32,
  zero: usize,
  to: usize,
): usize {
  const y = (all.firstLine + line * g.spreadHeight) * g.strideHeight - g.padTop;
  const column = all.firstInput + first * all.step;
  for (let ky = 0; ky < g.filterHeight; ky++) {
    const row = rowAt(g, picture, rowBytes, y + ky, 0);
    if (row == 0) continue;
    for (let entry = 0; entry < all.entries; entry++, to += ENTRY_BYTES) {
      const tap = ky * g.filterWidth + all.firstTap + entry * all.tapStep;
      store<u32>(to, <u32>(rowBytes * <usize>tap));
      listColumns(g, all, row, rowBytes, column + entry, zero, to + 4);
    }
  }
  return to;
}

/**
 * As {@link listTile}, of a class whose tiles have only their outermost columns beyond the picture's edge: those on the left, the
 * first of the columns between, which lie side by side, and those on the right.
 */
export function listSides(
  g: Geometry,
  all: Lines,
  picture: usize,
  rowBytes: usize,
  line: i32,
  first: i32,
  zero: usize,
  to: usize,
): usize {
  const y = (all.firstLine + line * g.spreadHeight) * g.strideHeight - g.padTop;
  const left = all.firstInput + first * all.step;
  const right = left + (all.tile - 1) * all.step + all.taps - all.sides;
  const between = all.sides << 2;
  for (let ky = 0; ky < g.filterHeight; ky++) {
    const row = rowAt(g, picture, rowBytes, y + ky, 0);
    if (row == 0) continue;
    store<u32>(to, <u32>(rowBytes * <usize>(ky * g.filterWidth + all.firstTap)));
    store<u32>(to + between, <u32>(row + rowBytes * <usize>(left + all.sides)), 4);
    for (let i = 0; i < all.sides; i++) {
      const at = to + ((<usize>i) << 2);
      store<u32>(at, <u32>columnOr(g, row, rowBytes, left + i, zero), 4);
      store<u32>(at + between, <u32>columnOr(g, row, rowBytes, right + i, zero), 8);
    }
    to += SIDES_BYTES;
  }
  return to;
}

/** The address of a column of a row, or where it is beyond the edge of zeros. */
function columnOr(g: Geometry, row: usize, rowBytes: usize, column: i32, zero: usize): usize {
  return <u32>column < <u32>g.inWidth ? row + rowBytes * <usize>column : zero;
}

/** With several taps an entry has all columns between its first and last; with one, those of the positions alone. */
function listColumns(
  g: Geometry,
  all: Lines,
  row: usize,
  rowBytes: usize,
  column: i32,
  zero: usize,
  to: usize,
): void {
  const step = all.taps == 1 ? all.step : 1;
  const count = all.taps == 1 ? TILE : (TILE - 1) * all.step + all.taps;
  const end = to + ((<usize>count) << 2);
  if (column >= 0 && column + (count - 1) * step < g.inWidth) {
    const stepBytes = rowBytes * <usize>step;
    for (let at = row + rowBytes * <usize>column; to < end; to += 4, at += stepBytes) store<u32>(to, <u32>at);
    return;
  }
  for (; to < end; to += 4, column += step) {
    store<u32>(to, <u32>columnOr(g, row, rowBytes, column, zero));
  }
}

/** Four channels of a row whose address is one of a list. */
export function columnAt(addresses: usize, column: usize, c: usize): v128 {
  return v128.load(c + <usize>load<u32>(addresses + (column << 2)));
}

/** Bytes of a line of the first cache. */
const CACHE_LINE: usize = 64;
/** What is read is in the second cache by itself where it is no more than so much: a strip of a plan. */
export const NEAR_BYTES: usize = 262144;
/** Rows of no more bytes are read through soon enough. */
const SHORT_ROW: usize = 256;

/**
 * Reads what an output line needs that the one before it did not, from left to right, and writes one number `to` a place that
 * is free. A tile goes through many long rows at once, a few bytes of each, which no processor foresees; this it does: a fifth
 * to a third faster at 14x14 to 56x56 where a batch is not in the second cache. Where it is, nothing needs to be brought.
 */
export function bringLine(
  g: Geometry,
  all: Lines,
  picture: usize,
  rowBytes: usize,
  line: i32,
  to: usize,
): void {
  if (rowBytes <= SHORT_ROW) return;
  const y = (all.firstLine + line * g.spreadHeight) * g.strideHeight - g.padTop;
  const lineBytes = rowBytes * <usize>g.inWidth;
  let sum: i32 = 0;
  for (let ky = max(0, g.filterHeight - g.strideHeight); ky < g.filterHeight; ky++) {
    const row = rowAt(g, picture, rowBytes, y + ky, 0);
    if (row == 0) continue;
    for (let at = row; at < row + lineBytes; at += CACHE_LINE) sum |= load<i32>(at);
  }
  store<i32>(to, sum);
}
