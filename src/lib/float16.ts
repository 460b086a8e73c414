/** Half-precision numbers as 16-bit words: a sign, 5 bits of exponent, 10 of fraction. */

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

export function toHalves(values: Float32Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index += 1) halves[index] = toHalf(values[index]!);
  return halves;
}

/** Writes as many values to `out` from `at` on. */
export function fromHalves(halves: Uint16Array, out: Float32Array, at: number): void {
  table ??= Float32Array.from({ length: 65_536 }, (_, half) => fromHalf(half));
  for (let index = 0; index < halves.length; index += 1) out[at + index] = table[halves[index]!]!;
}
