/** One view's activations, wherever they are kept. */
import type * as tf from '@tensorflow/tfjs';

/** Owns its memory; dispose it. */
export interface Slab {
  /** Whether the activations of a picture are kept. */
  has(row: number): boolean;
  /**
   * Keeps the activations of `rows`.
   *
   * @param values `[rows.length, ...]`, of which it keeps a copy
   * @throws StudioError `storage/…` where it is kept on disk
   */
  store(rows: ArrayLike<number>, values: tf.Tensor): Promise<void>;
  /** `[rows.length, ...]`, owned by the caller; null when some of it is gone after all. */
  gather(rows: ArrayLike<number>): Promise<tf.Tensor | null>;
  /** Frees everything. */
  dispose(): void;
}

/** What a slab is made for. */
export interface SlabShape {
  /** How many pictures it has room for. */
  readonly pictures: number;
  /** Of one picture's activations. */
  readonly shape: readonly number[];
}

/** Numbers in one picture's activations. */
export const widthOf = ({ shape }: Pick<SlabShape, 'shape'>): number =>
  shape.reduce((product, side) => product * side, 1);

/** Bytes of one picture's activations in memory. */
export const pictureBytesOf = (form: Pick<SlabShape, 'shape'>): number =>
  widthOf(form) * Float32Array.BYTES_PER_ELEMENT;
