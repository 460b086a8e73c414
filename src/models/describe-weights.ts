/**
 * Owns what is said of weights before they are loaded: where they come from, their size, what of them is here already,
 * and which network a file of them is for.
 */
import type * as tf from '@tensorflow/tfjs';
import type { Platform } from '../platform/platform.ts';
import { asStudioError, invariant, StudioError } from '../protocol/errors.ts';
import { backboneOptions, type FullBackbone } from '../protocol/full-recipe.ts';
import type { InspectedWeights, WeightsSummary } from '../protocol/model.ts';
import { BACKBONES, buildBackbone, findBackbone } from './backbones/registry.ts';
import type { Recipe } from '../protocol/recipe.ts';
import { openBackboneWeights, type LoadOptions } from './load-weights.ts';
import { checkFit, variablesOf } from './weights/fill-model.ts';
import { fileAddress, isAddress } from './weights/given-weights.ts';
import { imagenetSource, imagenetUrl } from './weights/imagenet.ts';
import type { NameMap } from './weights/name-maps/name-map.ts';
import { WEIGHT_READERS } from './weights/readers/registry.ts';
import { starterAsset } from './weights/starters.ts';
import type { WeightFile } from './weights/readers/weight-file.ts';

/** Small, and every backbone takes it: variables do not depend on the size. */
const SIZE = 32;

/** Every download that is known is of float32. */
const BYTES_PER_NUMBER = 4;

/**
 * Describes a recipe's weights; nothing is fetched or opened.
 *
 * @param model Built by `buildBackbone` from the same recipe.
 */
export async function describeWeights(
  model: tf.LayersModel,
  recipe: FullBackbone,
  platform: Pick<Platform, 'listStored'>,
  hub?: string,
): Promise<WeightsSummary> {
  const { weights } = recipe;
  const numbers = variablesOf(model).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const sizeBytes = numbers * BYTES_PER_NUMBER;
  const here = { sizeBytes, hereBytes: sizeBytes, labels: null, problem: null };
  try {
    if (weights === 'random') return { ...here, kind: 'random', origin: 'random numbers' };
    if (weights === 'starter') {
      starterAsset(recipe);
      return { ...here, kind: 'shipped', origin: 'shipped with Mien' };
    }
    if (weights === 'imagenet') {
      const source = imagenetSource(recipe, backboneOptions(recipe, findBackbone(recipe.name).entry));
      const hereBytes = Math.min(sizeBytes, await storedBytesOf(imagenetUrl(source, hub), platform));
      return { ...here, kind: 'download', origin: source.repo, hereBytes };
    }
  } catch (error) {
    const problem = asStudioError(error).toWire();
    return { ...here, kind: 'download', origin: 'nowhere', hereBytes: 0, problem };
  }
  const { file } = weights;
  if (!isAddress(file)) return { ...here, kind: 'file', origin: file, sizeBytes: null, hereBytes: 0 };
  const hereBytes = await storedBytesOf(fileAddress(file), platform);
  return { ...here, kind: 'download', origin: file, sizeBytes: null, hereBytes };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** A store that does not work keeps nothing. */
async function storedBytesOf(url: string, platform: Pick<Platform, 'listStored'>): Promise<number> {
  const stored = await platform.listStored().catch((error: unknown) => {
    if (error instanceof StudioError && error.code.startsWith('storage/')) return { downloads: [] };
    throw error;
  });
  return stored.downloads.find((download) => download.url === url)?.storedBytes ?? 0;
}

/**
 * Opens weights and finds the network that they are for: the recipe's own if they fit it, else the first of the
 * catalog, in the forms that people have weights of.
 *
 * @param file See `openGivenWeights`.
 * @throws StudioError `model/weights-…`, which names the first thing that does not fit the nearest network
 */
export async function inspectWeights(
  file: string,
  recipe: Recipe['backbone'],
  platform: Platform,
  options: Omit<LoadOptions, 'seed'>,
): Promise<InspectedWeights> {
  const asked: FullBackbone = Object.assign({}, recipe, { weights: { file } });
  const opened = await openBackboneWeights(asked, platform, { ...options, seed: 0 });
  const { file: weightFile, map } = opened;
  invariant(weightFile !== null && map !== null, 'weights named as a file come from one');
  const { backbone, sizeBytes } = fittingBackbone(asked, weightFile, map, options.signal);
  const reader = WEIGHT_READERS.find(({ name }) => name === weightFile.format);
  return {
    backbone,
    format: reader?.label ?? weightFile.format,
    weights: {
      kind: isAddress(file) ? 'download' : 'file',
      origin: file,
      sizeBytes,
      hereBytes: sizeBytes,
      labels: weightFile.labels,
      problem: null,
    },
  };
}

const WRONG_SHAPE = 'model/weights-shape';

interface Fitting {
  readonly backbone: FullBackbone;
  /** Bytes of the tensors that it needs of the file. */
  readonly sizeBytes: number;
}

function fittingBackbone(
  asked: FullBackbone,
  file: WeightFile,
  map: NameMap,
  signal: AbortSignal | undefined,
): Fitting {
  const { weights } = asked;
  const others = BACKBONES.flatMap(({ entry, forms = [{}] }) =>
    forms.map((form): FullBackbone => Object.assign({}, form, { name: entry.name, weights })),
  );
  let nearest: StudioError | null = null;
  for (const backbone of [asked, ...others]) {
    signal?.throwIfAborted();
    try {
      return { backbone, sizeBytes: sizeWhereFits(backbone, file, map) };
    } catch (error) {
      if (!(error instanceof StudioError) || !error.code.startsWith('model/weights-')) throw error;
      // Where every name is there, the network is right and its form is not.
      const isNearer = nearest?.code !== WRONG_SHAPE && error.code === WRONG_SHAPE;
      if (nearest === null || isNearer) nearest = error;
    }
  }
  invariant(nearest !== null, 'there are networks to hold a file against');
  throw nearest;
}

/** @throws StudioError `model/weights-…` where it does not fit */
function sizeWhereFits(backbone: FullBackbone, file: WeightFile, map: NameMap): number {
  const { model } = buildBackbone(backbone, SIZE);
  try {
    return checkFit(model, file, map);
  } finally {
    model.dispose();
  }
}
