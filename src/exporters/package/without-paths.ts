/** Owns what is said of a user's files outside this machine: their names without their folders, and of pictures nothing. */
import { sources } from '../../data/sources/registry.ts';
import { isAddress } from '../../models/weights/files/given-weights.ts';
import type { CleaningReport } from '../../protocol/set/dataset.ts';
import { isWeightsFile } from '../../protocol/recipe/own-weights.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import type { TrainedNetwork } from '../exporter.ts';

/** A recipe that names files without their folders. */
export function withoutPaths(recipe: FullRecipe): FullRecipe {
  const { dataset, backbone } = recipe;
  const paths = sources
    .flatMap(({ entry }) => entry.options)
    .filter(({ kind }) => kind === 'file')
    .map(({ name }) => name);
  const shown = Object.entries(dataset).map(([name, value]) => [
    name,
    paths.includes(name) && typeof value === 'string' ? withoutFolders(value) : value,
  ]);
  const { weights } = backbone;
  return {
    ...recipe,
    dataset: Object.assign({}, dataset, Object.fromEntries(shown) as Partial<FullRecipe['dataset']>),
    backbone: isWeightsFile(weights)
      ? Object.assign({}, backbone, { weights: { file: withoutFolders(weights.file) } })
      : backbone,
  };
}

/** `faces.parquet` of `/home/me/faces.parquet`; an address stays whole. */
export function withoutFolders(path: string): string {
  return isAddress(path) ? path : (path.split(/[/\\]/u).findLast((part) => part !== '') ?? '');
}

/** Where the backbone's weights came from; what a recipe names as a file is named without its folders. */
export function originOf({ recipe, weights }: Pick<TrainedNetwork, 'recipe' | 'weights'>): string {
  const { weights: asked } = recipe.backbone;
  return isWeightsFile(asked) && !isAddress(asked.file) ? withoutFolders(weights.origin) : weights.origin;
}

/** What cleaning found, without the pictures and files that it names as examples. */
export function withoutPictureNames(cleaning: CleaningReport): CleaningReport {
  const nameless = (counted: CleaningReport['passedOver']): CleaningReport['passedOver'] =>
    counted.map((one) => ({ ...one, examples: [] }));
  return { ...cleaning, passedOver: nameless(cleaning.passedOver), inPlace: nameless(cleaning.inPlace) };
}
