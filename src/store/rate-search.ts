/** A search for a learning rate as it goes on: what is told of the phases before, then the rates. Pure. */
import type { RunEvent } from '../protocol/events.ts';
import type { RatePoint } from '../protocol/rate-sweep.ts';
import type { Recipe } from '../protocol/recipe.ts';
import { newRecord, reduceRun } from './reduce-run.ts';
import type { RunState } from './state.ts';

export interface RateSearch {
  /** Told as of a run: it ends in nothing, and no other run hears of it. */
  readonly run: RunState;
  readonly points: readonly RatePoint[];
  /** Rates in a whole sweep; null before the first is tried. */
  readonly steps: number | null;
}

/** The search that was just asked for. */
export function newSearch(recipe: Recipe, startedAtMs: number): RateSearch {
  return { run: { kind: 'preparing', run: newRecord(recipe, startedAtMs) }, points: [], steps: null };
}

/** The search after an event. */
export function reduceSearch(search: RateSearch, event: RunEvent, atMs: number): RateSearch {
  const run = reduceRun(search.run, event, atMs);
  if (event.kind === 'rates') {
    return { run, points: [...search.points, ...event.points], steps: event.steps };
  }
  return run === search.run ? search : { ...search, run };
}
