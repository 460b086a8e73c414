/** Owns where a backbone's weights come from: shipped, random, a file, an address, or the Hub. */
import type * as tf from '@tensorflow/tfjs';
import type { ByteSource, Platform, RemoteOptions } from '../platform/platform.ts';
import { backboneOptions, type FullBackbone } from '../protocol/recipe/full-recipe.ts';
import { weightsHash } from '../protocol/identity.ts';
import type { WeightsRecord } from '../protocol/model.ts';
import type { Recipe } from '../protocol/recipe/recipe.ts';
import { isWeightsFile } from '../protocol/recipe/own-weights.ts';
import { invariant, StudioError } from '../protocol/errors.ts';
import type { Backbone, Preprocessing } from './backbones/backbone.ts';
import { buildBackbone, findBackbone } from './backbones/registry.ts';
import { openWeightSet, type WeightSet } from './weights/files/file-set.ts';
import { openGivenWeights } from './weights/files/given-weights.ts';
import { fillModel, fitOf, isWhole, variablesOf } from './weights/fill-model.ts';
import { imagenetSource, openImagenet } from './weights/imagenet.ts';
import type { NameMap } from './weights/name-maps/name-map.ts';
import { findNameMaps } from './weights/name-maps/registry.ts';
import { starterAsset } from './weights/starters.ts';
import type { ReadOptions, WeightFile } from './weights/readers/weight-file.ts';
import { preprocessingFor, weightsUse } from './weights/weights-use.ts';

export interface LoadOptions extends ReadOptions, Pick<RemoteOptions, 'onWait' | 'onNotice'> {
  /** Seed of random weights: the recipe's. */
  readonly seed: number;
  /** What was picked on the page for weights that the recipe names as a file. */
  readonly files?: readonly File[] | undefined;
  /** The Hub's address, for tests and mirrors. */
  readonly hub?: string | undefined;
}

/** What became of a backbone's weights. */
export interface LoadedWeights extends WeightsRecord {
  /** What becomes of a picture before the network: what these weights expect, or what the recipe's `image.scale` says. */
  readonly preprocessing: Preprocessing;
  /** Class names that came with the weights, or null. */
  readonly labels: readonly string[] | null;
}

type Scale = Recipe['image']['scale'];

/** Weights that were found, and of which no more is read yet than says what they are. */
export interface OpenedWeights {
  /** Null for random ones. */
  readonly file: WeightFile | null;
  /** The ways in which the file may be read: one for each backbone that it may hold; none for random weights. */
  readonly maps: readonly NameMap[];
  /** That of the recipe's network; null for random weights. */
  readonly map: NameMap | null;
  /**
   * Fills the variables of a network that was built by `buildBackbone` from the same recipe, with the map's flavour.
   *
   * @throws StudioError `model/weights-…`, `net/…`; the network is unchanged then
   */
  fill(model: tf.LayersModel, backbone: Backbone, scale: Scale): Promise<LoadedWeights>;
}

/**
 * Finds the weights that a recipe asks for.
 *
 * @throws StudioError `model/weights-…`, `net/…`, `data/file-missing`
 */
export async function openBackboneWeights(
  recipe: FullBackbone,
  platform: Platform,
  options: LoadOptions,
): Promise<OpenedWeights> {
  const { weights } = recipe;
  const { signal, hub, files, onWait, onNotice } = options;
  if (weights === 'random') {
    const fill: OpenedWeights['fill'] = async (model, backbone, scale) => ({
      ...(await randomise(model, backbone, recipe, options.seed)),
      preprocessing: preprocessingFor(scale, backbone),
      labels: null,
    });
    return { file: null, maps: [], map: null, fill };
  }
  if (weights === 'starter') {
    const source = await platform.openAsset(starterAsset(recipe), signal);
    return openFile(recipe, alone(source, platform), { ...options, origin: 'Mien starter weights' });
  }
  const progress = steadyProgress(options.onProgress);
  const { onBytes, onProgress } = progress;
  const remote = { signal, onBytes, onWait, onNotice };
  if (weights === 'imagenet') {
    const where = imagenetSource(recipe, backboneOptions(recipe, findBackbone(recipe.name).entry));
    const source = await openImagenet(where, platform, { ...remote, hub });
    const etag = source.etag === null ? '' : `, ${source.etag}`;
    const origin = `${where.repo} ${where.path} at ${where.revision}${etag}`;
    return openFile(recipe, alone(source, platform), { ...options, origin, onProgress });
  }
  invariant(isWeightsFile(weights), 'the network of a kept run is no file of weights');
  const given = await openGivenWeights(weights.file, platform, { ...remote, files });
  // Formats that are read whole are read when they are opened.
  progress.expect(given.sizeBytes);
  const set = { ...given, member: weights.member, platform };
  return openFile(recipe, set, { ...options, origin: given.origin, onProgress });
}

/**
 * Opens weights among files that are at hand.
 *
 * @param recipe names them as a file
 * @throws StudioError `model/weights-…`
 */
export function openWeightSetFor(
  recipe: FullBackbone,
  set: WeightSet,
  options: Pick<LoadOptions, 'onNotice'> = {},
): Promise<OpenedWeights> {
  return openFile(recipe, set, { origin: set.files[0]?.path ?? '', seed: 0, ...options });
}

/** A file that Mien knows, with nothing beside it. */
function alone(source: ByteSource, platform: Platform): WeightSet {
  return { files: [{ path: '', open: () => Promise.resolve(source) }], sibling: null, platform };
}

/** Reads are long; the bytes of one that is under way count too. */
function steadyProgress(report: ReadOptions['onProgress']): {
  expect: (totalBytes: number) => void;
  onBytes: (count: number) => void;
  onProgress: NonNullable<ReadOptions['onProgress']>;
} {
  let done = 0;
  let total = 0;
  return {
    expect: (totalBytes) => {
      total = totalBytes;
    },
    onBytes: (count) => {
      done += count;
      if (total > 0) report?.(Math.min(done, total), total);
    },
    onProgress: (doneBytes, totalBytes) => {
      done = doneBytes;
      total = totalBytes;
      report?.(done, total);
    },
  };
}

async function openFile(
  recipe: FullBackbone,
  set: WeightSet,
  options: LoadOptions & { readonly origin: string },
): Promise<OpenedWeights> {
  const { origin, signal, onNotice } = options;
  const file = await openWeightSet(set, signal);
  const maps = findNameMaps(file);
  const map = mapFor(recipe, file, maps);
  const fill: OpenedWeights['fill'] = async (model, backbone, scale) => {
    const { sizeBytes, values } = await fillModel(model, file, map, options);
    const use = await weightsUse(recipe, { file, map, backbone, leftOut: [], scale });
    // Mien knows what it ships and fetches.
    if (typeof recipe.weights !== 'string') {
      for (const notice of use.notices) onNotice?.(StudioError.fromWire(notice));
    }
    return {
      origin,
      sizeBytes,
      sha256: await weightsHash(values),
      preprocessing: use.preprocessing,
      labels: file.labels,
    };
  };
  return { file, maps, map, fill };
}

/** Of several backbones in a file, the one that meets the recipe's best. */
function mapFor(recipe: FullBackbone, file: WeightFile, maps: readonly NameMap[]): NameMap {
  const [first] = maps;
  invariant(first !== undefined, 'a named file has a map');
  if (maps.length === 1) return first;
  const { model } = buildBackbone(recipe, 32);
  try {
    const variables = variablesOf(model);
    const fits = maps.map((map) => ({ map, fit: fitOf(variables, file, map) }));
    return (fits.find(({ fit }) => isWhole(fit)) ?? fits.reduce((a, b) => (b.fit.fits > a.fit.fits ? b : a)))
      .map;
  } finally {
    model.dispose();
  }
}

/** Keras' initial values, from a second network that is thrown away. */
async function randomise(
  model: tf.LayersModel,
  backbone: Backbone,
  recipe: FullBackbone,
  seed: number,
): Promise<WeightsRecord> {
  const size = Number(model.inputs[0]?.shape[1]);
  const donor = backbone.build({ size, options: backboneOptions(recipe, backbone.entry), seed });
  try {
    const drawn = new Map(
      variablesOf(donor).map(({ layer, weight, variable }) => [`${layer}/${weight}`, variable]),
    );
    const values: Float32Array[] = [];
    for (const { layer, weight, variable } of variablesOf(model)) {
      const value = drawn.get(`${layer}/${weight}`)?.read();
      if (value === undefined) continue;
      variable.write(value);
      values.push(await value.data<'float32'>());
    }
    return { origin: `random, seed ${seed}`, sizeBytes: 0, sha256: await weightsHash(values) };
  } finally {
    donor.dispose();
  }
}
