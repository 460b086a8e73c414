/** Activations in the GPU's memory: a step uploads places, not values. */
import * as tf from '@tensorflow/tfjs';
import { Places } from './places.ts';
import type { Slab, SlabShape } from './slab.ts';

export class DeviceSlab implements Slab {
  #values: tf.Tensor;
  readonly #places: Places;

  constructor({ pictures, shape }: SlabShape) {
    this.#values = tf.zeros([pictures, ...shape]);
    this.#places = new Places(pictures);
  }

  has(row: number): boolean {
    return this.#places.has(row);
  }

  store(rows: ArrayLike<number>, values: tf.Tensor): Promise<void> {
    const places = this.#places.take(rows);
    const numbers = tf.tensor1d(places, 'int32');
    const inputs = { slab: this.#values, values, rows: numbers };
    const stored: tf.Tensor = tf.engine().runKernel('MienStoreRows', inputs);
    tf.dispose([numbers, this.#values]);
    this.#values = stored;
    return Promise.resolve();
  }

  gather(rows: ArrayLike<number>): Promise<tf.Tensor> {
    const places = this.#places.of(rows);
    return Promise.resolve(tf.tidy(() => tf.gather(this.#values, tf.tensor1d(places, 'int32'))));
  }

  dispose(): void {
    this.#values.dispose();
  }
}
