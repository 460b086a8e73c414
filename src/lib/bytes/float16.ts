/**
 * Half-precision numbers as 16-bit words (a sign, 5 bits of exponent, 10 of fraction), and lists of values packed as
 * such. A half ends at 65,504: a list with larger values is first divided by the smallest power of two that brings them
 * within, which is kept with it. So each value keeps its 11 bits, and none becomes infinite.
 *
 * A packed list is `packedWords(width)` words of 32 bits: the exponent of that power, then two halves a word, the first
 * in the lower bits.
 */

/** 65,504 and infinity, as single-precision words. */
const LARGEST_HALF = 0x477fe000;
const INFINITE = 0x7f800000;

const word = new Float32Array(1);
const bits = new Uint32Array(word.buffer);

/** Rounds to the nearest half (ties to even), as IEEE 754 has it; what is too large becomes infinite. */
export function toHalf(value: number): number {
  word[0] = value;
  const all = bits[0]!;
  const sign = (all >>> 16) & 0x8000;
  const size = all & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size < 0x38800000) {
    // Below the smallest normal half: let the addition of 0.5 round at the right bit.
    word[0] = Math.abs(value) + 0.5;
    return sign | (bits[0]! - 0x3f000000);
  }
  return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
}

function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

let table: Float32Array | null = null;

/** Of each of the 65,536 words, its value. */
function valuesOfHalves(): Float32Array {
  return Float32Array.from({ length: 65_536 }, (_, half) => fromHalf(half));
}

/** Halves of as many values; what a half cannot hold becomes infinite. */
export function toHalves(values: Float32Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index += 1) halves[index] = toHalf(values[index]!);
  return halves;
}

/** The values that halves hold. */
export function fromHalves(halves: Uint16Array): Float32Array {
  const known = (table ??= valuesOfHalves());
  const values = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index += 1) values[index] = known[halves[index]!]!;
  return values;
}

/** Words that a list of `width` values takes. */
export const packedWords = (width: number): number => 1 + Math.ceil(width / 2);

/** Exponent of the power of two that values up to `largest` are divided by; 0 where they fit, or are no numbers. */
function exponentFor(largest: number): number {
  word[0] = largest;
  const size = bits[0]!;
  if (size <= LARGEST_HALF || size >= INFINITE) return 0;
  return (size >>> 23) - (LARGEST_HALF >>> 23) + ((size & 0x7fffff) > (LARGEST_HALF & 0x7fffff) ? 1 : 0);
}

/**
 * Packs lists of one width.
 *
 * @param largest magnitude in each list
 * @param packed takes them, {@link packedWords} each
 */
export function packHalves(values: Float32Array, largest: Float32Array, packed: Int32Array): void {
  const width = values.length / largest.length;
  const words = packedWords(width);
  for (const [list, most] of largest.entries()) {
    const exponent = exponentFor(most);
    const scale = 2 ** -exponent;
    const from = list * width;
    const to = list * words + 1;
    packed[to - 1] = exponent;
    for (let index = 0; index < width; index += 2) {
      const high = index + 1 < width ? toHalf(values[from + index + 1]! * scale) : 0;
      packed[to + index / 2] = toHalf(values[from + index]! * scale) | (high << 16);
    }
  }
}

/** Unpacks lists of `width` values each. */
export function unpackHalves(packed: Int32Array, width: number, values: Float32Array): void {
  const known = (table ??= valuesOfHalves());
  const words = packedWords(width);
  for (let list = 0; list * width < values.length; list += 1) {
    const at = list * words + 1;
    const scale = 2 ** packed[at - 1]!;
    for (let index = 0; index < width; index += 1) {
      const pair = packed[at + (index >>> 1)]!;
      values[list * width + index] = known[(pair >>> ((index & 1) * 16)) & 0xffff]! * scale;
    }
  }
}
