/**
 * What a convolution's sums run over, told as addresses: where the row of channels lies that an output position has under
 * each tap of the filter.
 *
 * With those known, sums need not know of strides, padding, sides or pictures: every kernel here goes through lists. No
 * patches are built and no padded copy is made, which for a filter of 3x3 would be nine times the input. A gradient by the
 * input is the same thing: the rows are those of the gradient that came in, with `spread` positions for each of them, of
 * which only the first is there.
 *
 * Addresses are in bytes, counts in values.
 */

/** Sizes of what is read (`in`) and of what is written (`out`), NHWC; as convolutions.ts lays it out. */
@unmanaged
export class Geometry {
  inHeight: i32;
  inWidth: i32;
  outHeight: i32;
  outWidth: i32;
  filterHeight: i32;
  filterWidth: i32;
  strideHeight: i32;
  strideWidth: i32;
  /** Positions for each row that is read; 1 forward, the stride backward. */
  spreadHeight: i32;
  spreadWidth: i32;
  padTop: i32;
  padLeft: i32;
}

/** Output positions that are computed together. */
export const GROUP: i32 = 4;

/** As `a * b + c` in as many roundings as all machines have, or where that was asked for in as many as this one has. */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** Held between two bounds; what is not a number compares with neither, and stays. */
export function between(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, low), high);
}

/** The row at a place of a picture, spread or not; 0 where there is none. */
export function rowAt(g: Geometry, picture: usize, rowBytes: usize, y: i32, x: i32): usize {
  if (y < 0 || x < 0) return 0;
  if (g.spreadHeight > 1) {
    const inY = y / g.spreadHeight;
    if (inY * g.spreadHeight != y) return 0;
    y = inY;
  }
  if (g.spreadWidth > 1) {
    const inX = x / g.spreadWidth;
    if (inX * g.spreadWidth != x) return 0;
    x = inX;
  }
  if (y >= g.inHeight || x >= g.inWidth) return 0;
  return picture + rowBytes * <usize>(y * g.inWidth + x);
}

/** The row of `x` with `rowBytes` that the output `position` has under a tap; 0 where there is none. */
function rowUnder(g: Geometry, x: usize, rowBytes: usize, position: i32, ky: i32, kx: i32): usize {
  const line = position / g.outWidth;
  const n = line / g.outHeight;
  const y = (line - n * g.outHeight) * g.strideHeight + ky - g.padTop;
  const column = (position - line * g.outWidth) * g.strideWidth + kx - g.padLeft;
  return rowAt(g, x + rowBytes * <usize>(n * g.inHeight * g.inWidth), rowBytes, y, column);
}

/** Where a part of `count` things begins; the next part's beginning is its end. */
export function share(count: i32, part: i32, parts: i32): i32 {
  return <i32>((<i64>count * part) / parts);
}

/** Whether each output position has the row of its own number. */
function isPlain(g: Geometry): bool {
  return (
    g.filterHeight * g.filterWidth * g.strideHeight * g.strideWidth * g.spreadHeight * g.spreadWidth == 1
  );
}

/**
 * Lists the rows of the output positions from `from` to `end`, in groups of four: for each group and tap four addresses.
 * Where there is no row it is `zero`. The last group reaches back over the one before it; of fewer than four positions those
 * beyond the end are `zero`.
 */
export function listGroups(
  g: Geometry,
  x: usize,
  rowBytes: usize,
  zero: usize,
  from: i32,
  end: i32,
  to: usize,
): void {
  const plain = isPlain(g);
  for (let group = from; group < end; group += GROUP) {
    const first = max(from, min(group, end - GROUP));
    for (let ky = 0; ky < g.filterHeight; ky++) {
      for (let kx = 0; kx < g.filterWidth; kx++) {
        for (let position = first; position < first + GROUP; position++, to += 4) {
          let row: usize = 0;
          if (position < end)
            row = plain ? x + rowBytes * <usize>position : rowUnder(g, x, rowBytes, position, ky, kx);
          store<u32>(to, <u32>(row == 0 ? zero : row));
        }
      }
    }
  }
}

/** Lists the rows that the output positions from `from` to `end` have under one tap; `zero` where there is none. */
export function listRows(
  g: Geometry,
  x: usize,
  rowBytes: usize,
  zero: usize,
  from: i32,
  end: i32,
  ky: i32,
  kx: i32,
  to: usize,
): void {
  for (let position = from; position < end; position++, to += 4) {
    const row = rowUnder(g, x, rowBytes, position, ky, kx);
    store<u32>(to, <u32>(row == 0 ? zero : row));
  }
}

/**
 * Copies what the output positions from `from` to `end` have under all taps, one behind the other. Only for rows of a few
 * channels, the three of a picture: a sum over them alone would be too short.
 */
export function copyPatches(g: Geometry, x: usize, rowBytes: usize, from: i32, end: i32, to: usize): void {
  const pictureBytes = rowBytes * <usize>(g.inHeight * g.inWidth);
  const lineBytes = rowBytes * <usize>g.filterWidth;
  let line = from / g.outWidth;
  let column = from - line * g.outWidth;
  let picture = x + pictureBytes * <usize>(line / g.outHeight);
  line %= g.outHeight;
  for (let position = from; position < end; position++) {
    const left = column * g.strideWidth - g.padLeft;
    for (let ky = 0; ky < g.filterHeight; ky++, to += lineBytes) {
      const y = line * g.strideHeight + ky - g.padTop;
      const row = picture + rowBytes * <usize>(y * g.inWidth + left);
      if (y < 0 || y >= g.inHeight) memory.fill(to, 0, lineBytes);
      else if (left < 0 || left + g.filterWidth > g.inWidth) {
        for (let kx = 0; kx < g.filterWidth; kx++) {
          const at = rowBytes * <usize>kx;
          if (<u32>(left + kx) < <u32>g.inWidth) memory.copy(to + at, row + at, rowBytes);
          else memory.fill(to + at, 0, rowBytes);
        }
      } else {
        let at: usize = 0;
        for (; at + 16 <= lineBytes; at += 16) v128.store(to + at, v128.load(row + at));
        for (; at < lineBytes; at += 4) store<f32>(to + at, load<f32>(row + at));
      }
    }
    if (++column < g.outWidth) continue;
    column = 0;
    if (++line < g.outHeight) continue;
    line = 0;
    picture += pictureBytes;
  }
}
