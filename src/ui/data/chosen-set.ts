/** What a recipe becomes when the user takes a set of some source. */
import type { SourceEntry } from '../../protocol/catalog.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';

/** Pictures of phones and cameras are shown as people saw them. */
export function withSet(before: Recipe, dataset: Recipe['dataset'], entry: SourceEntry | undefined): Recipe {
  if (dataset.source === before.dataset.source) return { ...before, dataset };
  const orientation = entry?.isFromCameras === true ? 'exif' : 'stored';
  return { ...before, dataset, image: { ...before.image, orientation } };
}

/** A source's set with all its options as the page gives them at first; the recipe's own where it has that source. */
export function datasetOf(source: SourceEntry, recipe: Recipe): Recipe['dataset'] {
  if (source.name === recipe.dataset.source) return { ...recipe.dataset };
  const options = Object.fromEntries(
    source.options.map((spec) => [spec.name, ('onPage' in spec ? spec.onPage : undefined) ?? spec.default]),
  );
  return { ...options, source: source.name };
}
