/** What trying out learning rates shows: the loss at each rate, and the rate that it suggests. */
import type { PhaseName } from './recipe.ts';

/** One step of a sweep. */
export interface RatePoint {
  readonly learningRate: number;
  /** Mean loss of the step's pictures, before it changed the weights. */
  readonly loss: number;
  /** The same as a moving mean over the steps so far. */
  readonly smoothedLoss: number;
}

/** A whole sweep; the content of `learning-rate.json`. */
export interface RateSweep {
  readonly phase: PhaseName;
  /** Index of the phase in the recipe, from 0. */
  readonly phaseIndex: number;
  /** From the lowest rate up, as far as the sweep went. */
  readonly points: readonly RatePoint[];
  /** Null when no rate can be suggested: the loss never fell. */
  readonly suggested: number | null;
}
