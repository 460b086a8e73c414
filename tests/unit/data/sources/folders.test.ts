/** Folders and zips of class-named folders: what becomes a row, and which zips are refused. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../src/data/dataset.ts';
import { openDataset } from '../../../../src/data/open-dataset.ts';
import { createPlatform } from '../../../../src/platform/platform.node.ts';
import type { OptionValue } from '../../../../src/protocol/recipe/recipe.ts';
import { leftOutTexts } from '../../../../src/protocol/set/cleaning-words.ts';
import { overlappingZip } from '../../../support/sets/odd-zips.ts';
import { errorOf } from '../studio-error.ts';
import { greyPicture, recipeOf } from '../test-recipe.ts';

const platform = createPlatform();
const quiet = { onProgress: (): void => undefined };
const text = (words: string): Uint8Array => new TextEncoder().encode(words);

/** Twenty pictures in two classes, and what systems and people leave beside them. */
let files: Record<string, Uint8Array> = {};
let home = '';

beforeAll(async () => {
  for (let i = 0; i < 20; i += 1) {
    files[`faces/${i % 2 === 0 ? 'Happy' : 'sad'}/${String(i).padStart(2, '0')}.png`] = await greyPicture(
      i * 10,
    );
  }
  files = {
    ...files,
    'faces/readme.txt': text('About these faces'),
    'faces/.DS_Store': text('left behind'),
    'faces/sad/._00.png': text('left behind'),
    '__MACOSX/faces/sad/01.png': text('left behind'),
    'faces/sad/broken.jpg': text('<html>Not found</html>'),
    'loose.png': await greyPicture(7),
  };
  home = mkdtempSync(join(tmpdir(), 'mien-folders-'));
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), bytes);
  }
});

afterAll(() => rmSync(home, { recursive: true }));

function openZip(bytes: Uint8Array, options: Record<string, OptionValue> = {}): Promise<Dataset> {
  const file = new Blob([Uint8Array.from(bytes)]);
  return openDataset(recipeOf({ source: 'zip', ...options }), platform, { file, ...quiet });
}

async function expectTheSet({ summary, pictures, shown, facts }: Dataset): Promise<void> {
  expect(summary.labels).toEqual(['Happy', 'sad']);
  expect(summary.cleaning).toMatchObject({
    rowsRead: 22,
    withoutPicture: 0,
    withoutLabel: 1,
    oddLabel: 0,
    undecodable: 1,
    kept: 20,
  });
  expect(leftOutTexts(summary)).toEqual([
    expect.stringMatching(/^3 hidden files/u),
    expect.stringMatching(/^1 .txt file/u),
    '1 without a label',
    '1 with a picture that cannot be read',
  ]);
  // By path: first all happy ones, in order.
  expect(Array.from(summary.labelOfRow.subarray(8, 12))).toEqual([0, 0, 1, 1]);
  expect((await pictures.read([1]))[0]).toBe(20);
  expect(summary.findings?.leftOut).toEqual([
    {
      sourceRow: 20,
      path: expect.stringMatching(/sad\/broken.jpg$/) as string,
      why: 'undecodable',
      detail: expect.stringContaining('an HTML page') as string,
    },
    { sourceRow: 21, path: 'loose.png', why: 'withoutLabel', detail: '' },
  ]);
  // The one without a label can be looked at all the same.
  expect(summary.findings?.aside).toEqual([{ why: 'withoutLabel', label: '' }]);
  expect((await shown.read([20]))[0]).toBe(7);
  expect(facts[20]).toMatchObject({ sourceRow: 21, path: 'loose.png', rawLabel: '' });
  expect(facts[0]).toMatchObject({
    path: expect.stringMatching(/Happy\/00.png$/) as string,
    rawLabel: 'Happy',
  });
}

describe('folder', () => {
  it('takes the pictures of class-named folders, in the order of their paths', async () => {
    await expectTheSet(await openDataset(recipeOf({ source: 'folder', path: home }), platform, quiet));
  });

  it('takes the files of a folder that was picked', async () => {
    const folder = Object.entries(files)
      .reverse()
      .map(([path, bytes]) => ({ path, sizeBytes: bytes.length, read: () => Promise.resolve(bytes) }));
    await expectTheSet(await openDataset(recipeOf({ source: 'folder' }), platform, { folder, ...quiet }));
  });

  it.each([
    [{ source: 'folder', path: 'no/such/folder' }, 'data/file-missing'],
    [{ source: 'folder' }, 'data/file-missing'],
  ])('says what is missing: %j', async (dataset, code) => {
    expect((await errorOf(() => openDataset(recipeOf(dataset), platform, quiet))).code).toBe(code);
  });

  it('says when there are no pictures', async () => {
    const folder = [{ path: 'a/notes.txt', sizeBytes: 3, read: () => Promise.resolve(text('abc')) }];
    const error = await errorOf(() =>
      openDataset(recipeOf({ source: 'folder' }), platform, { folder, ...quiet }),
    );
    expect(error.code).toBe('data/no-rows');
  });
});

describe('zip', () => {
  it.each([0, 6] as const)('reads what the folder has, packed at level %i', async (level) => {
    await expectTheSet(await openZip(zipSync(files, { level })));
  });

  it('takes the split of its folders when asked to', async () => {
    const parts = ['train', 'train', 'train', 'val', 'test'];
    const entries = Object.entries(files).filter(([path]) => /faces\/(Happy|sad)\/\d+/.test(path));
    const split = entries.map(([path, bytes], i) => [path.replace('faces', parts[i % 5]!), bytes] as const);
    const zipped = zipSync(Object.fromEntries(split));
    const { summary } = await openZip(zipped, { splitFolders: true });
    expect(summary.split.train.length).toBe(12);
    expect(summary.split.validation.length).toBe(4);
    expect(summary.split.test.length).toBe(4);
    const without = await openZip(zipSync(files), { splitFolders: true });
    expect(without.summary.cleaning.remarks[0]?.message).toContain('split by the recipe’s shares');
  });

  it.each(['../evil.png', 'a/../../evil.png', '/etc/evil.png', 'C:\\evil.png', '..\\evil.png'])(
    'refuses a path that leads out: %s',
    async (path) => {
      const error = await errorOf(() => openZip(zipSync({ ...files, [path]: text('x') })));
      expect(error.code).toBe('data/zip-unsafe-path');
    },
  );

  it('refuses a bomb by what it unpacks to', async () => {
    const bomb = overlappingZip(zipSync({ 'a/bomb.png': new Uint8Array(3e6) }), 20);
    expect((await errorOf(() => openZip(bomb))).code).toBe('data/zip-bomb');
  });

  it('refuses a bomb whose claims are lies', async () => {
    const zipped = zipSync({ 'a/bomb.png': new Uint8Array(3e6), 'b/one.png': await greyPicture(1) });
    const view = new DataView(zipped.buffer);
    for (let at = 0; at + 46 < zipped.length; at += 1) {
      // The directory's entry for the bomb: a thousand bytes it says.
      if (view.getUint32(at, true) === 0x02014b50 && view.getUint32(at + 24, true) === 3e6) {
        view.setUint32(at + 24, 1000, true);
      }
    }
    const error = await errorOf(() => openZip(zipped));
    expect(error.code).toBe('data/damaged');
    expect(error.message).toContain('larger than it claims');
  });

  it.each([
    ['what is no zip', () => text('PAR1 and so on, but no zip at all'), 'data/not-zip'],
    ['nothing', () => new Uint8Array(0), 'data/not-zip'],
    ['half a zip', () => zipSync(files).slice(0, 2000), 'data/damaged'],
    ['a zip without its beginning', () => zipSync(files).slice(2000), 'data/damaged'],
  ])('refuses %s', async (_what, make, code) => {
    expect((await errorOf(() => openZip(make()))).code).toBe(code);
  });
});
