/** One update: forward and backward through the trainable tail, then the optimizer. */
import * as tf from '@tensorflow/tfjs';
import type { Parameters } from '../models/program/parameters.ts';
import { trainingPass } from '../models/program/pass.ts';
import type { Program } from '../models/program/program.ts';
import type { Chance } from '../models/program/unit.ts';
import { softmaxCrossEntropy, type LossSettings } from './loss.ts';
import type { Optimizer } from './optimizer.ts';

export interface StepInputs {
  readonly tail: Program;
  readonly parameters: Parameters;
  readonly optimizer: Optimizer;
  readonly loss: LossSettings;
  readonly chance: Chance | null;
}

/**
 * Updates the weights on one batch.
 *
 * @param x values at the cut output, `[batch, ...]`
 * @param labels `[batch]`, int32
 * @returns `[2]`: sum of losses and number of right answers before the update; the caller disposes it
 */
export function trainStep(
  { tail, parameters, optimizer, loss, chance }: StepInputs,
  x: tf.Tensor,
  labels: tf.Tensor1D,
): tf.Tensor1D {
  return tf.tidy(() => {
    const pass = trainingPass(parameters, chance);
    const logits = tail.forward(x, pass) as tf.Tensor2D;
    const { sums, dLogits } = softmaxCrossEntropy(logits, labels, loss);
    tail.backward(dLogits, pass);
    optimizer.apply(parameters, pass.gradients);
    for (const [name, value] of pass.moved) parameters.set(name, tf.keep(value));
    return sums;
  });
}
