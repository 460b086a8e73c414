/** Plans a run's way from its pictures to each phase's waist. */
import type { Dataset } from '../data/dataset.ts';
import type { Parameters } from '../models/program/parameters.ts';
import type { Recipe } from '../protocol/recipe.ts';
import type { CacheShelf } from './cache-shelf.ts';
import { FeatureChain } from './feature-chain.ts';
import type { Network } from './network.ts';
import { PictureInput } from './picture-input.ts';

interface Inputs {
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  readonly network: Network;
  readonly shelf: CacheShelf;
}

/** @param firstTrainable first trainable layer of each phase */
export function openChain(
  inputs: Inputs,
  parameters: Parameters,
  firstTrainable: readonly number[],
): Promise<FeatureChain> {
  const { network, dataset, recipe, shelf } = inputs;
  const { train, validation, test } = dataset.summary.split;
  const { views } = recipe.augmentation;
  const mostEpochs = Math.max(...recipe.phases.map(({ epochs }) => epochs));
  return FeatureChain.open({
    graph: network.graph,
    parameters,
    firstTrainable,
    pictures: new PictureInput(dataset.pictures, network.preprocessing, recipe),
    looks: {
      train: train.length,
      validation: validation.length,
      test: test.length,
      views: views === 'fresh' ? 0 : Math.min(views, mostEpochs),
    },
    shelf,
    cacheKey: cacheKeyOf(inputs),
  });
}

/** What the frozen part computes depends on this, and on the pictures. */
function cacheKeyOf({ recipe, network }: Inputs): string {
  const { views: _views, ...augmentation } = recipe.augmentation;
  const { origin, sha256 } = network.weights;
  return JSON.stringify([recipe.backbone, origin, sha256, network.preprocessing, augmentation, recipe.seed]);
}
