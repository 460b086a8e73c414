/** Opens the folder that `npm run train` wrote: its network, and what its run says of it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { asRun } from '../../src/engine/catalog.ts';
import type { Answering } from '../../src/engine/predict/classifier.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { parseRecipe } from '../../src/protocol/recipe/recipe.ts';

const three = <Item extends z.ZodType>(item: Item) => z.tuple([item, item, item]);
const channel = z.union([z.literal(0), z.literal(1), z.literal(2)]);

const Model = z.object({
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z
    .array(z.object({ paths: z.array(z.string()).min(1), weights: z.array(z.unknown()) }))
    .min(1),
  userDefinedMetadata: z.object({
    labels: z.array(z.string()).min(1),
    preprocessing: z.object({
      order: three(channel),
      scale: three(z.number()),
      offset: three(z.number()),
    }),
    recipe: z.unknown(),
  }),
});

const History = z.array(z.object({ epoch: z.number() }));

/**
 * Loads the network; the caller disposes its model.
 *
 * @throws StudioError `model/…`, `recipe/…`
 */
export async function openModelFolder(folder: string): Promise<Answering> {
  const path = join(folder, 'model', 'model.json');
  const { modelTopology, weightsManifest, userDefinedMetadata } = await readJson(path, Model);
  const parts = weightsManifest.flatMap(({ paths }) => paths);
  const weightData = await Promise.all(parts.map((part) => readPart(join(folder, 'model', part))));
  const { labels, preprocessing, recipe } = userDefinedMetadata;
  const history = await readJson(join(folder, 'history.json'), History);
  const model = await loaded(path, {
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights) as tf.io.WeightsManifestEntry[],
    weightData: tf.io.CompositeArrayBuffer.join(weightData),
  });
  // Each phase counts its epochs from 1.
  const lastPhase = Math.max(0, history.filter(({ epoch }) => epoch === 1).length - 1);
  return { model, labels, preprocessing, recipe: asRun(parseRecipe(recipe)), lastPhase };
}

async function loaded(path: string, artifacts: tf.io.ModelArtifacts): Promise<tf.LayersModel> {
  try {
    return await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  } catch (cause) {
    throw unreadable(path, 'TensorFlow.js cannot load it', cause);
  }
}

async function readPart(path: string): Promise<ArrayBuffer> {
  try {
    return Uint8Array.from(await readFile(path)).buffer;
  } catch (cause) {
    throw unreadable(path, 'it cannot be read', cause);
  }
}

async function readJson<Shape extends z.ZodType>(path: string, shape: Shape): Promise<z.infer<Shape>> {
  try {
    return shape.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const isThere = cause instanceof SyntaxError || cause instanceof z.ZodError;
    throw unreadable(path, isThere ? 'it is not what npm run train writes' : 'it cannot be read', cause);
  }
}

function unreadable(path: string, why: string, cause: unknown): StudioError {
  return new StudioError({
    code: 'model/folder-unreadable',
    message: `A folder that npm run train wrote was expected, with ${path} in it; ${why}.`,
    hint: 'Give the folder that --out named, as it was written; or an export.',
    cause,
  });
}
