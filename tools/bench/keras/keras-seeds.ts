/** Real Keras carrying out a recipe of Mien's with several seeds, once its network is known to be Mien's. */
import * as tf from '@tensorflow/tfjs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dataset } from '../../../src/data/dataset.ts';
import { buildNetwork } from '../../../src/engine/network/network.ts';
import { PictureInput } from '../../../src/engine/set/picture-input.ts';
import { cutOutputOf, firstTrainableOf, FROZEN } from '../../../src/frozen/cut.ts';
import { Parameters } from '../../../src/models/program/parameters.ts';
import { compile } from '../../../src/models/program/program.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import type { FullRecipe } from '../../../src/protocol/recipe/full-recipe.ts';
import { PLAIN } from '../../../src/frozen/frozen-features.ts';
import { inferencePass } from '../../../src/models/program/pass.ts';
import { kerasPython } from '../../setup/keras.ts';
import { thisSystem } from '../../setup/system.ts';
import { runScript, writePictures } from './keras-script.ts';

/** The starter weights, which the recipe must ask for. */
const WEIGHTS = fileURLToPath(
  new URL('../../../public/starter/mobilenetv2-0.35.safetensors', import.meta.url),
);
/** Pictures whose features are compared. */
const COMPARED = 16;

/** How one seed ended; accuracy 0 to 1. */
export interface Ended {
  readonly seed: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** Of each phase. */
  readonly epochs: readonly number[];
}

/** What the script prints. */
export interface KerasSeeds {
  readonly keras: string;
  /** Largest relative distance of its features from Mien's before training; the script refuses to train above 1e-3. */
  readonly featureError: number;
  readonly runs: readonly Ended[];
}

/** What Keras is asked to carry out. */
export interface SeedsGiven {
  /** Its own seed is not used. */
  readonly recipe: FullRecipe;
  readonly dataset: Dataset;
  readonly platform: Platform;
  readonly seeds: readonly number[];
  readonly onLine: (line: string) => void;
}

/** Null, after one line that says why, where there is no Keras and none can be installed. */
export async function kerasSeeds(given: SeedsGiven): Promise<KerasSeeds | null> {
  const { recipe, dataset, seeds, onLine } = given;
  const python = kerasPython(thisSystem);
  if (python === null) return null;
  const folder = await mkdtemp(join(tmpdir(), 'mien-bench-'));
  try {
    await writePictures(dataset, ['train', 'validation', 'test'], folder);
    await writeFile(join(folder, 'recipe.json'), JSON.stringify(recipe));
    await writeFile(join(folder, 'features.bin'), await featuresOf(given));
    const args = [folder, WEIGHTS, ...seeds.map(String)];
    const [first = '', ...rest] = await runScript({ python, script: 'keras_seeds.py', args, onLine });
    const runs = rest.map((line) => JSON.parse(line) as Ended);
    return { ...(JSON.parse(first) as Pick<KerasSeeds, 'keras' | 'featureError'>), runs };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What Mien's head would be trained on, of the first test pictures. */
async function featuresOf({ recipe, dataset, platform }: SeedsGiven): Promise<Float32Array> {
  const { labels, split } = dataset.summary;
  const signal = new AbortController().signal;
  const network = await buildNetwork(recipe, labels.length, platform, {
    signal,
    onProgress: () => undefined,
  });
  const parameters = new Parameters(network.model);
  const cutOutput = cutOutputOf(network.graph, firstTrainableOf(network.backboneLayers, 0));
  const program = compile(network.graph, 0, cutOutput, FROZEN);
  const pictures = new PictureInput(dataset.pictures, network.preprocessing, recipe);
  const x = await pictures.batch(split.test.subarray(0, COMPARED), PLAIN, signal);
  const features = tf.tidy(() => program.forward(x, inferencePass(parameters)));
  const values = await features.data<'float32'>();
  tf.dispose([x, features]);
  program.dispose();
  parameters.dispose();
  network.model.dispose();
  return values;
}
