/** Owns where a backbone's weights come from: shipped, random, a file, an address, or the Hub. */
import type * as tf from '@tensorflow/tfjs';
import type { ByteSource, Platform, RemoteOptions } from '../platform/platform.ts';
import { backboneOptions, type FullBackbone } from '../protocol/full-recipe.ts';
import { weightsHash } from '../protocol/identity.ts';
import type { WeightsRecord } from '../protocol/model.ts';
import type { Recipe } from '../protocol/recipe.ts';
import { unitPreprocessing, type Backbone, type Preprocessing } from './backbones/backbone.ts';
import { findBackbone } from './backbones/registry.ts';
import { fillModel, variablesOf } from './weights/fill-model.ts';
import { openGivenWeights } from './weights/given-weights.ts';
import { imagenetSource, openImagenet } from './weights/imagenet.ts';
import type { NameMap } from './weights/name-maps/name-map.ts';
import { findNameMap } from './weights/name-maps/registry.ts';
import { openWeightFile } from './weights/readers/registry.ts';
import { starterAsset } from './weights/starters.ts';
import type { OpenContext, ReadOptions, WeightFile } from './weights/readers/weight-file.ts';

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
    return { file: null, map: null, fill };
  }
  if (weights === 'starter') {
    const source = await platform.openAsset(starterAsset(recipe), signal);
    return openFile(source, 'Mien starter weights', options);
  }
  const progress = steadyProgress(options.onProgress);
  const { onBytes, onProgress } = progress;
  const remote = { signal, onBytes, onWait, onNotice };
  if (weights === 'imagenet') {
    const where = imagenetSource(recipe, backboneOptions(recipe, findBackbone(recipe.name).entry));
    const source = await openImagenet(where, platform, { ...remote, hub });
    const etag = source.etag === null ? '' : `, ${source.etag}`;
    const origin = `${where.repo} ${where.path} at ${where.revision}${etag}`;
    return openFile(source, origin, { ...options, onProgress });
  }
  const given = await openGivenWeights(weights.file, platform, { ...remote, files });
  // Formats that are read whole are read when they are opened.
  progress.expect(given.source.byteLength);
  const { sibling } = given;
  return openFile(given.source, given.origin, { ...options, onProgress }, { sibling });
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
  source: ByteSource,
  origin: string,
  options: LoadOptions,
  context: OpenContext = {},
): Promise<OpenedWeights> {
  const file = await openWeightFile(source, { ...context, signal: options.signal });
  const map = findNameMap(file);
  const fill: OpenedWeights['fill'] = async (model, backbone, scale) => {
    const { preprocessing: known } = map;
    const named = typeof known === 'function' ? await known(file) : known;
    const { sizeBytes, values } = await fillModel(model, file, map, options);
    return {
      origin,
      sizeBytes,
      sha256: await weightsHash(values),
      preprocessing: preprocessingFor(scale, backbone, named, file.preprocessing),
      labels: file.labels,
    };
  };
  return { file, map, fill };
}

/**
 * What becomes of a picture before the network.
 *
 * @param named what those who name weights this way train them on
 * @param whole what the file says, of all that is done to a picture
 */
export function preprocessingFor(
  scale: Scale,
  backbone: Backbone,
  named: Preprocessing | null = null,
  whole: Preprocessing | null = null,
): Preprocessing {
  const usual = named ?? backbone.preprocessing;
  if (scale === 'unit') return unitPreprocessing(backbone.stoodIn === undefined ? null : usual);
  return whole ?? usual;
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
