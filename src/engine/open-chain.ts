/** Plans a run's way from its pictures to each phase's waist. */
import type { Dataset } from '../data/dataset.ts';
import { firstTrainableOf } from '../models/plan.ts';
import type { Parameters } from '../models/program/parameters.ts';
import type { FullPhase, FullRecipe } from '../protocol/full-recipe.ts';
import { activationsKey } from '../protocol/identity.ts';
import { SWEEP } from '../training/rate-finder.ts';
import type { CacheShelf } from './cache-shelf.ts';
import { FeatureChain } from './feature-chain.ts';
import type { Network } from './network/network.ts';
import { PictureInput } from './set/picture-input.ts';

interface Inputs {
  readonly recipe: FullRecipe;
  readonly dataset: Dataset;
  readonly network: Network;
  readonly shelf: CacheShelf;
}

export function openChain(inputs: Inputs, parameters: Parameters): Promise<FeatureChain> {
  const { network, dataset, recipe, shelf } = inputs;
  const { weights, preprocessing } = network;
  const { split, contentHash } = dataset.summary;
  const { train, validation, test } = split;
  const { views } = recipe.augmentation;
  // A search for a learning rate goes through as many epochs as its steps take.
  const searchEpochs = Math.ceil(SWEEP.steps / Math.ceil(train.length / recipe.batchSize));
  const mostEpochs = Math.max(searchEpochs, ...recipe.phases.map(({ epochs }) => epochs));
  return FeatureChain.open({
    graph: network.graph,
    parameters,
    firstTrainable: recipe.phases.map((phase) => firstTrainableIn(phase, network)),
    pictures: new PictureInput(dataset.pictures, preprocessing, recipe),
    looks: {
      train: train.length,
      validation: validation.length,
      test: test.length,
      views: views === 'fresh' ? 0 : Math.min(views, mostEpochs),
    },
    shelf,
    cacheKey: activationsKey({ recipe, contentHash, weights, preprocessing }),
  });
}

/** Index of the first layer that trains in a phase. */
export function firstTrainableIn(phase: FullPhase, { backboneLayers }: Network): number {
  return firstTrainableOf(backboneLayers, phase.name === 'head' ? 0 : phase.unfreeze);
}
