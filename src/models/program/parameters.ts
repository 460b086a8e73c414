/**
 * The weights of a network by name, `<layer>/<weight>`, taken out of the layers model for a run and put back when
 * a phase ends. A training step replaces values; everything here is owned by the store and disposed with it.
 */
import type * as tf from '@tensorflow/tfjs';
import { invariant } from '../../protocol/errors.ts';

/** `kernel`, `gamma`, ...: a weight's name within its layer. */
export function weightName(weight: { readonly originalName: string }): string {
  return weight.originalName.split('/').at(-1) ?? weight.originalName;
}

export class Parameters {
  readonly #values = new Map<string, tf.Tensor>();
  /** Names in the order of the model's layers and weights. */
  readonly names: readonly string[];

  /** Copies every weight of `model`. */
  constructor(model: tf.LayersModel) {
    for (const layer of model.layers) {
      for (const weight of layer.weights) {
        const name = `${layer.name}/${weightName(weight)}`;
        invariant(!this.#values.has(name), `two weights are named ${name}`);
        // A clone shares the data; assigning to the layer later replaces it there and leaves ours.
        this.#values.set(name, weight.read().clone());
      }
    }
    this.names = [...this.#values.keys()];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The current value; stays owned by the store. */
  get(name: string): tf.Tensor {
    const value = this.#values.get(name);
    invariant(value !== undefined, `there is no weight ${name}`);
    return value;
  }

  /** Takes over `value` and disposes the one it replaces. */
  set(name: string, value: tf.Tensor): void {
    const old = this.get(name);
    this.#values.set(name, value);
    if (old !== value) old.dispose();
  }

  /** Writes all values into the layers of `model`, which must be the one they came from. */
  writeTo(model: tf.LayersModel): void {
    for (const layer of model.layers) {
      if (layer.weights.length === 0) continue;
      layer.setWeights(layer.weights.map((weight) => this.get(`${layer.name}/${weightName(weight)}`)));
    }
  }

  /** Copies of the named values, to be put back with {@link restore}; the caller disposes them. */
  snapshot(names: readonly string[]): Map<string, tf.Tensor> {
    return new Map(names.map((name) => [name, this.get(name).clone()]));
  }

  /** Takes over the values of a snapshot. */
  restore(snapshot: ReadonlyMap<string, tf.Tensor>): void {
    for (const [name, value] of snapshot) this.set(name, value);
  }

  dispose(): void {
    for (const value of this.#values.values()) value.dispose();
    this.#values.clear();
  }
}
