/** Owns where a backbone's weights come from: shipped, random, a file, or the Hub. */
import type * as tf from '@tensorflow/tfjs';
import type { ByteSource, Platform } from '../platform/platform.ts';
import type { Recipe } from '../protocol/recipe.ts';
import type { Backbone, Preprocessing } from './backbones/backbone.ts';
import { backboneOptions } from './backbones/registry.ts';
import { fillModel, variablesOf } from './weights/fill-model.ts';
import { fingerprint } from './weights/fingerprint.ts';
import { imagenetSource, openImagenet } from './weights/imagenet.ts';
import { findNameMap } from './weights/name-maps/registry.ts';
import { openWeightFile } from './weights/registry.ts';
import { starterAsset } from './weights/starters.ts';
import type { OpenContext, ReadOptions } from './weights/weight-file.ts';

export interface LoadOptions extends ReadOptions {
  /** Seed of random weights: the recipe's. */
  readonly seed: number;
  /** The Hub's address, for tests and mirrors. */
  readonly hub?: string | undefined;
}

/** What a run and its exports record of the weights that it began with. */
export interface LoadedWeights {
  /** One clause: where they come from. */
  readonly origin: string;
  /** Bytes read; 0 for random weights. */
  readonly sizeBytes: number;
  /** Of the values, see `fingerprint`; null where none can be computed. */
  readonly sha256: string | null;
  /** What these weights expect of a picture; not always what the network's own expect. */
  readonly preprocessing: Preprocessing;
  /** Class names that came with the weights, or null. */
  readonly labels: readonly string[] | null;
}

/**
 * Fills a backbone's variables as its recipe says.
 *
 * @param model Built by `buildBackbone` from the same recipe.
 * @throws StudioError `model/weights-…`, `net/…`, `data/file-missing`; the model is unchanged then
 */
export async function loadBackboneWeights(
  model: tf.LayersModel,
  backbone: Backbone,
  recipe: Recipe['backbone'],
  platform: Platform,
  options: LoadOptions,
): Promise<LoadedWeights> {
  const { weights } = recipe;
  if (weights === 'random') return randomise(model, backbone, recipe, options.seed);
  if (weights === 'starter') {
    const asset = starterAsset(recipe);
    const source = await platform.openAsset(asset, options.signal);
    return fillFrom(source, 'Mien starter weights', { model, backbone, options });
  }
  if (weights === 'imagenet') return fetchImagenet(model, backbone, recipe, platform, options);
  const source = await platform.openPath(weights.file);
  const folder = weights.file.slice(0, weights.file.search(/[^/\\]*$/u));
  return fillFrom(
    source,
    weights.file,
    { model, backbone, options },
    {
      sibling: (name) => platform.openPath(folder + name),
    },
  );
}

async function fetchImagenet(
  model: tf.LayersModel,
  backbone: Backbone,
  recipe: Recipe['backbone'],
  platform: Platform,
  options: LoadOptions,
): Promise<LoadedWeights> {
  const where = imagenetSource(recipe, backboneOptions(backbone, recipe));
  const { onBytes, onProgress } = steadyProgress(options.onProgress);
  const source = await openImagenet(where, platform, { hub: options.hub, signal: options.signal, onBytes });
  const origin = `${where.repo} ${where.path} at ${where.revision}${source.etag === null ? '' : `, ${source.etag}`}`;
  return fillFrom(source, origin, { model, backbone, options: { ...options, onProgress } });
}

/** Reads are long; the bytes of one that is under way count too. */
function steadyProgress(report: ReadOptions['onProgress']): {
  onBytes: (count: number) => void;
  onProgress: NonNullable<ReadOptions['onProgress']>;
} {
  let done = 0;
  let total = 0;
  return {
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

interface Target {
  readonly model: tf.LayersModel;
  readonly backbone: Backbone;
  readonly options: LoadOptions;
}

async function fillFrom(
  source: ByteSource,
  origin: string,
  { model, backbone, options }: Target,
  context: OpenContext = {},
): Promise<LoadedWeights> {
  const file = await openWeightFile(source, { ...context, signal: options.signal });
  const map = findNameMap(file.tensors.keys());
  const { preprocessing: known } = map;
  const preprocessing = typeof known === 'function' ? await known(file) : known;
  const { sizeBytes, values } = await fillModel(model, file, map, options);
  return {
    origin,
    sizeBytes,
    sha256: await fingerprint(values),
    preprocessing: file.preprocessing ?? preprocessing ?? backbone.preprocessing,
    labels: file.labels,
  };
}

/** Keras' initial values, from a second network that is thrown away. */
function randomise(
  model: tf.LayersModel,
  backbone: Backbone,
  recipe: Recipe['backbone'],
  seed: number,
): LoadedWeights {
  const size = Number(model.inputs[0]?.shape[1]);
  const donor = backbone.build({ size, options: backboneOptions(backbone, recipe), seed });
  const values = new Map(
    variablesOf(donor).map(({ layer, weight, variable }) => [`${layer}/${weight}`, variable]),
  );
  for (const { layer, weight, variable } of variablesOf(model)) {
    const value = values.get(`${layer}/${weight}`);
    if (value !== undefined) variable.write(value.read());
  }
  donor.dispose();
  return {
    origin: `random, seed ${seed}`,
    sizeBytes: 0,
    sha256: null,
    preprocessing: backbone.preprocessing,
    labels: null,
  };
}
