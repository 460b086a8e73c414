/**
 * Depthwise convolutions of any sides and strides: forward and by the input.
 *
 * A filter a channel has no sum over channels, so there is no matrix: an output takes as many products as there are taps, of
 * values that lie rows of channels apart.
 *
 * **Tile.** Seven positions along a line by four channels (tiles.as.ts): seven sums in registers. A line of a 3x3
 * filter loads three weights and nine columns for 21 multiplications and 21 additions; at two of these and two loads in a
 * cycle, arithmetic takes 21 cycles and loading, with the columns' addresses, less than half. Seven divides the lines of 7,
 * 14, 28, 56 and 112 positions that networks at 224 have. A tile by taps, with each column loaded for each of them, loads
 * nine times what it needs, of which at 56x56 little is in the first cache.
 *
 * **Order.** Every output is the sum over taps in their order from the bias on: it has the same bits in any tile.
 *
 * **Roof.** 3x3 over 8x7x7 of 960 channels: 6.8 million operations on 3 MB, 2.2 a byte, and all of it in the second cache;
 * arithmetic is the bound, but by little. At 112x112 memory is.
 *
 * **Reached.** As multiples of the speed of a tile by taps, taken once when this took its place, both by turns in one process on
 * a busy Xeon: forward 1.2 to 2.2, by the input 1.2 to 2.3, by the filter 1.3 to 3.4. What it is on a machine, against its
 * roof, `npm run bench -- --only kernels` prints.
 */
import { between, Geometry, multiplyAdd, share } from '../geometry.as';
import {
  bringLine,
  describeLines,
  ENTRY_BYTES,
  firstOf,
  Lines,
  LINES_BYTES,
  listTile,
  TILE,
} from './lines.as';
import { tileOf1, tileOf2, tileOf3, tileOf5 } from './tiles.as';
import { tileOf3By2, tileOf5By2 } from './tiles-by-two.as';

/** Bytes that the depthwise kernels need for lists and rows, for each part: a class, seven addresses, a row, a list, sums. */
export function depthwiseBytes(taps: i32, channels: i32): usize {
  const rowBytes = (<usize>channels) << 2;
  return LINES_BYTES + <usize>(TILE << 2) + rowBytes + <usize>taps * (ENTRY_BYTES + rowBytes);
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
): void {
  const rowBytes = (<usize>channels) << 2;
  const inBytes = rowBytes * <usize>(g.inHeight * g.inWidth);
  const edge = room;
  const all = changetype<Lines>(edge + rowBytes);
  const outs = edge + rowBytes + LINES_BYTES;
  const list = outs + <usize>(TILE << 2);
  for (let line = 0; line < g.spreadHeight; line++) {
    for (let column = 0; column < g.spreadWidth; column++) {
      describeLines(g, line, column, all);
      const tiles = (all.columns + TILE - 1) / TILE;
      const count = pictures * all.lines * tiles;
      const stop = share(count, part + 1, parts);
      for (let at = share(count, part, parts); at < stop; at++) {
        const row = at / tiles;
        const n = row / all.lines;
        const first = firstOf(all, at - row * tiles);
        if (at == row * tiles) bringLine(g, all, x + inBytes * <usize>n, rowBytes, row - n * all.lines, edge);
        const end = listTile(
          g,
          all,
          x + inBytes * <usize>n,
          rowBytes,
          row - n * all.lines,
          first,
          zero,
          list,
        );
        listOuts(g, all, out, rowBytes, n, row - n * all.lines, first, edge, outs);
        fillTile(all, list, end, filter, bias, outs, channels, low, high);
      }
    }
  }
}

/** Where seven positions go; those beyond a short line to `edge`. */
function listOuts(
  g: Geometry,
  all: Lines,
  out: usize,
  rowBytes: usize,
  n: i32,
  line: i32,
  first: i32,
  edge: usize,
  to: usize,
): void {
  const row = (n * g.outHeight + all.firstLine + line * g.spreadHeight) * g.outWidth + all.firstColumn;
  for (let position = first; position < first + TILE; position++, to += 4) {
    const at = out + rowBytes * <usize>(row + position * g.spreadWidth);
    store<u32>(to, <u32>(position < all.columns ? at : edge));
  }
}

function fillTile(
  all: Lines,
  list: usize,
  end: usize,
  filter: usize,
  bias: usize,
  outs: usize,
  channels: i32,
  low: f32,
  high: f32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const tapBytes = rowBytes * <usize>all.tapStep;
  const taps = all.taps;
  if (channels < 4) single(all, list, end, filter, bias, outs, channels, low, high);
  else if (taps == 1) tileOf1(list, end, filter, bias, outs, rowBytes, low, high);
  else if (taps == 2) tileOf2(list, end, filter, tapBytes, bias, outs, rowBytes, low, high);
  else if (taps == 3 && all.step == 1) tileOf3(list, end, filter, tapBytes, bias, outs, rowBytes, low, high);
  else if (taps == 3) tileOf3By2(list, end, filter, tapBytes, bias, outs, rowBytes, low, high);
  else if (all.step == 1) tileOf5(list, end, filter, tapBytes, bias, outs, rowBytes, low, high);
  else tileOf5By2(list, end, filter, tapBytes, bias, outs, rowBytes, low, high);
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
  low: f32,
  high: f32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const step = all.taps == 1 ? 1 : all.step;
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
      v128.store_lane<f32>(to, between(sum, f32x4.splat(low), f32x4.splat(high)), 0);
    }
  }
}

/** A filter `[taps, channels]` turned by half a circle. */
export function turnDepthwise(filter: usize, to: usize, taps: i32, channels: i32): void {
  const rowBytes = (<usize>channels) << 2;
  for (let tap = taps - 1; tap >= 0; tap--, to += rowBytes)
    memory.copy(to, filter + rowBytes * <usize>tap, rowBytes);
}
