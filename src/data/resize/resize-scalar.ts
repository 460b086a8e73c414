/** Owns the two passes of resampling in plain JavaScript: where there is no SIMD, and for odd shapes. */
import { PRECISION_BITS, type Weights } from './resize-weights.ts';

const HALF = 1 << (PRECISION_BITS - 1);

/** `[rows, columns, 3]` to `[rows, across, 3]`. */
export function resizeAcross(
  data: Uint8Array,
  rows: number,
  columns: number,
  across: Weights | null,
): Uint8Array {
  if (across === null) return data;
  const { starts, counts, stride, values } = across;
  const result = new Uint8Array(rows * starts.length * 3);
  for (let row = 0, out = 0; row < rows; row += 1) {
    const rowStart = row * columns * 3;
    for (let i = 0; i < starts.length; i += 1, out += 3) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      const first = i * stride;
      const last = first + counts[i]!;
      for (let k = first, at = rowStart + starts[i]! * 3; k < last; k += 1, at += 3) {
        const weight = values[k]!;
        red += Math.imul(data[at]!, weight);
        green += Math.imul(data[at + 1]!, weight);
        blue += Math.imul(data[at + 2]!, weight);
      }
      result[out] = clip(red);
      result[out + 1] = clip(green);
      result[out + 2] = clip(blue);
    }
  }
  return result;
}

/** `[rows, columns, 3]` to `[down, columns, 3]`; row by row of the input, so that memory is read in order. */
export function resizeDown(data: Uint8Array, columns: number, down: Weights | null): Uint8Array {
  if (down === null) return data;
  const { starts, counts, stride, values } = down;
  const rowBytes = columns * 3;
  const result = new Uint8Array(starts.length * rowBytes);
  const sums = new Int32Array(rowBytes);
  for (let i = 0; i < starts.length; i += 1) {
    sums.fill(HALF);
    for (let k = 0; k < counts[i]!; k += 1) {
      const weight = values[i * stride + k]!;
      const from = (starts[i]! + k) * rowBytes;
      for (let x = 0; x < rowBytes; x += 1) sums[x] = sums[x]! + Math.imul(data[from + x]!, weight);
    }
    for (let x = 0; x < rowBytes; x += 1) result[i * rowBytes + x] = clip(sums[x]!);
  }
  return result;
}

function clip(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
