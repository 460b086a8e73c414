/**
 * Early stopping as Keras' callback does it: patience counted in epochs without a better value, and the weights of the
 * best epoch put back where the recipe says so. Without the callback all epochs are trained and the last is kept.
 */
import { restoresBest, type Recipe } from '../protocol/recipe/recipe.ts';

type Settings = NonNullable<Recipe['earlyStopping']>;

/** What an epoch's validation showed. */
export interface Monitored {
  readonly loss: number;
  /** 0 to 1. */
  readonly accuracy: number;
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

  /** @param settings null watches the loss, to be told, and neither stops nor puts anything back */
  constructor(
    readonly settings: Settings | null,
    state: StoppingState = { bestEpoch: 0, best: null },
  ) {
    this.#state = state;
  }

  /** Whether the phase ends with the weights of its best epoch, not of its last. */
  get restoresBest(): boolean {
    return restoresBest({ earlyStopping: this.settings });
  }

  get state(): StoppingState {
    return this.#state;
  }

  /** Notes an epoch's value. Better means strictly better, as Keras' `min_delta=0` has it. */
  observe(epoch: number, value: Monitored): { isBest: boolean; shouldStop: boolean } {
    const isAccuracy = this.settings?.monitor === 'valAccuracy';
    const score = isAccuracy ? -value.accuracy : value.loss;
    const isBest = this.#state.best === null || score < this.#state.best;
    if (isBest) this.#state = { bestEpoch: epoch, best: score };
    const waited = epoch - this.#state.bestEpoch;
    return { isBest, shouldStop: waited >= (this.settings?.patience ?? Infinity) };
  }
}
