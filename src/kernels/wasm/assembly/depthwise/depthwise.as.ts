/**
 * Depthwise convolutions of any sides and strides: forward and by the input.
 *
 * A filter a channel has no sum over channels, so there is no matrix: an output takes as many products as there are taps, of
 * values that lie rows of channels apart.
 *
 * **Tile.** Seven positions along a line by four channels (tiles.as.ts): seven sums in registers. A line of a 3x3
 * filter loads three weights and nine columns for 21 multiplications and 21 additions. Columns between a tile's outermost ones are
 * within the picture, side by side, so one addition leads from each to the next, where an address from a list takes a load as
 * well; how many instructions begin in a cycle is what counts. Seven divides the lines of 7, 14, 28, 56 and 112 positions that
 * networks at 224 have; shorter lines go by three. A tile by taps, with each column loaded for each of them, loads nine times what
 * it needs, of which at 56x56 little is in the first cache.
 *
 * **Order.** Every output is the sum over taps in their order from the bias on: it has the same bits in any tile.
 *
 * **Roof.** 3x3 over 8x7x7 of 960 channels: 6.8 million operations on 3 MB, 2.2 a byte, and all of it in the second cache;
 * arithmetic is the bound, but by little. At 112x112 memory is.
 *
 * **Reached.** On Zen 4, whose peak is 59 GFLOP/s, 3x3 over 8x7x7 of 960 channels comes to 32 in Node 20 and 33 in Node 24, where
 * a list of all columns came to 25 and 31; at stride 2 over 8x14x14 of 576 to 21, and 15 and 20; over 112x112 of 32 to 26 and 29,
 * and 18 and 24. `npm run bench -- --only kernels` prints them against the roof.
 */
import { BOUNDS_BYTES, putBounds } from '../columns.as';
import { between, Geometry, multiplyAdd, share } from '../geometry.as';
import { swish } from '../swish.as';
import {
  bringLine,
  describeLines,
  ENTRY_BYTES,
  firstOf,
  Lines,
  LINES_BYTES,
  listSides,
  listTile,
  NEAR_BYTES,
  takeSides,
  TILE,
} from './lines.as';
import { tileOf1, tileOf2 } from './tiles.as';
import { narrowOf5, tileOf5 } from './tiles-of-five.as';
import { tileOf5By2 } from './tiles-of-five-by-two.as';
import { narrowOf3, tileOf3, tileOf3By2 } from './tiles-of-three.as';

/** A vector's. */
const ALIGNMENT: usize = 16;

/**
 * Bytes that the depthwise kernels need for lists and rows, for each part: bounds, a class, seven addresses, a row, a list, and
 * sums by the filter or a tile before swish.
 */
export function depthwiseBytes(taps: i32, channels: i32): usize {
  const rowBytes = (<usize>channels) << 2;
  const head = BOUNDS_BYTES + LINES_BYTES + <usize>(TILE << 2);
  return head + rowBytes + <usize>taps * ENTRY_BYTES + ALIGNMENT + <usize>max(taps, TILE) * rowBytes;
}

/**
 * Fills `out` from rows of as many channels.
 *
 * @param filter `[taps, channels]`
 * @param bias a value for each channel
 * @param low and `high`: what comes out is held between; not a number stays so
 * @param room of {@link depthwiseBytes}
 * @param zero a row of zeros
 * @param part of `parts`, each of which fills some of the positions
 * @param isSwish whether what comes out is swish of it. A tile is made in the room then, and swish of it put out: the last tile of
 *   a line reaches back over the one before it, which may be another thread's, and swish of swish would be something else
 */
export function depthwise(
  g: Geometry,
  x: usize,
  filter: usize,
  bias: usize,
  out: usize,
  pictures: i32,
  channels: i32,
  low: f32,
  high: f32,
  room: usize,
  zero: usize,
  part: i32,
  parts: i32,
  isSwish: bool,
): void {
  const rowBytes = (<usize>channels) << 2;
  const inBytes = rowBytes * <usize>(g.inHeight * g.inWidth);
  const isFar = inBytes * <usize>pictures > NEAR_BYTES;
  putBounds(room, low, high);
  const edge = room + BOUNDS_BYTES;
  const all = changetype<Lines>(edge + rowBytes);
  const outs = edge + rowBytes + LINES_BYTES;
  const list = outs + <usize>(TILE << 2);
  const taps = <usize>(g.filterHeight * g.filterWidth);
  const raw = (list + taps * ENTRY_BYTES + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  for (let line = 0; line < g.spreadHeight; line++) {
    for (let column = 0; column < g.spreadWidth; column++) {
      describeLines(g, line, column, all);
      takeSides(g, all, channels);
      const tiles = (all.columns + all.tile - 1) / all.tile;
      const count = pictures * all.lines * tiles;
      const stop = share(count, part + 1, parts);
      for (let at = share(count, part, parts); at < stop; at++) {
        const row = at / tiles;
        const n = row / all.lines;
        const inLine = row - n * all.lines;
        const picture = x + inBytes * <usize>n;
        const first = firstOf(all, at - row * tiles);
        if (isFar && at == row * tiles) bringLine(g, all, picture, rowBytes, inLine, edge);
        const outLine = (n * g.outHeight + all.firstLine + inLine * g.spreadHeight) * g.outWidth;
        const place = out + rowBytes * <usize>(outLine + all.firstColumn + first * g.spreadWidth);
        const to = isSwish ? raw : place;
        const outBytes = rowBytes * <usize>g.spreadWidth;
        if (all.sides > 0) {
          const end = listSides(g, all, picture, rowBytes, inLine, first, zero, list);
          fillSides(all, list, end, filter, bias, to, outBytes, rowBytes, room);
        } else {
          const end = listTile(g, all, picture, rowBytes, inLine, first, zero, list);
          listOuts(to, outBytes, all.columns - first, edge, outs);
          fillTile(all, list, end, filter, bias, outs, channels, room);
        }
        if (isSwish) swish(raw, place, min(all.tile, all.columns - first) * channels);
      }
    }
  }
}

/** Where seven positions go; those beyond a short line to `edge`. */
function listOuts(out: usize, outBytes: usize, count: i32, edge: usize, to: usize): void {
  for (let position = 0; position < TILE; position++, to += 4, out += outBytes) {
    store<u32>(to, <u32>(position < count ? out : edge));
  }
}

/** A tile of {@link listSides}. */
function fillSides(
  all: Lines,
  list: usize,
  end: usize,
  filter: usize,
  bias: usize,
  out: usize,
  outBytes: usize,
  rowBytes: usize,
  bounds: usize,
): void {
  const tapBytes = rowBytes * <usize>all.tapStep;
  const isNarrow = all.tile < TILE;
  if (all.taps == 3) {
    if (all.step == 2) tileOf3By2(list, end, filter, tapBytes, bias, out, outBytes, rowBytes, bounds);
    else if (isNarrow) narrowOf3(list, end, filter, tapBytes, bias, out, outBytes, rowBytes, bounds);
    else tileOf3(list, end, filter, tapBytes, bias, out, outBytes, rowBytes, bounds);
  } else if (all.step == 2) tileOf5By2(list, end, filter, tapBytes, bias, out, outBytes, rowBytes, bounds);
  else if (isNarrow) narrowOf5(list, end, filter, tapBytes, bias, out, outBytes, rowBytes, bounds);
  else tileOf5(list, end, filter, tapBytes, bias, out, outBytes, rowBytes, bounds);
}

/** A tile of {@link listTile}. */
function fillTile(
  all: Lines,
  list: usize,
  end: usize,
  filter: usize,
  bias: usize,
  outs: usize,
  channels: i32,
  bounds: usize,
): void {
  const rowBytes = (<usize>channels) << 2;
  const tapBytes = rowBytes * <usize>all.tapStep;
  if (channels < 4) single(all, list, end, filter, bias, outs, channels, bounds);
  else if (all.taps == 1) tileOf1(list, end, filter, bias, outs, rowBytes, bounds);
  else tileOf2(list, end, filter, tapBytes, bias, outs, rowBytes, bounds);
}

/** Channel by channel, where there are fewer than four: four lanes of which one counts. */
function single(
  all: Lines,
  list: usize,
  end: usize,
  filter: usize,
  bias: usize,
  outs: usize,
  channels: i32,
  bounds: usize,
): void {
  const rowBytes = (<usize>channels) << 2;
  const step = all.taps == 1 ? 1 : all.step;
  const low = v128.load32_splat(bounds);
  const high = v128.load32_splat(bounds, 4);
  for (let c: usize = 0; c < rowBytes; c += 4) {
    for (let position = 0; position < TILE; position++) {
      let sum = v128.load32_splat(bias + c);
      for (let entry = list; entry < end; entry += ENTRY_BYTES) {
        for (let tap = 0; tap < all.taps; tap++) {
          const weight = filter + c + <usize>load<u32>(entry) + rowBytes * <usize>(tap * all.tapStep);
          const column = (<usize>(position * step + tap)) << 2;
          const at = c + <usize>load<u32>(entry + column, 4);
          sum = multiplyAdd(v128.load32_splat(at), v128.load32_splat(weight), sum);
        }
      }
      const to = c + <usize>load<u32>(outs + ((<usize>position) << 2));
      v128.store_lane<f32>(to, between(sum, low, high), 0);
    }
  }
}

/** A filter `[taps, channels]` turned by half a circle. */
export function turnDepthwise(filter: usize, to: usize, taps: i32, channels: i32): void {
  const rowBytes = (<usize>channels) << 2;
  for (let tap = taps - 1; tap >= 0; tap--, to += rowBytes)
    memory.copy(to, filter + rowBytes * <usize>tap, rowBytes);
}
