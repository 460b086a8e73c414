/**
 * Convolutions of 3x3 at stride 1 over many channels, forward and both gradients, in 16 multiplications for each four outputs
 * where the definition takes 36: Winograd's F(2x2, 3x3).
 *
 * **Mathematics.** Four outputs, two by two, come from 4x4 inputs d under one filter g. With B, G and A of zeros, ones and
 * halves, they are the transposed A times (G g G' . B' d B) times A, where the point multiplies value by value. Between the
 * transforms a value stands for one of 16 components, and for each of them the sum over input channels is a product of
 * matrices: tiles by channels, channels by output channels. So a convolution is 16 of those, by the tile of columns.as.ts.
 * B and A hold 0, 1 and -1 alone, and G halves besides: what is lost is an addition's last bit, here and there. Backward the
 * same runs the other way: the gradient by the filter is G' (sum over tiles of B' d B . A dY A') G.
 *
 * **Order.** Tiles are taken in blocks whose component is within 128 kB, output channels in chunks whose 16 components are
 * within 256 kB: in the second cache both. Each output is made of its own tile by the same sums in the same order, whoever
 * its neighbours are: it has the same bits alone, in a batch and on any number of threads. A value that is not a number
 * reaches all four outputs of each tile that it lies in.
 *
 * **Roof.** 2.25 times fewer multiplications than matrix.as.ts does, less the transforms: 32 additions of four lanes for 16
 * values in and 24 for 16 out, beside as many multiplications as there are channels. `npm run bench -- --only kernels` counts
 * operations as the definition has them, so that it may come out beyond the processor's peak.
 */
import { BOUNDS_BYTES, columns, putBounds, UNBOUNDED } from '../columns.as';
import { Geometry, GROUP, share } from '../geometry.as';
import { PANEL } from '../pack.as';
import { across, lines, put, take, TILE } from './tiles.as';

const COMPONENTS: i32 = 16;
const TAPS: i32 = 9;
/** Values of a component's block of tiles. */
const BLOCK_VALUES: i32 = 32768;
/** Output channels whose components are made together. */
const CHUNK: i32 = 64;

/** Tiles of a block. */
function blockOf(channels: i32): i32 {
  return max(4, min(32, BLOCK_VALUES / channels / GROUP)) * GROUP;
}

/** Bytes of the rows' addresses. */
function listBytes(block: i32): usize {
  return (<usize>(block + 2 * GROUP)) << 2;
}

/** Bytes of a filter `[channels, outChannels]` in its components. */
export function winogradFilterBytes(channels: i32, outChannels: i32): usize {
  return (<usize>(((outChannels + PANEL - 1) / PANEL) * PANEL * channels * COMPONENTS)) << 2;
}

/** Bytes that {@link winograd} needs, for each part. */
export function winogradBytes(channels: i32): usize {
  const block = blockOf(channels);
  const values = block * channels + (block + GROUP) * CHUNK;
  return BOUNDS_BYTES + ((listBytes(block) + 15) & ~15) + ((<usize>(values * COMPONENTS)) << 2);
}

/**
 * Makes components of a filter: `[panels][9][channels][8]`, as pack.as.ts lays it, becomes `[16][panels][channels][8]`.
 *
 * @param part of `parts`, each of which makes those of some panels
 */
export function transformFilter(
  panels: usize,
  to: usize,
  channels: i32,
  outChannels: i32,
  part: i32,
  parts: i32,
): void {
  const count = (outChannels + PANEL - 1) / PANEL;
  const tap = (<usize>channels) << 5;
  const apart = tap * <usize>count;
  for (let panel = share(count, part, parts); panel < share(count, part + 1, parts); panel++) {
    const from = panels + tap * <usize>(TAPS * panel);
    const out = to + tap * <usize>panel;
    for (let at: usize = 0; at < tap; at += 16) {
      for (let row = 0; row < 4; row++) {
        filterRow(from + at, tap, row, out + at + apart * <usize>(4 * row), apart);
      }
    }
  }
}

/** One of four rows of G g, and its four components. */
function filterRow(from: usize, tap: usize, row: i32, out: usize, apart: usize): void {
  const a = filterColumn(from, tap, row);
  const b = filterColumn(from + tap, tap, row);
  const c = filterColumn(from + 2 * tap, tap, row);
  const half = f32x4.splat(0.5);
  const outer = f32x4.add(a, c);
  v128.store(out, a);
  v128.store(out + apart, f32x4.mul(f32x4.add(outer, b), half));
  v128.store(out + 2 * apart, f32x4.mul(f32x4.sub(outer, b), half));
  v128.store(out + 3 * apart, c);
}

/** What a row of G makes of three taps, one under the other. */
function filterColumn(from: usize, tap: usize, row: i32): v128 {
  const top = v128.load(from);
  const bottom = v128.load(from + 6 * tap);
  if (row == 0) return top;
  if (row == 3) return bottom;
  const middle = v128.load(from + 3 * tap);
  const outer = f32x4.add(top, bottom);
  const sum = row == 1 ? f32x4.add(outer, middle) : f32x4.sub(outer, middle);
  return f32x4.mul(sum, f32x4.splat(0.5));
}

/**
 * Fills `out` `[pictures, outHeight, outWidth, outChannels]`.
 *
 * @param filter its components, of {@link transformFilter}
 * @param bias a value for each output channel, filled up to eight
 * @param low and `high`: what comes out is held between
 * @param room of {@link winogradBytes}
 * @param zero a row of zeros, as long as `channels` and as eight
 * @param part of `parts`, each of which fills some of the tiles
 */
export function winograd(
  g: Geometry,
  x: usize,
  filter: usize,
  bias: usize,
  out: usize,
  pictures: i32,
  channels: i32,
  outChannels: i32,
  low: f32,
  high: f32,
  room: usize,
  zero: usize,
  part: i32,
  parts: i32,
): void {
  const tiles = pictures * lines(g) * across(g);
  const block = blockOf(channels);
  const rowBytes = (<usize>channels) << 2;
  putBounds(room, low, high);
  const list = room + BOUNDS_BYTES;
  const taken = list + ((listBytes(block) + 15) & ~15);
  const takenBytes = rowBytes * <usize>block;
  const made = taken + takenBytes * <usize>COMPONENTS;
  const madeBytes = (<usize>(block + GROUP) * <usize>CHUNK) << 2;
  const panelBytes = rowBytes * <usize>PANEL;
  const apart = panelBytes * <usize>((outChannels + PANEL - 1) / PANEL);
  const stop = share(tiles, part + 1, parts);
  for (let from = share(tiles, part, parts); from < stop; from += block) {
    const count = min(block, stop - from);
    for (let tile = 0; tile < count; tile++) {
      take(g, x, zero, channels, from + tile, taken + rowBytes * <usize>tile, takenBytes);
    }
    for (let n = 0; n < outChannels; n += CHUNK) {
      const width = min(CHUNK, outChannels - n);
      for (let component = 0; component < COMPONENTS; component++) {
        listTiles(taken + takenBytes * <usize>component, rowBytes, zero, count, list);
        const to = made + madeBytes * <usize>component;
        let panel = filter + apart * <usize>component + panelBytes * <usize>(n / PANEL);
        for (let j = 0; j < width; j += PANEL, panel += panelBytes) {
          columns(
            list,
            1,
            channels,
            panel,
            zero,
            to + ((<usize>j) << 2),
            CHUNK << 2,
            count,
            room + UNBOUNDED,
          );
        }
      }
      for (let tile = 0; tile < count; tile++) {
        give(
          g,
          made + ((<usize>(tile * CHUNK)) << 2),
          madeBytes,
          from + tile,
          out + ((<usize>n) << 2),
          (<usize>outChannels) << 2,
          bias + ((<usize>n) << 2),
          width,
          low,
          high,
        );
      }
    }
  }
}

/** Lists a component's rows in groups of four, as listGroups does. */
function listTiles(taken: usize, rowBytes: usize, zero: usize, count: i32, to: usize): void {
  for (let group = 0; group < count; group += GROUP) {
    const first = max(0, min(group, count - GROUP));
    for (let tile = first; tile < first + GROUP; tile++, to += 4) {
      store<u32>(to, <u32>(tile < count ? taken + rowBytes * <usize>tile : zero));
    }
  }
}

/** A tile's four outputs from its components, as many of them as are within the picture. */
function give(
  g: Geometry,
  made: usize,
  apart: usize,
  tile: i32,
  out: usize,
  outBytes: usize,
  bias: usize,
  width: i32,
  low: f32,
  high: f32,
): void {
  const line = tile / across(g);
  const n = line / lines(g);
  const y = TILE * (line - n * lines(g));
  const x = TILE * (tile - line * across(g));
  const to = out + outBytes * <usize>((n * g.outHeight + y) * g.outWidth + x);
  const hasRight = x + 1 < g.outWidth;
  for (let row = 0; row < min(TILE, g.outHeight - y); row++) {
    const left = to + outBytes * <usize>(row * g.outWidth);
    for (let j = 0; j < width; j += 4) {
      const at = made + ((<usize>j) << 2);
      const s0 = outputColumn(at, apart, row);
      const s1 = outputColumn(at + apart, apart, row);
      const s2 = outputColumn(at + 2 * apart, apart, row);
      const s3 = outputColumn(at + 3 * apart, apart, row);
      const b = v128.load(bias + ((<usize>j) << 2));
      const place = left + ((<usize>j) << 2);
      const lanes = width - j;
      put(place, f32x4.add(f32x4.add(f32x4.add(s0, s1), s2), b), lanes, low, high);
      if (hasRight) {
        put(place + outBytes, f32x4.add(f32x4.sub(f32x4.sub(s1, s2), s3), b), lanes, low, high);
      }
    }
  }
}

/** What a row of the transposed A makes of four components, one under the other. */
function outputColumn(at: usize, apart: usize, row: i32): v128 {
  const down = 4 * apart;
  const b = v128.load(at + down);
  const c = v128.load(at + 2 * down);
  return row == 0
    ? f32x4.add(f32x4.add(v128.load(at), b), c)
    : f32x4.sub(f32x4.sub(b, c), v128.load(at + 3 * down));
}
