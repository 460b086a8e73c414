/** Activations in the host's memory. */
import * as tf from '@tensorflow/tfjs';
import { Places } from './places.ts';
import { widthOf, type Slab, type SlabShape } from './slab.ts';

export class HostSlab implements Slab {
  readonly #values: Float32Array;
  readonly #places: Places;
  readonly #width: number;

  constructor(readonly form: SlabShape) {
    this.#width = widthOf(form);
    this.#values = new Float32Array(form.pictures * this.#width);
    this.#places = new Places(form.pictures);
  }

  has(row: number): boolean {
    return this.#places.has(row);
  }

  async store(rows: ArrayLike<number>, values: tf.Tensor): Promise<void> {
    const from = (await values.data()) as Float32Array;
    const places = this.#places.take(rows);
    const width = this.#width;
    for (const [index, place] of places.entries())
      this.#values.set(from.subarray(index * width, (index + 1) * width), place * width);
  }

  gather(rows: ArrayLike<number>): Promise<tf.Tensor> {
    const width = this.#width;
    const out = new Float32Array(rows.length * width);
    for (const [index, place] of this.#places.of(rows).entries())
      out.set(this.#values.subarray(place * width, (place + 1) * width), index * width);
    return Promise.resolve(tf.tensor(out, [rows.length, ...this.form.shape], 'float32'));
  }

  dispose(): void {
    this.#places.clear();
  }
}
