/**
 * Owns the network of the best phase that has ended so far, by what the recipe monitors on the validation pictures. A
 * recipe may keep it where the phases after it made the network worse; else it is kept beside the last one, to be taken
 * in its place.
 */
import * as tf from '@tensorflow/tfjs';
import type { Parameters } from '../../models/program/parameters.ts';
import type { EndedPhase, Evaluation } from '../../protocol/events.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { tensorsOf, type NamedArrays } from '../checkpoints/checkpoint.ts';

type End = EndedPhase['end'];

/** What is monitored, as a loss: lower is better. */
function scoreOf({ earlyStopping }: Recipe, { loss, accuracy }: Evaluation): number {
  return earlyStopping?.monitor === 'valAccuracy' ? -accuracy : loss;
}

/** The best of some phases that have ended, the earliest of equal ones; null where there is no validation to tell by. */
export function bestOf(recipe: Recipe, ends: readonly End[]): End | null {
  let best: { readonly end: End; readonly score: number } | null = null;
  for (const end of ends) {
    if (end.evaluation === null) continue;
    const score = scoreOf(recipe, end.evaluation);
    if (best === null || score < best.score) best = { end, score };
  }
  return best?.end ?? null;
}

export class BestPhase {
  #end: End | null;
  /** Those that it or a phase before it changed; all others are as they were loaded. */
  #weights: ReadonlyMap<string, tf.Tensor>;

  /**
   * @param ended phases of a checkpoint
   * @param weights of the best of them, where the run has gone on to another since; none where that is not known
   */
  constructor(
    readonly recipe: Recipe,
    ended: readonly EndedPhase[],
    weights: NamedArrays,
  ) {
    this.#weights = tensorsOf(weights);
    const ends = ended.map(({ end }) => end);
    this.#end = this.#weights.size === 0 ? null : bestOf(recipe, ends);
  }

  /** Notes how a phase ended, whose network the parameters hold. */
  ended(end: End, parameters: Parameters, changed: Iterable<string>): void {
    const best = bestOf(this.recipe, this.#end === null ? [end] : [this.#end, end]);
    if (best !== end) return;
    this.dispose();
    this.#end = end;
    this.#weights = parameters.snapshot([...changed]);
  }

  /** How it ended, where another phase ended after it; null where the last one is the best, or nothing tells. */
  earlierThan(last: End | undefined): End | null {
    return this.#end === null || last === undefined || this.#end.phaseIndex === last.phaseIndex
      ? null
      : this.#end;
  }

  /** Its weights; the caller disposes them. */
  snapshot(): Map<string, tf.Tensor> {
    return new Map([...this.#weights].map(([name, value]) => [name, value.clone()]));
  }

  dispose(): void {
    tf.dispose([...this.#weights.values()]);
    this.#weights = new Map();
  }
}
