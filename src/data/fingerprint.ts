/**
 * Owns a picture's fingerprints: one of its file, equal only for the same bytes, and one of its looks, near for
 * pictures that were saved anew, scaled or slightly changed.
 *
 * @see Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010 (the DCT hash)
 */

import { hashBytes } from '../lib/hash.ts';

export interface Fingerprint {
  /** 106 bits of the file's bytes, as text. */
  readonly file: string;
  /** 64 bits of the looks: the upper and the lower half. */
  readonly looks: readonly [number, number];
  /** Grey levels, `[LOOKS_SIZE, LOOKS_SIZE]`, to tell like from alike. */
  readonly thumbnail: Uint8Array;
}

/** Side of the thumbnail. */
export const LOOKS_SIZE = 32;
/** Low frequencies kept, in each direction. */
const FREQUENCIES = 8;

const cosines = makeCosines();

/**
 * Takes a picture's fingerprints.
 *
 * @param encoded the file's bytes
 * @param picture RGB, `[size, size, 3]`; size at least {@link LOOKS_SIZE}
 */
export function fingerprintOf(encoded: Uint8Array, picture: Uint8Array, size: number): Fingerprint {
  const thumbnail = toThumbnail(picture, size);
  return { file: hashBytes(encoded), looks: hashLooks(thumbnail), thumbnail };
}

/** Number of the 64 bits in which two looks differ. */
export function looksDistance(a: Fingerprint['looks'], b: Fingerprint['looks']): number {
  return countBits(a[0] ^ b[0]) + countBits(a[1] ^ b[1]);
}

/** Correlation of two thumbnails, -1 to 1: brightness and contrast do not matter. */
export function correlation(a: Uint8Array, b: Uint8Array): number {
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    const x = a[i]!;
    const y = b[i]!;
    sumA += x;
    sumB += y;
    sumAA += x * x;
    sumBB += y * y;
    sumAB += x * y;
  }
  const spread = (a.length * sumAA - sumA * sumA) * (a.length * sumBB - sumB * sumB);
  // Two pictures of one even level each are alike.
  return spread === 0
    ? Number(sumAA * a.length === sumA * sumA)
    : (a.length * sumAB - sumA * sumB) / Math.sqrt(spread);
}

/** Mean luma over equal cells, as near as whole pixels allow. */
function toThumbnail(picture: Uint8Array, size: number): Uint8Array {
  const thumbnail = new Uint8Array(LOOKS_SIZE * LOOKS_SIZE);
  const edges = Array.from({ length: LOOKS_SIZE + 1 }, (_, i) => Math.floor((i * size) / LOOKS_SIZE));
  for (let row = 0; row < LOOKS_SIZE; row += 1) {
    for (let column = 0; column < LOOKS_SIZE; column += 1) {
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
      thumbnail[row * LOOKS_SIZE + column] = Math.round(sum / (1000 * pixels));
    }
  }
  return thumbnail;
}

/** Whether each low frequency is above the median of them all; the mean level itself is left out of the median. */
function hashLooks(thumbnail: Uint8Array): [number, number] {
  const rows = new Float64Array(LOOKS_SIZE * FREQUENCIES);
  for (let y = 0; y < LOOKS_SIZE; y += 1) {
    for (let u = 0; u < FREQUENCIES; u += 1) {
      let sum = 0;
      for (let x = 0; x < LOOKS_SIZE; x += 1)
        sum += thumbnail[y * LOOKS_SIZE + x]! * cosines[u * LOOKS_SIZE + x]!;
      rows[y * FREQUENCIES + u] = sum;
    }
  }
  const low = new Float64Array(FREQUENCIES * FREQUENCIES);
  for (let v = 0; v < FREQUENCIES; v += 1) {
    for (let u = 0; u < FREQUENCIES; u += 1) {
      let sum = 0;
      for (let y = 0; y < LOOKS_SIZE; y += 1)
        sum += rows[y * FREQUENCIES + u]! * cosines[v * LOOKS_SIZE + y]!;
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
  const values = new Float64Array(FREQUENCIES * LOOKS_SIZE);
  for (let u = 0; u < FREQUENCIES; u += 1) {
    for (let x = 0; x < LOOKS_SIZE; x += 1) {
      values[u * LOOKS_SIZE + x] = Math.cos(((2 * x + 1) * u * Math.PI) / (2 * LOOKS_SIZE));
    }
  }
  return values;
}

function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
