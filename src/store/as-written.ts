/**
 * Owns how a recipe of a run's record is written on the page. The record leaves nothing open, a preset leaves much to the
 * registries; where both come to the same, the page shows the preset, and the address holds what really differs from it.
 */
import { isSame } from '../lib/json.ts';
import type { Catalog } from '../protocol/catalog.ts';
import { StudioError } from '../protocol/errors.ts';
import type { RunResult } from '../protocol/events.ts';
import { asRunTook } from '../protocol/recipe/as-run-took.ts';
import { fieldDifferences, withField } from '../protocol/recipe/fields.ts';
import { fullRecipe, type FullRecipe } from '../protocol/recipe/full-recipe.ts';
import { parseRecipe, type Recipe } from '../protocol/recipe/recipe.ts';
import type { StudioState } from './state.ts';

/** A recipe and the preset that it is described from. */
type Written = readonly [recipe: Recipe, preset: string | null];

/**
 * The preset from which a recipe differs least, and the recipe with each field as that preset has it where the run is the
 * same either way.
 *
 * @param page its preset stays where no other is nearer
 */
export function asWritten(recipe: Recipe, page: Pick<StudioState, 'catalog' | 'preset'>): Written {
  const { catalog, preset } = page;
  const full = catalog === null ? null : wholeOrNull(recipe, catalog);
  if (catalog === null || full === null) return [recipe, preset];
  const [nearest] = catalog.presets
    .toSorted((one, other) => Number(other.name === preset) - Number(one.name === preset))
    .map(({ name, recipe: from }) => ({ name, from, recipe: written(recipe, from, full, catalog) }))
    .map((each) => ({ ...each, differences: fieldDifferences(each.from, each.recipe).length }))
    .toSorted((one, other) => one.differences - other.differences);
  return nearest === undefined ? [recipe, preset] : [nearest.recipe, nearest.name];
}

/** As {@link asWritten}, of a run that is to be carried out again as it was. */
export const recipeOfRun = (result: RunResult, page: Pick<StudioState, 'catalog' | 'preset'>): Written =>
  asWritten(asRunTook(result.recipe, result), page);

/** A recipe with each field as a preset has it, where it comes to the same in full. */
function written(recipe: Recipe, from: Recipe, full: FullRecipe, catalog: Catalog): Recipe {
  return fieldDifferences(from, recipe).reduce<Recipe>((best, { path, from: value }) => {
    const next = withField(best, path, value);
    return isSame(wholeOrNull(next, catalog), full) ? parseRecipe(next) : best;
  }, recipe);
}

/** A recipe that leaves nothing open; null where it does not hold. */
function wholeOrNull(recipe: unknown, catalog: Catalog): FullRecipe | null {
  try {
    return fullRecipe(parseRecipe(recipe), catalog);
  } catch (error) {
    if (error instanceof StudioError) return null;
    throw error;
  }
}
