/** How the fields of the settings change the recipe. */
import type { Recipe } from '../../protocol/recipe.ts';
import type { Studio } from '../../store/studio.ts';

/** Takes an edit; returns the plain part of why it was refused. */
export function edit(studio: Studio, change: (recipe: Recipe) => unknown): string | null {
  const error = studio.edit(change);
  if (error === null) return null;
  // The message names the field; beside the field itself only the reason is news.
  const reason = /: (.+)\. Came/.exec(error.message)?.[1];
  return reason === undefined ? error.message : `${reason}.`;
}

/** What was typed as a number, or what will be refused as none. */
export function wholeNumber(typed: string): number {
  return typed === '' ? Number.NaN : Number(typed);
}

/** Early stopping with the patience that was typed; `none` turns it off. */
export function stopping(recipe: Recipe, typed: string): Recipe['earlyStopping'] {
  if (typed === 'none') return null;
  const base = recipe.earlyStopping ?? { monitor: 'valLoss', restoreBest: true };
  return { ...base, patience: wholeNumber(typed) };
}
