/**
 * How a filter lies for the matrix kernels: in panels of eight output channels, so that a tile reads it one value after
 * another. Packing reads and writes each value once; the kernels read it once for every block of positions.
 */

import { share } from './geometry.as';

/** Output channels of a panel. */
export const PANEL: i32 = 8;

/** The first channel of a part's panels; the next part's is its end. */
function firstOf(channels: i32, part: i32, parts: i32): i32 {
  return min(channels, share((channels + PANEL - 1) / PANEL, part, parts) * PANEL);
}

/**
 * Lays a filter `[taps, channels, outChannels]` in panels: `[panels][taps][channels][8]`, the last filled up with zeros.
 *
 * @param part of `parts`, each of which lays some panels
 */
export function packForward(
  filter: usize,
  panels: usize,
  taps: i32,
  channels: i32,
  outChannels: i32,
  part: i32,
  parts: i32,
): void {
  const rows = taps * channels;
  const first = firstOf(outChannels, part, parts);
  const stop = firstOf(outChannels, part + 1, parts);
  panels += (<usize>(first * rows)) << 2;
  for (let n = first; n < stop; n += PANEL) {
    let from = filter + ((<usize>n) << 2);
    const isWhole = n + PANEL <= outChannels;
    for (let row = 0; row < rows; row++, from += (<usize>outChannels) << 2, panels += 32) {
      if (isWhole) {
        v128.store(panels, v128.load(from));
        v128.store(panels, v128.load(from, 16), 16);
      } else {
        for (let j = 0; j < PANEL; j++) {
          store<f32>(
            panels + ((<usize>j) << 2),
            n + j < outChannels ? load<f32>(from + ((<usize>j) << 2)) : 0,
          );
        }
      }
    }
  }
}

/** The same of the filter that goes back: taps turned by half a circle, and channels and output channels exchanged. */
export function packBackward(
  filter: usize,
  panels: usize,
  taps: i32,
  channels: i32,
  outChannels: i32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>outChannels) << 2;
  const first = firstOf(channels, part, parts);
  const stop = firstOf(channels, part + 1, parts);
  panels += rowBytes * <usize>(first * taps);
  for (let n = first; n < stop; n += PANEL) {
    const rows = min(PANEL, channels - n);
    for (let tap = taps - 1; tap >= 0; tap--) {
      const from = filter + rowBytes * <usize>(tap * channels + n);
      let k = 0;
      if (rows == PANEL) {
        for (; k + 4 <= outChannels; k += 4, panels += 128) {
          transpose(from + ((<usize>k) << 2), rowBytes, panels);
          transpose(from + ((<usize>k) << 2) + rowBytes * 4, rowBytes, panels + 16);
        }
      }
      for (; k < outChannels; k++, panels += 32) {
        for (let j = 0; j < PANEL; j++) {
          const at = from + rowBytes * <usize>j + ((<usize>k) << 2);
          store<f32>(panels + ((<usize>j) << 2), j < rows ? load<f32>(at) : 0);
        }
      }
    }
  }
}

/** Four rows of four values to four columns, each 32 bytes behind the one before. */
function transpose(from: usize, rowBytes: usize, to: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + rowBytes);
  const c = v128.load(from + rowBytes * 2);
  const d = v128.load(from + rowBytes * 3);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7), 96);
}
