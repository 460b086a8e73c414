/** Owns when an error of a run goes away: with its cause. */
import { isSame } from '../../lib/json.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { placeOfFailure } from '../run-record.ts';
import type { RunState } from '../state.ts';
import type { Place } from './places.ts';

/**
 * The run, or none where it failed before it had measured anything and what it failed by is no longer so: an error goes
 * when its cause does.
 */
export function withoutMended(run: RunState, mended: (place: Place, failed: Recipe) => boolean): RunState {
  if (run.kind !== 'failed' || run.run.history.length > 0) return run;
  return mended(placeOfFailure(run), run.run.recipe) ? { kind: 'idle' } : run;
}

/** Whether what errors of a place are about is another in the recipe now. */
export function isMended(place: Place, failed: Recipe, now: Recipe): boolean {
  switch (place) {
    case 'data':
      return !isSame([failed.dataset, failed.augmentation], [now.dataset, now.augmentation]);
    case 'model':
      return !isSame(failed.backbone, now.backbone);
    case 'training':
      return !isSame(failed, now);
    case 'bar':
    case 'results':
      return false;
    default:
      return place satisfies never;
  }
}
