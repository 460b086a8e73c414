/** Early stopping as Keras does it: patience counted in epochs without a better value, best weights put back. */
import type { Recipe } from '../protocol/recipe.ts';

type Settings = NonNullable<Recipe['earlyStopping']>;

/** What an epoch's validation showed. */
export interface Monitored {
  readonly valLoss: number;
  readonly valAccuracy: number;
}

/** What it remembers, for a checkpoint. */
export interface StoppingState {
  /** Epoch with the best value so far, from 1; 0 before the first. */
  readonly bestEpoch: number;
  /** Its value, lower being better; null before the first. */
  readonly best: number | null;
}

/** @see keras.callbacks.EarlyStopping */
export class EarlyStopping {
  #state: StoppingState;

  /** @param settings null watches `valLoss` for the best epoch but never stops */
  constructor(
    readonly settings: Settings | null,
    state: StoppingState = { bestEpoch: 0, best: null },
  ) {
    this.#state = state;
  }

  get state(): StoppingState {
    return this.#state;
  }

  /** Notes an epoch's value. Better means strictly better, as Keras' `min_delta=0` has it. */
  observe(epoch: number, value: Monitored): { isBest: boolean; shouldStop: boolean } {
    const isAccuracy = this.settings?.monitor === 'valAccuracy';
    const score = isAccuracy ? -value.valAccuracy : value.valLoss;
    const isBest = this.#state.best === null || score < this.#state.best;
    if (isBest) this.#state = { bestEpoch: epoch, best: score };
    const waited = epoch - this.#state.bestEpoch;
    return { isBest, shouldStop: this.settings !== null && waited >= this.settings.patience };
  }
}
