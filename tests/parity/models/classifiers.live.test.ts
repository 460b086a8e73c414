/**
 * Classifiers as people save them with real Keras, read and held to what Keras' own backbone in them computes from the
 * same raw pictures: heads of all kinds, layers before the backbone, preprocessing in the graph, other epsilons, narrow
 * floats, models with layers of one name. Needs KERAS_PYTHON; keras_classifiers.py makes the files.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBackbone } from '../../../src/models/backbones/registry.ts';
import { inspectWeights } from '../../../src/models/describe-weights.ts';
import { openBackboneWeights } from '../../../src/models/load-weights.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import type { WeightsFile } from '../../../src/protocol/recipe/own-weights.ts';
import { backboneOf } from '../../support/networks/backbones.ts';
import { useBackend } from '../../support/backends.ts';
import { pickedFile } from '../../support/sets/picked-files.ts';
import { filePlatform } from '../../support/networks/weight-files.ts';
import { parseGolden, preprocess, relativeError } from './golden.ts';
import { rulePictures } from './rule.ts';

interface Case {
  readonly file: string;
  readonly backbone: Recipe['backbone'];
  readonly size: number;
  readonly batch: number;
  readonly pooled: Float32Array;
  readonly leftOut?: readonly string[];
  readonly saidBy?: string;
  /** The layer that keeps the preprocessing from being read, and what to say instead. */
  readonly refusedFor?: string;
  readonly preprocessing?: NonNullable<WeightsFile['preprocessing']>;
  readonly epsilon?: number;
  readonly momentum?: number;
}

const folder = mkdtempSync(join(tmpdir(), 'mien-classifiers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const page = { ...filePlatform({}), kind: 'browser' } as const;
let cases: readonly Case[];

beforeAll(async () => {
  await useBackend('wasm');
  const script = fileURLToPath(new URL('keras_classifiers.py', import.meta.url));
  execFileSync(process.env['KERAS_PYTHON'] ?? 'python3', [script, folder], { stdio: 'pipe' });
  cases = parseGolden(readFileSync(join(folder, 'cases.json'), 'utf8')) as Case[];
});

const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));

/** What ours makes of the golden's raw pictures, by the recipe that the dialog would make of the file. */
async function error(one: Case, given: WeightsFile, files: readonly File[]): Promise<number> {
  const { size, batch, pooled } = one;
  const asked = backboneOf({ ...one.backbone, weights: 'random' });
  const found = await inspectWeights(given, asked, page, { files });
  if (found.kind !== 'found') throw new TypeError(found.paths.join());
  const { use } = found.weights;
  for (const layer of one.leftOut ?? []) expect(use?.leftOut.join(), given.file).toContain(layer);
  const isNamed = !given.file.endsWith('.weights.h5');
  if (one.saidBy !== undefined) expect(use?.saidBy, given.file).toBe(one.saidBy);
  const recipe = backboneOf({ ...one.backbone, weights: given });
  const opened = await openBackboneWeights(recipe, page, { seed: 0, files });
  if (one.epsilon !== undefined && isNamed) {
    expect(opened.map?.flavour).toMatchObject({ epsilon: one.epsilon, momentum: one.momentum });
  }
  const { backbone, model } = buildBackbone(recipe, size, opened.map?.flavour);
  const loaded = await opened.fill(model, backbone, 'backbone');
  const pictures = preprocess(rulePictures(batch, size), loaded.preprocessing);
  const ours = tf.tidy(() =>
    (model.predict(tf.tensor(pictures, [batch, size, size, 3])) as tf.Tensor)
      .mean([1, 2])
      .dataSync<'float32'>(),
  );
  model.dispose();
  return relativeError(ours, pooled);
}

describe('classifiers of real Keras', () => {
  it('compute in Mien what Keras computes from the same raw pictures', async () => {
    const errors: Record<string, number> = {};
    for (const one of cases) {
      const files = [pickedFile(one.file, bytesOf(one.file))];
      const given = { file: one.file };
      if (one.refusedFor !== undefined) {
        const asked = backboneOf({ ...one.backbone, weights: 'random' });
        await expect(inspectWeights(given, asked, page, { files }), one.file).rejects.toThrow(one.refusedFor);
      }
      const { preprocessing } = one;
      errors[one.file] = await error(one, { ...given, ...(preprocessing && { preprocessing }) }, files);
    }
    expect(Object.keys(errors).length).toBeGreaterThan(19);
    expect(Object.entries(errors).filter(([, value]) => !(value < 1e-4))).toEqual([]);
  });

  it('are found in folders and zips, whatever the names and the order', async () => {
    const one = cases.find(({ file }) => file === 'plus-minus.keras')!;
    const entries = Object.entries(unzipSync(bytesOf(one.file)));
    const unpacked = entries.map(([path, bytes]) => pickedFile(`mine/${path}`, bytes));
    const loose = entries.map(([path, bytes]) => pickedFile(path.replace('.', ' (1).'), bytes)).reverse();
    const windows = zipSync(Object.fromEntries(entries.map(([path, bytes]) => [`a\\${path}`, bytes])));
    const given = { file: 'mine' };
    for (const files of [unpacked, loose, [pickedFile('windows.keras', windows)]]) {
      expect(await error(one, given, files)).toBeLessThan(1e-4);
    }
    // As Teachable Machine exports for Keras.
    const head = cases.find(({ file }) => file === 'deep-head.h5')!;
    const converted = zipSync({
      'keras_model.h5': bytesOf(head.file),
      'labels.txt': new TextEncoder().encode('0 A cat\n1 A dog\n2 Nothing\n'),
    });
    const files = [pickedFile('converted_keras.zip', converted)];
    expect(await error(head, given, files)).toBeLessThan(1e-4);
    const asked = backboneOf({ ...head.backbone, weights: 'random' });
    const found = await inspectWeights(given, asked, page, { files });
    expect(found.kind === 'found' && found.weights.labels).toEqual(['A cat', 'A dog', 'Nothing']);
  });
});
