/** How the fields of the settings change the recipe. */
import { capitalised, formatPlain } from '../../lib/format.ts';
import { typedNumber } from '../../lib/typed-number.ts';
import type { CatalogEntry, ScheduleEntry } from '../../protocol/catalog.ts';
import type { OptionValue, Phase, Recipe } from '../../protocol/recipe/recipe.ts';
import type { Studio } from '../../store/studio.ts';

/** Takes an edit; returns the plain part of why it was refused. */
export function edit(studio: Studio, change: (recipe: Recipe) => unknown): string | null {
  const error = studio.edit(change);
  if (error === null) return null;
  // The message names the field; beside the field itself only the reason is news.
  const reason = /: (.+)\. Came/.exec(error.message)?.[1];
  return reason === undefined ? error.message : `${capitalised(reason.replace(/^expected /u, ''))}.`;
}

/** Early stopping with the patience that was typed; `none` stops at no epoch, and what is put back stays as it was. */
export function stopping({ earlyStopping }: Recipe, typed: string): unknown {
  if (typed !== 'none')
    return withField(earlyStopping ?? { restoreBest: true }, 'patience', typedNumber(typed));
  return earlyStopping?.restoreBest === true ? withField(earlyStopping, 'patience', undefined) : null;
}

/** Early stopping that puts the best epoch back, or leaves the last; null where nothing is left to do. */
export function restoring({ earlyStopping }: Recipe, restoreBest: boolean): unknown {
  const isNothing = !restoreBest && earlyStopping?.patience === undefined;
  return isNothing ? null : { ...earlyStopping, restoreBest };
}

/** A part of the recipe with one field set, or taken out when the value is undefined: the link names what is there. */
export function withField(part: object, name: string, value: unknown): Readonly<Record<string, unknown>> {
  const { [name]: _, ...rest } = part as Readonly<Record<string, unknown>>;
  return value === undefined ? rest : { ...rest, [name]: value };
}

/** The recipe with one field of one phase set, or taken out when the value is undefined. */
export function withPhaseField(recipe: Recipe, index: number, name: string, value: unknown): unknown {
  const phases = recipe.phases.map((phase, at) => (at === index ? withField(phase, name, value) : phase));
  return { ...recipe, phases };
}

/**
 * What a recipe writes for an entry with options: only those that are not as the entry has them anyway.
 *
 * @param isDefault whether the entry is the one that a recipe gets which names none
 * @returns undefined where the recipe need not say anything
 */
export function namedEntry(
  entry: CatalogEntry,
  options: Readonly<Record<string, OptionValue>>,
  isDefault: boolean,
): Phase['optimizer'] {
  const own = entry.options.flatMap(({ name, default: usual }) => {
    const value = options[name];
    return value === undefined || value === usual ? [] : [[name, value] as const];
  });
  return isDefault && own.length === 0 ? undefined : { ...Object.fromEntries(own), name: entry.name };
}

/** The number that was typed; undefined for `none`. */
export function numberOrNone(typed: string): number | undefined {
  return typed === 'none' ? undefined : typedNumber(typed);
}

const PARTS = ['train', 'validation', 'test'] as const;

/** The shares of the split as they are typed, in per cent: `60 / 20 / 20`. */
export function shares({ split }: Recipe): string {
  return PARTS.map((part) => formatPlain(split[part] * 100)).join(' / ');
}

/**
 * The recipe with the shares that were typed, whatever stands between them; what is missing is 0. Without validation
 * goes what needs it: early stopping, a best epoch to put back, schedules that go by it.
 */
export function withShares(recipe: Recipe, typed: string, schedules: readonly ScheduleEntry[]): unknown {
  const [train = 0, validation = 0, test = 0] = typed
    .split(/[^\d.]+/u)
    .filter((each) => each !== '')
    .map((each) => Number(each) / 100);
  const next = { ...recipe, split: { ...recipe.split, train, validation, test } };
  if (validation > 0) return next;
  const needs = ({ schedule }: Phase): boolean =>
    schedules.some(({ name, goesByValidation }) => name === schedule?.name && goesByValidation === true);
  const phases = recipe.phases.map((phase) =>
    needs(phase) ? withField(phase, 'schedule', undefined) : phase,
  );
  return { ...next, phases, earlyStopping: null, keep: 'lastPhase' };
}
