/** Moves a phase's weights by an update rule, step by step, and keeps what the rule remembers of them. */
import * as tf from '@tensorflow/tfjs';
import type { Parameters } from '../models/program/parameters.ts';
import type { UpdateRule } from './optimizers/update-rule.ts';

export interface OptimizerOptions {
  readonly rule: UpdateRule;
  readonly learningRate: number;
  /** The longest that all gradients together may be; longer ones are shortened. Null lets them be. */
  readonly gradientClip?: number | null;
  /** Where it goes on: steps taken, and slots by `<slot>/<weight>`, which it takes over. */
  readonly start?: { readonly steps: number; readonly slots: ReadonlyMap<string, tf.Tensor> };
}

/** Owns its slots; dispose it when the phase ends. */
export class Optimizer {
  /** Of the next step. */
  learningRate: number;
  readonly #rule: UpdateRule;
  readonly #gradientClip: number | null;
  /** By slot, then by weight. */
  readonly #slots = new Map<string, Map<string, tf.Tensor>>();
  #steps = 0;

  constructor({ rule, learningRate, gradientClip = null, start }: OptimizerOptions) {
    this.#rule = rule;
    this.learningRate = learningRate;
    this.#gradientClip = gradientClip;
    this.#steps = start?.steps ?? 0;
    for (const slot of rule.slots) this.#slots.set(slot, new Map());
    for (const [key, tensor] of start?.slots ?? []) {
      const slash = key.indexOf('/');
      this.#slots.get(key.slice(0, slash))?.set(key.slice(slash + 1), tensor);
    }
  }

  /** Steps taken so far. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Takes one step: replaces the value of each weight in `gradients`. Call it in the tidy that made the gradients.
   *
   * @see keras.optimizers.Optimizer.apply
   */
  apply(parameters: Parameters, gradients: ReadonlyMap<string, tf.Tensor>): void {
    if (gradients.size === 0) return;
    this.#steps += 1;
    const names = [...gradients.keys()];
    const values = names.map((name) => parameters.get(name));
    const raw = [...gradients.values()];
    const batch = {
      values,
      gradients: this.#gradientClip === null ? raw : clipByGlobalNorm(raw, this.#gradientClip),
      slots: this.#slotsOf(names, values),
    };
    const updated = this.#rule.update(batch, this.learningRate, this.#steps);
    names.forEach((name, index) => parameters.set(name, tf.keep(updated.values[index]!)));
    for (const [slot, kept] of this.#slots) {
      names.forEach((name, index) => {
        kept.get(name)?.dispose();
        kept.set(name, tf.keep(updated.slots[slot]![index]!));
      });
    }
  }

  /** Clones of all slots by `<slot>/<weight>`; the caller disposes them. */
  snapshot(): Map<string, tf.Tensor> {
    return new Map(
      [...this.#slots].flatMap(([slot, kept]) =>
        [...kept].map(([name, tensor]) => [`${slot}/${name}`, tensor.clone()] as const),
      ),
    );
  }

  dispose(): void {
    for (const kept of this.#slots.values()) {
      tf.dispose([...kept.values()]);
      kept.clear();
    }
  }

  #slotsOf(names: readonly string[], values: readonly tf.Tensor[]): Record<string, tf.Tensor[]> {
    return Object.fromEntries(
      [...this.#slots].map(([slot, kept]) => [
        slot,
        names.map((name, index) => kept.get(name) ?? tf.zerosLike(values[index]!)),
      ]),
    );
  }
}

/**
 * Shortens all gradients by one factor so that their common length is at most `longest`; call it in a tidy.
 *
 * @see keras.optimizers.Optimizer, `global_clipnorm`
 */
function clipByGlobalNorm(gradients: readonly tf.Tensor[], longest: number): tf.Tensor[] {
  const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
  const length = tf.sqrt(tf.addN(squares));
  const factor = tf.div(longest, tf.maximum(length, longest));
  return gradients.map((gradient) => tf.mul(gradient, factor));
}
