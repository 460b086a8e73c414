/** How a pass through a program starts: without chance for looking, with it for learning. */
import * as tf from '@tensorflow/tfjs';
import type { Parameters } from '../models/program/parameters.ts';
import type { Pass } from '../models/program/unit.ts';

/** Draws dropout masks: values are 0 or `1 / (1 - rate)`. */
export type MaskSource = (shape: readonly number[], rate: number) => tf.Tensor;

const keepAll: MaskSource = (shape) => tf.ones([...shape]);

/** A forward pass that trains nothing: no dropout, averages everywhere. */
export function inferencePass(parameters: Parameters): Pass {
  return { ...trainingPass(parameters), training: false };
}

/** A pass that is followed by a backward one; without masks nothing is dropped. */
export function trainingPass(parameters: Parameters, dropoutMask: MaskSource = keepAll): Pass {
  return {
    parameters,
    training: true,
    dropoutMask,
    gradients: new Map(),
    moved: new Map(),
    saved: new Map(),
  };
}
