/** Networks trained for two steps, their exports as files, and the claims that their proofs make. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { Packing } from '../../src/exporters/package/package.ts';
import { findExporter } from '../../src/exporters/registry.ts';
import { proofPictures } from '../../src/exporters/package/pictures.ts';
import { preprocess } from '../../src/models/backbones/backbone.ts';
import type { Phase, Recipe } from '../../src/protocol/recipe.ts';
import { openSession, tinyRecipe, train } from './session.ts';

/** How a network was trained; they differ in which weights and averages moved. */
export type Training = 'head alone' | 'inference' | 'batch';

/** More pictures than travel with an export, so that a test sees more than a user. */
export const PICTURES = 64;

export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** What a proof says of one file. */
export interface Claim {
  readonly file: string;
  readonly takes: 'pictures' | 'features';
  readonly precision: string;
  readonly tolerance: number;
  readonly close: number;
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

function phasesOf(training: Training): Phase[] {
  if (training === 'head alone') return [head];
  return [head, { name: 'fineTune', epochs: 1, learningRate: 0.003, unfreeze: 12, batchNorm: training }];
}

/** Trains a network with random weights for two steps a phase, on wasm, and makes it ready to be written. */
export async function trainedNetwork(
  backbone: Recipe['backbone'],
  size: number,
  training: Training,
): Promise<Packing> {
  const session = await openSession('wasm');
  const recipe = await tinyRecipe({
    dataset: { source: 'sample', pictures: 80 },
    image: { size, resize: 'bilinear' },
    augmentation: { views: 1 },
    backbone: { ...backbone, weights: 'random' },
    batchSize: 24,
    phases: phasesOf(training),
  });
  await train(session, recipe);
  return new Packing(session.trainedNetwork(), session.platform, PICTURES);
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
  const { input, platform } = packing;
  const { size } = input.recipe.image;
  const pictures = await proofPictures(platform, input.recipe.image, PICTURES);
  const pixels = new Float32Array(PICTURES * size * size * 3);
  pictures.forEach(({ rgb }, index) => pixels.set(rgb, index * rgb.length));
  const probabilities = tf.tidy(() => {
    const values = preprocess(pixels, input.preprocessing);
    return input.model.predict(tf.tensor(values, [PICTURES, size, size, 3])) as tf.Tensor2D;
  });
  const expected = await probabilities.array();
  probabilities.dispose();
  return { pixels, expected };
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
