/** Owns what can be made of a run whose loss stopped being a number: its network, and a lower learning rate. */
import { isSame } from '../../lib/json.ts';
import type { ResumableRun } from '../../protocol/events.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import type { RunState, StudioState } from '../../store/state.ts';

/** The run that failed on this page, where the network of one of its epochs is kept. */
export function keptOf({ run, left }: StudioState): ResumableRun | null {
  if (run.kind !== 'failed' || left === null) return null;
  // The same recipe comes to the same end: two that agree in both have the same network.
  const isIt = left.failure?.message === run.error.message && isSame(left.recipe, run.run.recipe);
  return isIt ? left : null;
}

/** A phase of the recipe with a tenth of its learning rate. */
export interface LowerRate {
  readonly phaseIndex: number;
  readonly learningRate: number;
}

/** What to try next where the rate was too high; null where it was not, or was changed already. */
export function lowerRateOf(run: RunState, recipe: Recipe | null): LowerRate | null {
  if (run.kind !== 'failed' || run.error.code !== 'train/not-finite') return null;
  const phaseIndex = run.run.phases.at(-1)?.phaseIndex ?? 0;
  const failed = run.run.recipe.phases[phaseIndex]?.learningRate;
  if (failed === undefined || recipe?.phases[phaseIndex]?.learningRate !== failed) return null;
  // Without the digits that only the division made.
  return { phaseIndex, learningRate: Number((failed / 10).toPrecision(12)) };
}
