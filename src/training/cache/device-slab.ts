/** Activations in the GPU's memory: a step uploads row numbers, not values. */
import * as tf from '@tensorflow/tfjs';
import type { Slab, SlabShape } from './slab.ts';

/** See the header. */
export class DeviceSlab implements Slab {
  #values: tf.Tensor;
  readonly #isPresent: Uint8Array;

  constructor(form: SlabShape) {
    this.#values = tf.zeros([form.rows, ...form.shape]);
    this.#isPresent = new Uint8Array(form.rows);
  }

  has(row: number): boolean {
    return this.#isPresent[row] === 1;
  }

  store(rows: ArrayLike<number>, values: tf.Tensor): Promise<void> {
    const numbers = tf.tensor1d(Int32Array.from(rows), 'int32');
    const inputs = { slab: this.#values, values, rows: numbers };
    const stored: tf.Tensor = tf.engine().runKernel('MienStoreRows', inputs);
    tf.dispose([numbers, this.#values]);
    this.#values = stored;
    for (const row of Array.from(rows)) this.#isPresent[row] = 1;
    return Promise.resolve();
  }

  gather(rows: ArrayLike<number>): Promise<tf.Tensor> {
    return Promise.resolve(
      tf.tidy(() => tf.gather(this.#values, tf.tensor1d(Int32Array.from(rows), 'int32'))),
    );
  }

  dispose(): void {
    this.#values.dispose();
  }
}
