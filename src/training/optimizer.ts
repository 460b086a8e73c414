/** Adam as Keras computes it, over named weights. */
import * as tf from '@tensorflow/tfjs';
import type { MienKernels } from '../kernels/signatures.ts';
import type { Parameters } from '../models/program/parameters.ts';

/** Keras' defaults. @see keras.optimizers.Adam */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;

/** The two moments of one weight. */
interface Slots {
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}

/** Owns its slots; dispose it when the phase ends. */
export class Adam {
  readonly #slots = new Map<string, Slots>();
  #step = 0;

  constructor(readonly learningRate: number) {}

  /**
   * Takes one step: replaces the value of each weight in `gradients`. Call it in the tidy that made the gradients.
   *
   * @see keras.optimizers.Adam.update_step
   */
  apply(parameters: Parameters, gradients: ReadonlyMap<string, tf.Tensor>): void {
    this.#step += 1;
    const rate = (this.learningRate * Math.sqrt(1 - BETA2 ** this.#step)) / (1 - BETA1 ** this.#step);
    const attrs: MienKernels['MienAdam']['attrs'] = { rate, beta1: BETA1, beta2: BETA2, epsilon: EPSILON };
    for (const [name, gradient] of gradients) {
      const value = parameters.get(name);
      const { m, v } = this.#slots.get(name) ?? { m: tf.zerosLike(value), v: tf.zerosLike(value) };
      const [newValue, newM, newV] = tf
        .engine()
        .runKernel<tf.Tensor[]>('MienAdam', { value, m, v, gradient }, attrs);
      parameters.set(name, tf.keep(newValue!));
      tf.dispose([m, v]);
      this.#slots.set(name, { m: tf.keep(newM!), v: tf.keep(newV!) });
    }
  }

  dispose(): void {
    for (const { m, v } of this.#slots.values()) tf.dispose([m, v]);
    this.#slots.clear();
  }
}
