/**
 * The gradient of a depthwise convolution by its filter: for each tap a channel's sum over positions of what was under it times
 * the gradient that came in.
 *
 * **Tile.** As forward, depthwise.as.ts: seven positions along a line by four channels. The seven gradients stay in
 * registers; a line of the filter brings its sums and the columns, each of which is loaded once, and takes the sums back.
 *
 * **Order.** Sums are of about 224 positions each, tile by tile in the order of lines, and then of those. Where a line ends
 * within a tile the gradient of what is beyond is a row of zeros.
 *
 * **Roof.** As of the pass forward.
 */
import { Geometry, multiplyAdd, share } from '../geometry.as';
import { bringLine, describeLines, ENTRY_BYTES, Lines, LINES_BYTES, listTile, TILE } from './lines.as';
import { addTaps1, addTaps2, addTaps3, addTaps5 } from './sums.as';
import { addTaps3By2, addTaps5By2 } from './sums-by-two.as';

/** Tiles whose products are added up before they come to those of others. */
const CHUNK: i32 = 32;

/**
 * Fills `dw` `[taps, channels]` from rows of `x` and of `dy`.
 *
 * @param room of `depthwiseBytes`
 * @param zero a row of zeros
 * @param part of `parts`, each of which fills some of the channels
 */
export function depthwiseFilterGradient(
  g: Geometry,
  x: usize,
  dy: usize,
  dw: usize,
  pictures: i32,
  channels: i32,
  room: usize,
  zero: usize,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const sixteens = (channels + 15) / 16;
  const begin = (<usize>share(sixteens, part, parts)) << 6;
  const stop = min(rowBytes, (<usize>share(sixteens, part + 1, parts)) << 6);
  if (begin >= stop) return;
  const taps = g.filterHeight * g.filterWidth;
  const sums = room;
  const all = changetype<Lines>(sums + rowBytes * <usize>taps);
  const slopes = changetype<usize>(all) + LINES_BYTES;
  const list = slopes + <usize>(TILE << 2);
  const inBytes = rowBytes * <usize>(g.inHeight * g.inWidth);
  describeLines(g, 0, 0, all);
  const tiles = (all.columns + TILE - 1) / TILE;
  const count = pictures * all.lines * tiles;
  for (let at = 0; at < count; at++) {
    if (at % CHUNK == 0) clear(sums, taps, rowBytes, begin, stop);
    const row = at / tiles;
    const n = row / all.lines;
    const first = (at - row * tiles) * TILE;
    if (first == 0) bringLine(g, all, x + inBytes * <usize>n, rowBytes, row - n * all.lines, slopes);
    const end = listTile(g, all, x + inBytes * <usize>n, rowBytes, row - n * all.lines, first, zero, list);
    for (let i = 0; i < TILE; i++) {
      const isThere = first + i < all.columns;
      const slope = dy + rowBytes * <usize>(row * all.columns + first + i);
      store<u32>(slopes + ((<usize>i) << 2), <u32>(isThere ? slope : zero));
    }
    addTile(all, list, end, sums, slopes, rowBytes, begin, stop);
    if (at % CHUNK == CHUNK - 1 || at == count - 1) flush(sums, dw, taps, rowBytes, begin, stop, at < CHUNK);
  }
}

function clear(sums: usize, taps: i32, rowBytes: usize, begin: usize, stop: usize): void {
  for (let tap = 0; tap < taps; tap++, sums += rowBytes) memory.fill(sums + begin, 0, stop - begin);
}

/** Adds sums to `dw`, or where they are the first puts them there. */
function flush(
  sums: usize,
  dw: usize,
  taps: i32,
  rowBytes: usize,
  begin: usize,
  stop: usize,
  isFirst: bool,
): void {
  for (let tap = 0; tap < taps; tap++, sums += rowBytes, dw += rowBytes) {
    if (isFirst) memory.copy(dw + begin, sums + begin, stop - begin);
    else for (let c = begin; c < stop; c += 4) store<f32>(dw + c, load<f32>(dw + c) + load<f32>(sums + c));
  }
}

function addTile(
  all: Lines,
  list: usize,
  end: usize,
  sums: usize,
  slopes: usize,
  rowBytes: usize,
  begin: usize,
  stop: usize,
): void {
  const tapBytes = rowBytes * <usize>all.tapStep;
  const taps = all.taps;
  if (taps == 1) addTaps1(list, end, sums, slopes, begin, stop);
  else if (taps == 2) addTaps2(list, end, sums, tapBytes, slopes, begin, stop);
  else if (taps == 3 && all.step == 1) addTaps3(list, end, sums, tapBytes, slopes, begin, stop);
  else if (taps == 3) addTaps3By2(list, end, sums, tapBytes, slopes, begin, stop);
  else if (all.step == 1) addTaps5(list, end, sums, tapBytes, slopes, begin, stop);
  else addTaps5By2(list, end, sums, tapBytes, slopes, begin, stop);
  const last = begin + ((stop - begin) & ~15);
  for (let c = last; c < stop; c += 4) addOne(all, list, end, sums, tapBytes, slopes, c);
}

/** One channel, where there are fewer than four left: four lanes of which one counts. */
function addOne(
  all: Lines,
  list: usize,
  end: usize,
  sums: usize,
  tapBytes: usize,
  slopes: usize,
  c: usize,
): void {
  const step = all.taps == 1 ? 1 : all.step;
  for (let entry = list; entry < end; entry += ENTRY_BYTES) {
    for (let tap = 0; tap < all.taps; tap++) {
      const to = sums + c + <usize>load<u32>(entry) + tapBytes * <usize>tap;
      let sum = v128.load32_splat(to);
      for (let position = 0; position < TILE; position++) {
        const x = c + <usize>load<u32>(entry + ((<usize>(position * step + tap)) << 2), 4);
        const slope = c + <usize>load<u32>(slopes + ((<usize>position) << 2));
        sum = multiplyAdd(v128.load32_splat(x), v128.load32_splat(slope), sum);
      }
      v128.store_lane<f32>(to, sum, 0);
    }
  }
}
