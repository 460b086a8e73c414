/** The learning-rate schedules that Mien knows, in the order in which the page lists them. */
import { fullNamed } from '../../protocol/recipe/full-recipe.ts';
import { findKind } from '../../protocol/recipe/options.ts';
import type { Phase } from '../../protocol/recipe/recipe.ts';
import { constant, cosine, warmUp } from './by-step.ts';
import { plateau } from './plateau.ts';
import type { Schedule, ScheduleKind } from './schedule.ts';

/** First the one of a phase that names none. */
export const SCHEDULES: readonly [ScheduleKind, ...ScheduleKind[]] = [constant, warmUp, cosine, plateau];

/**
 * A phase's schedule, with its options checked and defaults filled in.
 *
 * @throws StudioError `recipe/invalid`, `recipe/unknown-option`, which name the field
 */
export function scheduleOf(
  { schedule, learningRate, epochs }: Pick<Phase, 'schedule' | 'learningRate' | 'epochs'>,
  phaseIndex: number,
  stepsPerEpoch: number,
): Schedule {
  const entries = SCHEDULES.map(({ entry }) => entry);
  const { name, ...options } = fullNamed(schedule, entries, `phases[${phaseIndex.toString()}].schedule`);
  return findKind(SCHEDULES, name, 'schedule').create(options, { learningRate, epochs, stepsPerEpoch });
}
