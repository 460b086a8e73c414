/** Activations in the GPU's memory: a step uploads slots, not values. */
import * as tf from '@tensorflow/tfjs';
import type { GpuRoom } from '../../kernels/webgpu/room.ts';
import { runMien } from '../../models/program/run-kernel.ts';
import { Slots } from './slots.ts';
import type { ActivationStore, StoreForm } from './storage.ts';

export class GpuStore implements ActivationStore {
  #records: tf.Tensor;
  readonly #slots: Slots;

  private constructor(
    records: tf.TensorInfo,
    pictures: number,
    readonly room: GpuRoom,
  ) {
    this.#records = tf.engine().makeTensorFromTensorInfo(records);
    this.#slots = new Slots(pictures);
  }

  /** @throws StudioError `storage/full` */
  static async make({ pictures, words, dtype }: StoreForm, room: GpuRoom): Promise<GpuStore> {
    return new GpuStore(await room.allocate([pictures, words], dtype), pictures, room);
  }

  has(row: number): boolean {
    return this.#slots.has(row);
  }

  store(rows: ArrayLike<number>, records: tf.Tensor): Promise<void> {
    const slots = tf.tensor1d(this.#slots.take(rows), 'int32');
    const stored = runMien('MienStoreRows', { kept: this.#records, values: records, rows: slots }, {});
    tf.dispose([slots, this.#records]);
    this.#records = stored;
    return Promise.resolve();
  }

  gather(rows: ArrayLike<number>): Promise<tf.Tensor> {
    const slots = tf.tensor1d(this.#slots.of(rows), 'int32');
    const records = runMien('MienGatherRows', { kept: this.#records, rows: slots }, {});
    slots.dispose();
    return Promise.resolve(records);
  }

  dispose(): void {
    this.#slots.clear();
    this.room.free(this.#records);
    this.#records.dispose();
  }
}
