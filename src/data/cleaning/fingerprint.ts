/**
 * Owns a picture's fingerprint: the hash of its file, equal only for the same bytes, and what it looks like, near for pictures
 * that were saved anew, scaled or slightly changed.
 *
 * What it looks like is a thumbnail of 32 x 32 grey levels, and of its cosine transform the 8 x 8 lowest frequencies,
 *
 *     F(u, v) = sum of g(x, y) cos((2x + 1) u pi / 64) cos((2y + 1) v pi / 64)
 *
 * one bit each: whether F is above the median of all but F(0, 0), the mean level. What saving, scaling and a little noise
 * change are high frequencies; brightness moves F(0, 0) alone, and contrast all by one factor, which no median minds. Half of
 * the bits are set in any picture, so two that have nothing in common differ in 32 of 64, give or take 4. The transform is
 * taken row by row and then column by column: 32 x 8 sums of 32 and 8 x 8 of 32, 10,240 products in place of 65,536.
 *
 * Few bits tell little of pictures that are much alike, such as faces on one background. So the thumbnails themselves are
 * held against each other as well, by their correlation.
 *
 * @see Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010 (the DCT hash)
 */

import { hashBytes } from '../../lib/bytes/hash.ts';

export interface Fingerprint {
  /** 106 bits of the file's bytes, as text. */
  readonly file: string;
  /** 64 bits of what it looks like: the upper and the lower half. */
  readonly perceptualHash: readonly [number, number];
  /** Grey levels, `[THUMBNAIL_SIZE, THUMBNAIL_SIZE]`, to tell like from alike. */
  readonly thumbnail: Uint8Array;
}

/** Side of the thumbnail. */
export const THUMBNAIL_SIZE = 32;
/** Low frequencies kept, in each direction. */
const FREQUENCIES = 8;

const cosines = makeCosines();

/**
 * Takes a picture's fingerprint.
 *
 * @param encoded the file's bytes
 * @param picture RGB, `[size, size, 3]`; size at least {@link THUMBNAIL_SIZE}
 */
export function fingerprintOf(encoded: Uint8Array, picture: Uint8Array, size: number): Fingerprint {
  const thumbnail = toThumbnail(picture, size);
  return { file: hashBytes(encoded), perceptualHash: hashThumbnail(thumbnail), thumbnail };
}

/** Number of the 64 bits in which two perceptual hashes differ, by the bits that differ of each half. */
export function hashDistance(upper: number, lower: number): number {
  return countBits(upper) + countBits(lower);
}

/** What a thumbnail has to do with its correlation to any other. */
export interface Moments {
  readonly pixels: number;
  readonly sum: number;
  /** Of squares. */
  readonly squares: number;
}

/** Sums over a thumbnail's pixels. */
export function momentsOf(thumbnail: Uint8Array): Moments {
  let [sum, squares] = [0, 0];
  for (const pixel of thumbnail) {
    sum += pixel;
    squares += pixel * pixel;
  }
  return { pixels: thumbnail.length, sum, squares };
}

/**
 * Correlation of two thumbnails, -1 to 1: brightness and contrast do not matter.
 *
 * @param products sum of the products of their pixels
 */
export function correlationOf(products: number, a: Moments, b: Moments): number {
  const spreadA = a.pixels * a.squares - a.sum * a.sum;
  const spreadB = b.pixels * b.squares - b.sum * b.sum;
  // Two pictures of one even level each are alike; one of them and one that shows something are not.
  if (spreadA === 0 || spreadB === 0) return Number(spreadA === spreadB);
  return (a.pixels * products - a.sum * b.sum) / Math.sqrt(spreadA * spreadB);
}

/** Mean luma over equal cells, as near as whole pixels allow. */
function toThumbnail(picture: Uint8Array, size: number): Uint8Array {
  const thumbnail = new Uint8Array(THUMBNAIL_SIZE * THUMBNAIL_SIZE);
  const edges = Array.from({ length: THUMBNAIL_SIZE + 1 }, (_, i) => Math.floor((i * size) / THUMBNAIL_SIZE));
  for (let row = 0; row < THUMBNAIL_SIZE; row += 1) {
    for (let column = 0; column < THUMBNAIL_SIZE; column += 1) {
      let [red, green, blue] = [0, 0, 0];
      for (let y = edges[row]!; y < edges[row + 1]!; y += 1) {
        const end = (y * size + edges[column + 1]!) * 3;
        for (let at = (y * size + edges[column]!) * 3; at < end; at += 3) {
          red += picture[at]!;
          green += picture[at + 1]!;
          blue += picture[at + 2]!;
        }
      }
      const sum = 299 * red + 587 * green + 114 * blue;
      const pixels = (edges[row + 1]! - edges[row]!) * (edges[column + 1]! - edges[column]!);
      thumbnail[row * THUMBNAIL_SIZE + column] = Math.round(sum / (1000 * pixels));
    }
  }
  return thumbnail;
}

/** Whether each low frequency is above the median of them all; the mean level itself is left out of the median. */
function hashThumbnail(thumbnail: Uint8Array): [number, number] {
  const rows = new Float64Array(THUMBNAIL_SIZE * FREQUENCIES);
  for (let y = 0; y < THUMBNAIL_SIZE; y += 1) {
    for (let u = 0; u < FREQUENCIES; u += 1) {
      let sum = 0;
      for (let x = 0; x < THUMBNAIL_SIZE; x += 1)
        sum += thumbnail[y * THUMBNAIL_SIZE + x]! * cosines[u * THUMBNAIL_SIZE + x]!;
      rows[y * FREQUENCIES + u] = sum;
    }
  }
  const low = new Float64Array(FREQUENCIES * FREQUENCIES);
  for (let v = 0; v < FREQUENCIES; v += 1) {
    for (let u = 0; u < FREQUENCIES; u += 1) {
      let sum = 0;
      for (let y = 0; y < THUMBNAIL_SIZE; y += 1)
        sum += rows[y * FREQUENCIES + u]! * cosines[v * THUMBNAIL_SIZE + y]!;
      low[v * FREQUENCIES + u] = sum;
    }
  }
  const sorted = low.slice(1).sort();
  const median = sorted[sorted.length >> 1]!;
  const bits: [number, number] = [0, 0];
  for (const [i, value] of low.entries()) if (value > median) bits[i >> 5]! |= 1 << (i & 31);
  return bits;
}

function makeCosines(): Float64Array {
  const values = new Float64Array(FREQUENCIES * THUMBNAIL_SIZE);
  for (let u = 0; u < FREQUENCIES; u += 1) {
    for (let x = 0; x < THUMBNAIL_SIZE; x += 1) {
      values[u * THUMBNAIL_SIZE + x] = Math.cos(((2 * x + 1) * u * Math.PI) / (2 * THUMBNAIL_SIZE));
    }
  }
  return values;
}

function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
