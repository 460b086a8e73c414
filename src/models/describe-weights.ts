/**
 * Owns what is said of weights before they are loaded: where they come from, their size, what of them is here already,
 * and which network a file of them is for.
 */
import type * as tf from '@tensorflow/tfjs';
import type { Platform } from '../platform/platform.ts';
import { asStudioError, invariant, StudioError } from '../protocol/errors.ts';
import { backboneOptions, type FullBackbone } from '../protocol/recipe/full-recipe.ts';
import type { InspectedWeights, WeightsSummary } from '../protocol/model.ts';
import { BACKBONES, buildBackbone, findBackbone } from './backbones/registry.ts';
import type { Recipe } from '../protocol/recipe/recipe.ts';
import { isWeightsFile, type WeightsFile } from '../protocol/recipe/own-weights.ts';
import { openBackboneWeights, type LoadOptions } from './load-weights.ts';
import { fitOf, isWhole, misfit, variablesOf, type Fit } from './weights/fill-model.ts';
import { pathsToChoose } from './weights/files/file-set.ts';
import { fileAddress, isAddress } from './weights/files/given-weights.ts';
import { strangeNetwork } from './weights/files/strangers.ts';
import { imagenetSource, imagenetUrl } from './weights/imagenet.ts';
import type { NameMap } from './weights/name-maps/name-map.ts';
import { WEIGHT_READERS } from './weights/readers/registry.ts';
import { starterAsset } from './weights/starters.ts';
import type { WeightFile } from './weights/readers/weight-file.ts';
import { weightsUse } from './weights/weights-use.ts';

/** Small, and every backbone takes it: variables do not depend on the size. */
const SIZE = 32;

/** Every download that is known is of float32. */
const BYTES_PER_NUMBER = 4;
/** Those that ship are of float16; so many bytes are said once they are loaded, too. */
const BYTES_PER_SHIPPED_NUMBER = 2;

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
  const here = { sizeBytes, hereBytes: sizeBytes, labels: null, use: null, problem: null };
  try {
    if (weights === 'random') return { ...here, kind: 'random', origin: 'random numbers' };
    if (weights === 'starter') {
      starterAsset(recipe);
      const shippedBytes = numbers * BYTES_PER_SHIPPED_NUMBER;
      const size = { sizeBytes: shippedBytes, hereBytes: shippedBytes };
      return { ...here, ...size, kind: 'shipped', origin: 'shipped with Mien' };
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
  invariant(isWeightsFile(weights), 'the network of a kept run is described by what is kept of it');
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
 * @param given See `openGivenWeights`.
 * @throws StudioError `model/weights-…`, which says what fits the nearest network and what does not
 */
export async function inspectWeights(
  given: WeightsFile,
  recipe: Recipe['backbone'],
  platform: Platform,
  options: Omit<LoadOptions, 'seed'>,
): Promise<InspectedWeights> {
  const { file } = given;
  const asked: FullBackbone = Object.assign({}, recipe, { weights: given });
  const opened = await openBackboneWeights(asked, platform, { ...options, seed: 0 }).catch(
    (error: unknown) => {
      const paths = pathsToChoose(error);
      if (paths === null) throw error;
      return paths;
    },
  );
  if (!('file' in opened)) return { kind: 'several', paths: opened };
  const { file: weightFile, maps } = opened;
  invariant(weightFile !== null, 'weights named as a file come from one');
  const { backbone, map, fit } = fittingBackbone(asked, weightFile, maps, options.signal);
  // What is taken here has to load: also what a header does not tell.
  await weightFile.check(fit.read);
  const { sizeBytes, leftOut } = fit;
  const used = {
    file: weightFile,
    map,
    leftOut,
    backbone: findBackbone(backbone.name),
    scale: 'backbone',
  } as const;
  const reader = WEIGHT_READERS.find(({ name }) => name === weightFile.format);
  return {
    kind: 'found',
    backbone,
    format: reader?.label ?? weightFile.format,
    weights: {
      kind: isAddress(file) ? 'download' : 'file',
      origin: file,
      sizeBytes,
      hereBytes: sizeBytes,
      labels: weightFile.labels,
      use: await weightsUse(asked, used),
      problem: null,
    },
  };
}

/** A network, and the way of reading the file that meets it best. */
interface Fitting {
  readonly backbone: FullBackbone;
  readonly map: NameMap;
  readonly fit: Fit;
}

/**
 * The network that a file's weights are for: the one asked about if they fit it, else the first of the catalog.
 *
 * @throws StudioError `model/weights-…`, which says what fits the nearest network and what does not
 */
export function fittingBackbone(
  asked: FullBackbone,
  file: WeightFile,
  maps: readonly NameMap[],
  signal?: AbortSignal,
): Fitting {
  const { weights } = asked;
  const others = BACKBONES.flatMap(({ entry, forms = [{}] }) =>
    forms.map((form): FullBackbone => Object.assign({}, form, { name: entry.name, weights })),
  );
  let nearest: Fitting | null = null;
  for (const backbone of [asked, ...others]) {
    signal?.throwIfAborted();
    const fitting = bestFit(backbone, file, maps);
    if (isWhole(fitting.fit)) return fitting;
    if (nearest === null || isNearer(fitting.fit, nearest.fit)) nearest = fitting;
  }
  invariant(nearest !== null, 'there are networks to hold a file against');
  const { fits, variables } = nearest.fit;
  const stranger = fits < variables / 2 ? strangeNetwork(file) : null;
  throw stranger ?? misfit(nearest.fit, `the nearest network, ${titleOf(nearest.backbone)}`);
}

/** Whether more of the variables have their tensor, and of as many the tensors have more of theirs. */
function isNearer(one: Fit, other: Fit): boolean {
  if (one.fits !== other.fits) return one.fits > other.fits;
  return faultsOf(one) < faultsOf(other);
}

function faultsOf({ missing, misshapen, surplus }: Fit): number {
  return missing.length + misshapen.length + surplus.length;
}

function bestFit(backbone: FullBackbone, file: WeightFile, maps: readonly NameMap[]): Fitting {
  const { model } = buildBackbone(backbone, SIZE);
  try {
    const variables = variablesOf(model);
    const fittings = maps.map((map): Fitting => ({ backbone, map, fit: fitOf(variables, file, map) }));
    return fittings.reduce((one, other) => (isNearer(other.fit, one.fit) ? other : one));
  } finally {
    model.dispose();
  }
}

/** `MobileNetV2 (alpha 0.35)`. */
function titleOf({ name, weights: _, ...options }: FullBackbone): string {
  const form = Object.entries(options).map(([option, value]) => `${option} ${String(value)}`);
  const { label } = findBackbone(name).entry;
  return form.length === 0 ? label : `${label} (${form.join(', ')})`;
}
