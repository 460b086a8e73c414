/**
 * What a recipe names that a page does not open by itself: files have to be picked again, after a reload or from a link,
 * and what a link would have fetched from a server waits until the user agrees.
 */
import { isSame } from '../lib/json.ts';
import { isWeightsFile } from '../protocol/recipe/own-weights.ts';
import type { Catalog, OptionSpec } from '../protocol/catalog.ts';
import type { Recipe } from '../protocol/recipe/recipe.ts';
import type { StudioState } from './state.ts';

/** Null where nothing is waited for. */
export interface Awaited {
  readonly pictures: {
    /** As the recipe has it. */
    readonly name: string;
    readonly option: FileOption;
  } | null;
  /** As the recipe has it. */
  readonly weights: string | null;
  /** The set that a link would have fetched. Weights on a server are fetched when training is asked for, and not before. */
  readonly remote: Remote | null;
}

/** An option that files are picked for. */
type FileOption = Extract<OptionSpec, { kind: 'file' }>;

/** A set on a server, as the recipe names it. */
export interface Remote {
  readonly name: string;
  readonly server: string;
}

type Known = Pick<StudioState, 'recipe' | 'catalog' | 'picked' | 'linked'>;

export function awaitedOf(state: Known): Awaited {
  return { pictures: awaitedPictures(state), weights: awaitedWeights(state), remote: awaitedRemote(state) };
}

function awaitedRemote({ recipe, catalog, linked }: Known): Remote | null {
  if (recipe === null || linked === null || !isSame(recipe.dataset, linked)) return null;
  return remoteSetOf(recipe, catalog);
}

/** The set of a recipe, where it is on a server. */
export function remoteSetOf({ dataset }: Recipe, catalog: Catalog | null): Remote | null {
  const entry = catalog?.sources.find(({ name }) => name === dataset.source);
  if (entry?.server === undefined) return null;
  const valueOf = (name: string): string => {
    const option = entry.options.find((each) => each.name === name);
    return String(dataset[name] ?? option?.default ?? '');
  };
  return { name: valueOf(entry.options[0]?.name ?? ''), server: hostOf(valueOf(entry.server)) };
}

/** Of an address that is none, all of it: whoever opens the set says what is wrong. */
const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).host : address);

function awaitedPictures({ recipe, catalog, picked }: Known): Awaited['pictures'] {
  if (recipe === null || picked.pictures) return null;
  const option = fileOptionOf(recipe, catalog);
  if (option === undefined) return null;
  const name = recipe.dataset[option.name];
  return typeof name === 'string' && name !== '' ? { name, option } : null;
}

/** The option of a recipe's source that files are picked for, where it has one. */
export function fileOptionOf({ dataset }: Recipe, catalog: Catalog | null): FileOption | undefined {
  const entry = catalog?.sources.find(({ name }) => name === dataset.source);
  return entry?.options.find((each) => each.kind === 'file');
}

function awaitedWeights({ recipe, picked }: Known): string | null {
  const weights = recipe?.backbone.weights;
  if (picked.weights || !isWeightsFile(weights)) return null;
  const { file } = weights;
  return /^https?:\/\//iu.test(file) ? null : file;
}

/** Whether training has to wait for any of it. */
export function isAwaiting(state: Known): boolean {
  const { pictures, weights, remote } = awaitedOf(state);
  return pictures !== null || weights !== null || remote !== null;
}
