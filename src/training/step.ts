/** One update: forward and backward through the trainable part, then the optimizer; and the sums of an epoch's updates. */
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

/**
 * Loss and hits of an epoch, added up on the device and read back without stalling it. Owns one small tensor; dispose it
 * when the epoch ends.
 */
export class RunningSums {
  #sums: tf.Tensor = tf.zeros([2]);
  #pictures = 0;

  /** Adds a step's `[loss sum, hits]`, which it takes over. */
  add(sums: tf.Tensor, pictures: number): void {
    const total: tf.Tensor = tf.engine().runKernel('MienAccumulate', { total: this.#sums, sums });
    tf.dispose([this.#sums, sums]);
    this.#sums = total;
    this.#pictures += pictures;
  }

  /** Means over the epoch so far; accuracy 0 to 1. */
  async read(): Promise<{ loss: number; accuracy: number }> {
    const pictures = this.#pictures;
    const [loss = NaN, right = NaN] = await this.#sums.data();
    return { loss: loss / pictures, accuracy: right / pictures };
  }

  dispose(): void {
    this.#sums.dispose();
  }
}
