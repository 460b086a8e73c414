/**
 * Activations as halves, which WebGPU can store in place of 32 bits: two values of 16 bits lie in one word, so that such a
 * tensor is one of whole numbers with half as many channels. Mien's WebGPU kernels read it as what it stands for and compute in
 * 32 bits; no kernel of tfjs' knows it. Each value keeps 11 bits; above 65,504 it is cut off, and a device may take those below
 * 2^-14 for 0.
 */
import type { TensorInfo } from '@tensorflow/tfjs';

type Stored = Pick<TensorInfo, 'dtype' | 'shape'>;

export const isHalved = ({ dtype }: Pick<TensorInfo, 'dtype'>): boolean => dtype === 'int32';

/** Channels are read and written four at a time. */
export const canBeHalved = (channels: number): boolean => channels % 4 === 0;

/** The shape of the tensor that stores values of this shape. */
export const halvedShape = (shape: readonly number[]): number[] => [
  ...shape.slice(0, -1),
  (shape.at(-1) ?? 0) / 2,
];

/** The shape of the values that a tensor stores, as halves or not. */
export const valuesShape = (stored: Stored): number[] =>
  isHalved(stored) ? [...stored.shape.slice(0, -1), 2 * (stored.shape.at(-1) ?? 0)] : stored.shape;
