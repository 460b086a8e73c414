/** Activations in the host's memory. */
import * as tf from '@tensorflow/tfjs';
import { StudioError } from '../../protocol/errors.ts';
import { Slots } from './slots.ts';
import type { ActivationStore, StoreForm } from './storage.ts';

export class MemoryStore implements ActivationStore {
  readonly #words: Float32Array | Int32Array;
  readonly #slots: Slots;

  /** @throws StudioError `storage/full` */
  constructor(readonly form: StoreForm) {
    this.#words = allocate(form, form.pictures);
    this.#slots = new Slots(form.pictures);
  }

  has(row: number): boolean {
    return this.#slots.has(row);
  }

  async store(rows: ArrayLike<number>, records: tf.Tensor): Promise<void> {
    const from = (await records.data()) as Float32Array | Int32Array;
    const { words } = this.form;
    for (const [index, slot] of this.#slots.take(rows).entries())
      this.#words.set(from.subarray(index * words, (index + 1) * words), slot * words);
  }

  gather(rows: ArrayLike<number>): Promise<tf.Tensor> {
    const { words, dtype } = this.form;
    const out = allocate(this.form, rows.length);
    for (const [index, slot] of this.#slots.of(rows).entries())
      out.set(this.#words.subarray(slot * words, (slot + 1) * words), index * words);
    return Promise.resolve(tf.tensor(out, [rows.length, words], dtype));
  }

  dispose(): void {
    this.#slots.clear();
  }
}

/**
 * Words for the records of some pictures, all 0.
 *
 * @throws StudioError `storage/full` where the host has no room for so many
 */
export function allocate(
  { words, dtype }: StoreForm,
  pictures: number,
): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  const length = pictures * words;
  try {
    return dtype === 'float32' ? new Float32Array(length) : new Int32Array(length);
  } catch (cause) {
    // What JavaScript says of an array that it has no memory for.
    if (!(cause instanceof RangeError)) throw cause;
    throw new StudioError({
      code: 'storage/full',
      message: `There are no ${(length * 4).toString()} bytes of memory left in one piece.`,
      hint: 'Close other tabs or programs.',
      cause,
    });
  }
}
