/** Early stopping as Keras does it: patience counted in epochs without a better value, best weights put back. */
import type { Recipe } from '../protocol/recipe.ts';

type Settings = NonNullable<Recipe['earlyStopping']>;

/** What an epoch's validation showed. */
export interface Monitored {
  readonly valLoss: number;
  readonly valAccuracy: number;
}

/** @see keras.callbacks.EarlyStopping */
export class EarlyStopping {
  /** Epoch with the best value so far, from 1; 0 before the first. */
  bestEpoch = 0;
  #best: number | null = null;

  /** @param settings null watches `valLoss` for the best epoch but never stops */
  constructor(readonly settings: Settings | null) {}

  /** Notes an epoch's value. Better means strictly better, as Keras' `min_delta=0` has it. */
  observe(epoch: number, value: Monitored): { isBest: boolean; shouldStop: boolean } {
    const isAccuracy = this.settings?.monitor === 'valAccuracy';
    const score = isAccuracy ? -value.valAccuracy : value.valLoss;
    const isBest = this.#best === null || score < this.#best;
    if (isBest) {
      this.#best = score;
      this.bestEpoch = epoch;
    }
    const waited = epoch - this.bestEpoch;
    return { isBest, shouldStop: this.settings !== null && waited >= this.settings.patience };
  }
}
