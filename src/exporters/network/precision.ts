/**
 * Owns how exactly weights are stored: as they are, as halves, or as bytes with a scale for each output channel. All
 * are computed with as float32 again, so that only the weights are rounded.
 *
 * Kernels are gone through in loops: for `from`, `map` or `every` each number becomes an object of its own, and those of a
 * large kernel together are many times as large as it.
 */
import type { Weight } from './weight.ts';

export type Precision = 'float32' | 'float16' | 'int8';

/** Beyond it a half is infinite. */
const LARGEST_HALF = 65_504;

/** Signed bytes from -127 to 127: the same on both sides, so that 0 stays 0. */
const LARGEST_BYTE = 127;

/**
 * Whether a weight is rounded at all. Vectors never are. A dense layer's matrix is small and is not made bytes: ONNX Runtime
 * takes such a layer for one whose pictures too may be rounded, and answers 1e-3 beside it.
 */
export function isRounded({ shape }: Weight, precision: Precision): boolean {
  return precision === 'float16' ? shape.length > 1 : precision === 'int8' && shape.length > 2;
}

/** Whether halves can hold all values; a kernel of which they cannot stays as it is. */
export function fitsHalf(values: Float32Array): boolean {
  for (const value of values) if (!(Math.abs(value) <= LARGEST_HALF)) return false;
  return true;
}

/** A kernel as bytes. */
export interface Bytes {
  readonly values: Int8Array<ArrayBuffer>;
  /** One for each output channel: what a byte's 1 stands for. */
  readonly scales: Float32Array<ArrayBuffer>;
}

/**
 * Rounds a kernel to bytes.
 *
 * @param axis its output channels
 */
export function toBytes(values: Float32Array, shape: readonly number[], axis: number): Bytes {
  const scales = scalesOf(values, shape, axis);
  return { values: bytesBy(values, shape, axis, scales), scales };
}

/** What a byte's 1 stands for in each output channel, so that the largest number of it still fits. */
export function scalesOf(
  values: Float32Array,
  shape: readonly number[],
  axis: number,
): Float32Array<ArrayBuffer> {
  const channelOf = channelsOf(shape, axis);
  const largest = new Float32Array(shape[axis] ?? 1);
  for (let index = 0; index < values.length; index += 1) {
    const channel = channelOf(index);
    largest[channel] = Math.max(largest[channel]!, Math.abs(values[index]!));
  }
  // A channel of zeros has any scale.
  return largest.map((value) => (value === 0 ? 1 : Math.fround(value / LARGEST_BYTE)));
}

/** A kernel's numbers as bytes by scales of its output channels. */
export function bytesBy(
  values: Float32Array,
  shape: readonly number[],
  axis: number,
  scales: Float32Array,
): Int8Array<ArrayBuffer> {
  const channelOf = channelsOf(shape, axis);
  const bytes = new Int8Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const rounded = Math.round(values[index]! / scales[channelOf(index)]!);
    bytes[index] = Math.min(LARGEST_BYTE, Math.max(-LARGEST_BYTE, rounded));
  }
  return bytes;
}

/**
 * What whole numbers stand for.
 *
 * @param zero which of them stands for 0
 */
export function fromWhole(
  whole: ArrayLike<number>,
  shape: readonly number[],
  axis: number,
  scales: ArrayLike<number>,
  zero = 0,
): Float32Array<ArrayBuffer> {
  const channelOf = channelsOf(shape, axis);
  const values = new Float32Array(whole.length);
  for (let index = 0; index < values.length; index += 1)
    values[index] = (whole[index]! - zero) * scales[channelOf(index) % scales.length]!;
  return values;
}

function channelsOf(shape: readonly number[], axis: number): (index: number) => number {
  const channels = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  return (index) => Math.floor(index / inner) % channels;
}
