/** Networks trained for two steps, their exports as files, and the claims that their proofs make. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { Packing } from '../../../src/exporters/package/package.ts';
import { findExporter } from '../../../src/exporters/registry.ts';
import { proofPictures } from '../../../src/exporters/package/pictures.ts';
import { preprocess } from '../../../src/models/backbones/backbone.ts';
import { buildBackbone } from '../../../src/models/backbones/registry.ts';
import { variablesOf } from '../../../src/models/weights/fill-model.ts';
import { fillByRule } from '../../parity/models/golden.ts';
import type { Recipe, WrittenRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { openSession, tinyRecipe, train } from '../session.ts';
import { f32, safetensorsFile, type RawTensor } from '../networks/weight-files.ts';

/** How a network was trained; they differ in which weights and averages moved. */
export type Training = 'head alone' | 'inference' | 'batch';

/** More pictures than travel with an export, so that a test sees more than a user. */
export const PICTURES = 64;

/** Of a logit over pictures. */
const DEVIATION = 0.5;

export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** What a proof says of one file. */
export interface Claim {
  readonly file: string;
  readonly takes: 'pictures' | 'features';
  readonly precision: string;
  readonly tolerance: number;
  readonly probabilities?: readonly (readonly number[])[];
  readonly rounding?: { readonly same: number; readonly of: number; readonly largestDifference: number };
}

export interface ProofSheet {
  readonly labels: readonly string[];
  readonly size: number;
  readonly pictures: readonly string[];
  readonly probabilities: readonly (readonly number[])[];
  readonly files: readonly Claim[];
}

const head = { name: 'head', epochs: 1, learningRate: 0.01 } as const;

function phasesOf(training: Training): WrittenRecipe['phases'] {
  if (training === 'head alone') return [head];
  return [head, { name: 'fineTune', epochs: 1, learningRate: 0.003, unfreeze: 4, batchNorm: training }];
}

/**
 * Trains a network for two steps a phase, on wasm, and makes it ready to be written. Its weights are by rule and its head
 * is sharpened where need be, so that it answers differently for different pictures: with Keras' initial values all are answered alike,
 * and a file that mixes up channels would pass.
 */
export async function trainedNetwork(
  backbone: Recipe['backbone'],
  size: number,
  training: Training,
): Promise<Packing> {
  const session = await openSession('wasm');
  const file = weightsFile(backbone, size);
  const recipe = await tinyRecipe({
    dataset: { source: 'sample', pictures: 80 },
    image: { size, resize: 'bilinear' },
    augmentation: { views: 1 },
    backbone: Object.assign({}, backbone, { weights: { file } }),
    batchSize: 24,
    phases: phasesOf(training),
  });
  await train(session, recipe);
  const trained = session.trainedNetwork();
  const packing = new Packing(trained, session.platform, PICTURES);
  await sharpen(packing);
  return packing;
}

/** Scales the head so that over the proof's pictures each logit has mean 0 and the deviation of a trained network's. */
async function sharpen(packing: Packing): Promise<void> {
  const { model, preprocessing } = packing.input;
  const { pixels, shape } = await picturesOf(packing);
  const pooled = model.getLayer('global_average_pooling2d').output as tf.SymbolicTensor;
  const backbone = tf.model({ inputs: model.inputs, outputs: pooled });
  const [kernel, bias] = model.getLayer('dense').weights;
  if (kernel === undefined || bias === undefined)
    throw new TypeError('a dense layer has a kernel and a bias');
  tf.tidy(() => {
    const features = backbone.predict(tf.tensor(preprocess(pixels, preprocessing), shape)) as tf.Tensor;
    const { mean, variance } = tf.moments(tf.matMul(features, kernel.read()), 0);
    const factor = tf.div(DEVIATION, tf.mean(tf.sqrt(variance)));
    kernel.write(tf.mul(kernel.read(), factor));
    bias.write(tf.mul(tf.neg(mean), factor));
  });
}

/** A backbone's weights by rule, as a file. */
function weightsFile(recipe: Recipe['backbone'], size: number): string {
  const { model } = buildBackbone(recipe, size);
  fillByRule(model);
  const tensors = variablesOf(model).map(({ layer, weight, shape, variable }) => [
    `${layer}/${weight}`,
    f32(shape, variable.read().dataSync()),
  ]);
  model.dispose();
  const path = join(mkdtempSync(join(tmpdir(), 'mien-weights-')), 'by-rule.safetensors');
  writeFileSync(path, safetensorsFile(Object.fromEntries(tensors) as Record<string, RawTensor>));
  return path;
}

/** All files of an export, read whole. */
export async function filesOf(packing: Packing, format: string): Promise<Files> {
  const { files } = await packing.files(findExporter(format));
  const read = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { path, chunks } of files) {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of chunks()) parts.push(chunk.slice());
    read.set(path, new Uint8Array(await new Blob(parts).arrayBuffer()));
  }
  return read;
}

export function writeFiles(folder: string, files: Files): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

export function sheetOf(files: Files): ProofSheet {
  return JSON.parse(new TextDecoder().decode(files.get('proof/proof.json'))) as ProofSheet;
}

/** The proof's pictures, `[pictures, size, size, 3]`, and what stock tfjs computes of them from the layers model. */
export async function asked(
  packing: Packing,
): Promise<{ pixels: Float32Array<ArrayBuffer>; expected: number[][] }> {
  const { model, preprocessing } = packing.input;
  const { pixels, shape } = await picturesOf(packing);
  const probabilities = tf.tidy(
    () => model.predict(tf.tensor(preprocess(pixels, preprocessing), shape)) as tf.Tensor2D,
  );
  const expected = await probabilities.array();
  probabilities.dispose();
  return { pixels, expected };
}

async function picturesOf({
  input,
  platform,
}: Packing): Promise<{ pixels: Float32Array<ArrayBuffer>; shape: [number, number, number, number] }> {
  const { size } = input.recipe.image;
  const pictures = await proofPictures(platform, input.recipe.image, PICTURES);
  const pixels = new Float32Array(PICTURES * size * size * 3);
  pictures.forEach(({ rgb }, index) => pixels.set(rgb, index * rgb.length));
  return { pixels, shape: [PICTURES, size, size, 3] };
}

/** How far answers are from those that were expected. */
export interface Apart {
  readonly difference: number;
  /** Pictures whose answer is another one, where the two highest expected differ by more than `close`. */
  readonly others: number;
}

export function apart(
  got: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  close = 0,
): Apart {
  let difference = 0;
  let others = 0;
  expected.forEach((row, picture) => {
    const values = got[picture] ?? [];
    row.forEach((value, index) => {
      // NaN is as far as can be.
      const each = Math.abs(value - (values[index] ?? NaN));
      difference = Math.max(difference, Number.isNaN(each) ? Infinity : each);
    });
    const [highest = 0, second = 0] = row.toSorted((a, b) => b - a);
    const isOther = row.indexOf(highest) !== values.indexOf(Math.max(...values));
    if (highest - second > close && isOther) others += 1;
  });
  return { difference, others };
}

/** How far the pictures' answers are from one another: 0 where all are the same, which no test could tell from any other. */
export function spread(rows: readonly (readonly number[])[]): number {
  const [first = []] = rows;
  return Math.max(
    ...first.map((_, index) => {
      const values = rows.map((row) => row[index] ?? 0);
      return Math.max(...values) - Math.min(...values);
    }),
  );
}
