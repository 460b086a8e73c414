/**
 * How precisely the output of the frozen part is taken, and how one picture's values are kept: as they are, or as halves
 * (11 bits a value, in half the room). What is computed and not kept is rounded alike, so that a run's numbers do not
 * depend on what there was room for.
 */
import * as tf from '@tensorflow/tfjs';
import { packedWords } from '../lib/bytes/float16.ts';
import { runMien } from '../models/program/run-kernel.ts';
import type { CachePrecision } from '../protocol/recipe/recipe.ts';

/** What one picture's values are as they are kept: numbers of 32 bits. */
export interface RecordForm {
  readonly words: number;
  readonly dtype: 'float32' | 'int32';
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** @param shape of one picture's values */
export function recordForm(shape: readonly number[], precision: CachePrecision): RecordForm {
  const width = sizeOf(shape);
  return precision === 'float32'
    ? { words: width, dtype: 'float32' }
    : { words: packedWords(width), dtype: 'int32' };
}

/** Bytes that one picture's values take where they are kept. */
export function pictureBytes(shape: readonly number[], precision: CachePrecision): number {
  return recordForm(shape, precision).words * Int32Array.BYTES_PER_ELEMENT;
}

/**
 * Values as they are kept, to be used in a tidy.
 *
 * @param values `[pictures, ...shape]`
 * @returns `[pictures, words]`
 */
export function toRecords(values: tf.Tensor, precision: CachePrecision): tf.Tensor {
  const x = tf.reshape(values, [values.shape[0], -1]);
  return precision === 'float32' ? x : runMien('MienPackHalves', { x, largest: tf.max(tf.abs(x), 1) }, {});
}

/** Undoes it: `[pictures, ...shape]`. */
export function fromRecords(
  records: tf.Tensor,
  shape: readonly number[],
  precision: CachePrecision,
): tf.Tensor {
  const values =
    precision === 'float32'
      ? records
      : runMien('MienUnpackHalves', { packed: records }, { width: sizeOf(shape) });
  return tf.reshape(values, [records.shape[0], ...shape]);
}

/** What comes back of values that are kept; to be used in a tidy. */
export function rounded(values: tf.Tensor, precision: CachePrecision): tf.Tensor {
  return precision === 'float32'
    ? values
    : fromRecords(toRecords(values, precision), values.shape.slice(1), precision);
}
