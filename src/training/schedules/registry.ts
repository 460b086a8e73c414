/** The learning-rate schedules that Mien knows, in the order in which the page lists them. */
import { StudioError } from '../../protocol/errors.ts';
import { checkOptions, type Options } from '../../protocol/options.ts';
import type { Phase } from '../../protocol/recipe.ts';
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
export function scheduleOf(phase: Phase, phaseIndex: number, stepsPerEpoch: number): Schedule {
  const { kind, options } = checkedSchedule(phase, phaseIndex);
  const { learningRate, epochs } = phase;
  return kind.create(options, { learningRate, epochs, stepsPerEpoch });
}

/** What {@link scheduleOf} checks, before the number of steps is known. */
export function checkedSchedule(
  { schedule = { name: SCHEDULES[0].entry.name } }: Phase,
  phaseIndex: number,
): { kind: ScheduleKind; options: Options } {
  const field = `phases[${phaseIndex.toString()}].schedule`;
  const kind = SCHEDULES.find(({ entry }) => entry.name === schedule.name);
  if (kind === undefined) {
    const known = SCHEDULES.map(({ entry }) => entry.name).join(', ');
    throw new StudioError({
      code: 'recipe/invalid',
      message: `Recipe field ${field}.name takes one of: ${known}. Came: ${schedule.name}.`,
      hint: 'Correct the name in the recipe.',
    });
  }
  const { name, options } = kind.entry;
  return { kind, options: checkOptions({ field, entry: name, ownKeys: ['name'] }, options, schedule) };
}
