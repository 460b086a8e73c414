/** Loss and hits of an epoch, added up on the device and read back without stalling it. */
import * as tf from '@tensorflow/tfjs';

/** Owns one small tensor; dispose it when the epoch ends. */
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
