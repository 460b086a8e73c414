/** Owns how padding is told to tfjs. */
import type * as tf from '@tensorflow/tfjs';
import type { Padding2d } from './layers.ts';

/** Zero padding with that of batch and channels, which have none. */
export const explicitPadding = ([
  [top, bottom],
  [left, right],
]: Padding2d): tf.backend_util.ExplicitPadding => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];
