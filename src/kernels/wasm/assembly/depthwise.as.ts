/**
 * Depthwise convolutions of any sides and strides: forward and by the input.
 *
 * A filter a channel has no sum over channels, so there is no matrix: an output takes as many products as there are taps, of
 * values that lie rows of channels apart.
 *
 * **Tile.** Five positions by eight channels: ten sums of four lanes in registers. A tap loads
 * twice from the filter, ten times from the input and six addresses, for 20 multiplications and additions; two of those
 * and two or three loads begin in a cycle.
 *
 * **Roof.** 3x3 over 8x7x7 of 960 channels: 6.8 million operations on 3 MB, 2.2 a byte, and all of it in the second cache;
 * arithmetic is the bound, but by little.
 */
import { PAIRS_BYTES } from './depthwise-gradient.as';
import { ENTRY_BYTES, followsOn, listGroup, moveOn, Positions } from './depthwise-list.as';
import { Geometry, GROUP, multiplyAdd, share } from './geometry.as';
import { between } from './matrix.as';

/** Bytes of a class of positions and of five corners, ahead of a list. */
const HEAD_BYTES: usize = 16 + 80;

/** Bytes that the depthwise kernels need for lists and a row, for each part. */
export function depthwiseBytes(taps: i32, channels: i32): usize {
  return max(PAIRS_BYTES, entriesBytes(taps) + ((<usize>channels) << 2));
}

function entriesBytes(taps: i32): usize {
  return HEAD_BYTES + <usize>((taps + 1) * ENTRY_BYTES);
}

/**
 * Fills `out` from rows of as many channels.
 *
 * @param filter `[taps, channels]`
 * @param bias a value for each channel
 * @param low and `high`: what comes out is held between; not a number stays so
 * @param list of {@link depthwiseBytes}
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
  list: usize,
  zero: usize,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const positions = changetype<Positions>(list);
  const corners = list + 16;
  const entries = list + HEAD_BYTES;
  const edge = list + entriesBytes(g.filterHeight * g.filterWidth);
  for (let line = 0; line < g.spreadHeight; line++) {
    for (let column = 0; column < g.spreadWidth; column++) {
      positions.firstLine = line;
      positions.firstColumn = column;
      positions.lines = (g.outHeight - line + g.spreadHeight - 1) / g.spreadHeight;
      positions.columns = (g.outWidth - column + g.spreadWidth - 1) / g.spreadWidth;
      const count = pictures * positions.lines * positions.columns;
      const groups = (count + GROUP - 1) / GROUP;
      const begin = share(groups, part, parts) * GROUP;
      const stop = min(count, share(groups, part + 1, parts) * GROUP);
      let end = entries;
      for (let group = begin; group < stop; group += GROUP) {
        const first = max(0, min(group, count - GROUP));
        if (group == first && group > begin && followsOn(g, positions, first, count))
          moveOn(g, rowBytes, corners, entries, end);
        else end = listGroup(g, positions, x, out, rowBytes, first, count, zero, edge, corners, entries);
        allChannels(entries, end, filter, bias, corners, channels, low, high);
      }
    }
  }
}

function allChannels(
  list: usize,
  end: usize,
  filter: usize,
  bias: usize,
  corners: usize,
  channels: i32,
  low: f32,
  high: f32,
): void {
  if (channels < 8) {
    for (let c: usize = 0; c < (<usize>channels) << 2; c += 4)
      single(list, end, filter, bias, c, corners, low, high);
    return;
  }
  for (let from = 0; from < channels; from += 8) {
    // The last eight may be some that were computed already.
    const c = (<usize>min(from, channels - 8)) << 2;
    tile(list, end, filter + c, bias + c, c, corners, low, high);
  }
}

function tile(
  entry: usize,
  end: usize,
  filter: usize,
  bias: usize,
  c: usize,
  corners: usize,
  low: f32,
  high: f32,
): void {
  let c00 = v128.load(bias),
    c01 = v128.load(bias, 16),
    c10 = c00,
    c11 = c01,
    c20 = c00,
    c21 = c01;
  let c30 = c00,
    c31 = c01,
    c40 = c00,
    c41 = c01;
  while (entry < end) {
    const tap = filter + <usize>load<u32>(entry);
    const p = v128.load(tap),
      q = v128.load(tap, 16);
    let a = c + <usize>load<u32>(entry, 4);
    c00 = multiplyAdd(v128.load(a), p, c00);
    c01 = multiplyAdd(v128.load(a, 16), q, c01);
    a = c + <usize>load<u32>(entry, 8);
    c10 = multiplyAdd(v128.load(a), p, c10);
    c11 = multiplyAdd(v128.load(a, 16), q, c11);
    a = c + <usize>load<u32>(entry, 12);
    c20 = multiplyAdd(v128.load(a), p, c20);
    c21 = multiplyAdd(v128.load(a, 16), q, c21);
    a = c + <usize>load<u32>(entry, 16);
    c30 = multiplyAdd(v128.load(a), p, c30);
    c31 = multiplyAdd(v128.load(a, 16), q, c31);
    a = c + <usize>load<u32>(entry, 20);
    c40 = multiplyAdd(v128.load(a), p, c40);
    c41 = multiplyAdd(v128.load(a, 16), q, c41);
    entry += ENTRY_BYTES;
  }
  put(corners, c, c00, c01, low, high);
  put(corners + 16, c, c10, c11, low, high);
  put(corners + 32, c, c20, c21, low, high);
  put(corners + 48, c, c30, c31, low, high);
  put(corners + 64, c, c40, c41, low, high);
}

function put(corner: usize, c: usize, x: v128, y: v128, low: f32, high: f32): void {
  const out = c + <usize>load<u32>(corner, 12);
  v128.store(out, between(x, low, high));
  v128.store(out, between(y, low, high), 16);
}

/** One channel, where there are fewer than eight: four lanes of which one counts. */
function single(
  list: usize,
  end: usize,
  filter: usize,
  bias: usize,
  c: usize,
  corners: usize,
  low: f32,
  high: f32,
): void {
  for (let i: usize = 0; i < <usize>(GROUP << 2); i += 4, corners += 16) {
    let sum = v128.load32_splat(bias + c);
    for (let entry = list; entry < end; entry += ENTRY_BYTES) {
      const a = c + <usize>load<u32>(entry + i, 4);
      sum = multiplyAdd(v128.load32_splat(a), v128.load32_splat(filter + c + <usize>load<u32>(entry)), sum);
    }
    v128.store_lane<f32>(c + <usize>load<u32>(corners, 12), between(sum, low, high), 0);
  }
}

/** A filter `[taps, channels]` turned by half a circle. */
export function turnDepthwise(filter: usize, to: usize, taps: i32, channels: i32): void {
  const rowBytes = (<usize>channels) << 2;
  for (let tap = taps - 1; tap >= 0; tap--, to += rowBytes)
    memory.copy(to, filter + rowBytes * <usize>tap, rowBytes);
}
