/** Which files a recipe names that a page may not open by itself, so that they have to be picked: after a reload, or from a link. */
import { isWeightsFile } from '../protocol/recipe/own-weights.ts';
import type { OptionSpec } from '../protocol/catalog.ts';
import type { StudioState } from './state.ts';

/** Files to be picked; null where nothing is. */
export interface Awaited {
  readonly pictures: {
    /** As the recipe has it. */
    readonly name: string;
    readonly option: Extract<OptionSpec, { kind: 'file' }>;
  } | null;
  /** As the recipe has it. */
  readonly weights: string | null;
}

type Known = Pick<StudioState, 'recipe' | 'catalog' | 'picked'>;

export function awaitedOf(state: Known): Awaited {
  return { pictures: awaitedPictures(state), weights: awaitedWeights(state) };
}

function awaitedPictures({ recipe, catalog, picked }: Known): Awaited['pictures'] {
  if (recipe === null || picked.pictures) return null;
  const entry = catalog?.sources.find(({ name }) => name === recipe.dataset.source);
  const option = entry?.options.find((each) => each.kind === 'file');
  if (option === undefined) return null;
  const name = recipe.dataset[option.name];
  return typeof name === 'string' && name !== '' ? { name, option } : null;
}

function awaitedWeights({ recipe, picked }: Known): string | null {
  const weights = recipe?.backbone.weights;
  if (picked.weights || !isWeightsFile(weights)) return null;
  const { file } = weights;
  return /^https?:\/\//iu.test(file) ? null : file;
}

/** Whether training has to wait for files. */
export function isAwaiting(state: Known): boolean {
  const { pictures, weights } = awaitedOf(state);
  return pictures !== null || weights !== null;
}
