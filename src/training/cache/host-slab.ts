/** Activations in the host's memory. */
import * as tf from '@tensorflow/tfjs';
import { widthOf, type Slab, type SlabShape } from './slab.ts';

/** See the header. */
export class HostSlab implements Slab {
  readonly #values: Float32Array;
  readonly #isPresent: Uint8Array;
  readonly #width: number;

  constructor(readonly form: SlabShape) {
    this.#width = widthOf(form);
    this.#values = new Float32Array(form.rows * this.#width);
    this.#isPresent = new Uint8Array(form.rows);
  }

  has(row: number): boolean {
    return this.#isPresent[row] === 1;
  }

  async store(rows: ArrayLike<number>, values: tf.Tensor): Promise<void> {
    const from = (await values.data()) as Float32Array;
    const width = this.#width;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] ?? 0;
      this.#values.set(from.subarray(index * width, (index + 1) * width), row * width);
      this.#isPresent[row] = 1;
    }
  }

  gather(rows: ArrayLike<number>): Promise<tf.Tensor> {
    const width = this.#width;
    const out = new Float32Array(rows.length * width);
    for (let index = 0; index < rows.length; index++) {
      const start = (rows[index] ?? 0) * width;
      out.set(this.#values.subarray(start, start + width), index * width);
    }
    return Promise.resolve(tf.tensor(out, [rows.length, ...this.form.shape], 'float32'));
  }

  dispose(): void {
    this.#isPresent.fill(0);
  }
}
