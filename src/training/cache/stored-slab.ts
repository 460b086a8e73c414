/**
 * Activations in the machine's storage, in half precision: each value keeps 11 bits, so it is off by at most 0.05 %,
 * and what is computed from it by about as much.
 */
import * as tf from '@tensorflow/tfjs';
import { fromHalves, toHalves } from '../../lib/float16.ts';
import type { ByteStore } from '../../platform/byte-store.ts';
import { widthOf, type Slab, type SlabShape } from './slab.ts';

export class StoredSlab implements Slab {
  readonly #kept = new Set<number>();
  readonly #width: number;

  /** @param prefix of its keys, not used by any other slab */
  constructor(
    readonly form: SlabShape,
    readonly bytes: ByteStore,
    readonly prefix: string,
  ) {
    this.#width = widthOf(form);
  }

  has(row: number): boolean {
    return this.#kept.has(row);
  }

  async store(rows: ArrayLike<number>, values: tf.Tensor): Promise<void> {
    const halves = toHalves((await values.data()) as Float32Array);
    const width = this.#width;
    await this.bytes.setMany(
      Array.from(rows, (row, index) => [
        this.#key(row),
        new Uint8Array(halves.buffer, index * width * 2, width * 2),
      ]),
    );
    for (const row of Array.from(rows)) this.#kept.add(row);
  }

  async gather(rows: ArrayLike<number>): Promise<tf.Tensor | null> {
    const width = this.#width;
    const out = new Float32Array(rows.length * width);
    const found = await this.bytes.getMany(Array.from(rows, (row) => this.#key(row)));
    for (const [index, entry] of found.entries()) {
      // Another tab may have cleared the store; what is gone is computed again.
      if (entry?.byteLength !== width * 2) {
        this.#kept.delete(rows[index] ?? 0);
        return null;
      }
      fromHalves(new Uint16Array(entry.slice().buffer), out, index * width);
    }
    return tf.tensor(out, [rows.length, ...this.form.shape], 'float32');
  }

  dispose(): void {
    this.#kept.clear();
    // A store that cannot be cleared now is cleared when Mien is opened next.
    this.bytes.deleteAll(this.prefix).catch(() => undefined);
  }

  #key(row: number): string {
    return `${this.prefix}${row.toString()}`;
  }
}
