/** What is picked again on the page is read again where its list of files says that it may be another; in a real session. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { Session } from '../../../src/engine/session.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import type { DatasetSummary } from '../../../src/protocol/set/dataset.ts';
import { parseRecipe, type Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { wasmInNode } from '../../../tools/train/backends.ts';
import { pickedFile } from '../../support/sets/picked-files.ts';
import { greyPicture, recipeOf } from '../data/test-recipe.ts';

let session: Session;
beforeEach(() => {
  session = new Session(createPlatform(), wasmInNode(1));
});

/** Twenty pictures, in turns of two classes, unless a path is given for some of them. */
async function folderOf(classes: readonly [string, string], moved: Readonly<Record<number, string>> = {}) {
  const files = Array.from({ length: 20 }, async (_, number) => {
    const path = moved[number] ?? `faces/${classes[number % 2]!}/${number}.png`;
    return pickedFile(path, await greyPicture(number * 8));
  });
  return Promise.all(files);
}

const open = (files: readonly File[]): Promise<DatasetSummary> =>
  session.set.open(recipeOf({ source: 'folder', path: 'faces' }), {
    files,
    signal: new AbortController().signal,
    emit: () => undefined,
  });

describe('a folder that is picked again', () => {
  it('has the names that its classes have now', async () => {
    const before = await open(await folderOf(['glad', 'sad']));
    expect(before.labels).toEqual(['glad', 'sad']);
    const after = await open(await folderOf(['glad', 'cross']));
    expect(after.labels).toEqual(['cross', 'glad']);
    expect(after.setHash).not.toBe(before.setHash);
  });

  it('has its pictures in the classes where they are now', async () => {
    const before = await open(await folderOf(['glad', 'sad']));
    const counts = ({ labelOfRow }: DatasetSummary) => labelOfRow.filter((label) => label === 0).length;
    expect(counts(before)).toBe(10);
    const after = await open(await folderOf(['glad', 'sad'], { 4: 'faces/sad/4.png' }));
    expect(counts(after)).toBe(9);
  });

  it('stays open where nothing has changed', async () => {
    const before = await open(await folderOf(['glad', 'sad']));
    expect(await open(await folderOf(['glad', 'sad']))).toBe(before);
  });
});

const withBackbone = (options: object): Recipe =>
  parseRecipe({ ...recipeOf({ source: 'sample' }), backbone: { name: 'mobilenetv2', ...options } });

describe('weights that are picked again', () => {
  it('are not taken for those at another path that were opened before', async () => {
    await tf.setBackend('cpu');
    const bytes = gunzipSync(await readFile('tests/parity/models/fixtures/flat.keras.gz'));
    const weightFiles = (folder: string) => [pickedFile(`${folder}/mine.keras`, bytes)];
    const recipe = withBackbone({ alpha: 0.1, weights: 'random' });
    const named = withBackbone({ alpha: 0.1, weights: { file: 'weights' } });
    const sizeOf = async (folder: string): Promise<number | null> =>
      (await session.descriptions.describe(named, 2, { weightFiles: weightFiles(folder) })).weights.sizeBytes;
    const { signal } = new AbortController();
    const inspected = await session.descriptions.inspect(
      recipe,
      { file: 'weights' },
      {
        weightFiles: weightFiles('one'),
        signal,
      },
    );
    const sizeBytes = inspected.kind === 'found' ? inspected.weights.sizeBytes : null;
    expect(sizeBytes).not.toBeNull();
    expect(await sizeOf('one')).toBe(sizeBytes);
    expect(await sizeOf('two')).toBeNull();
  });
});
