/** Folders that lie elsewhere now are known by what they hold; changed ones are other sets. In Node's files. */
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../src/data/dataset.ts';
import { openDataset } from '../../../../src/data/open-dataset.ts';
import { createPlatform } from '../../../../src/platform/platform.node.ts';
import { greyPicture, recipeOf } from '../test-recipe.ts';

let folder: string;
let decoded: number;
/** Labels of what was said to go on. */
let said: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-same-'));
  decoded = 0;
  said = [];
  await makeFolder();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const FILES = Array.from({ length: 24 }, (_, number) => `${number % 2 ? 'day' : 'night'}/${number}.png`);

async function makeFolder(): Promise<void> {
  for (const [number, path] of FILES.entries()) {
    await mkdir(join(folder, 'one', dirname(path)), { recursive: true });
    await writeFile(join(folder, 'one', path), await greyPicture(number * 8));
  }
  // No picture, but part of the set.
  await writeFile(join(folder, 'one', 'day', 'broken.png'), 'not a picture');
}

function openFolder(path: string, size = 32): Promise<Dataset> {
  const platform = createPlatform({ baseFolder: folder, dataFolder: join(folder, 'data') });
  // Counts what is decoded outside threads; the sets are too small for threads.
  const decodePicture: typeof platform.decodePicture = (encoded) => {
    decoded += 1;
    return platform.decodePicture(encoded);
  };
  return openDataset(
    recipeOf({ source: 'folder', path }, size),
    { ...platform, decodePicture },
    {
      onProgress: (_done, _total, _unit, label) => said.push(label),
    },
  );
}

const allOf = async ({ pictures }: Dataset): Promise<number[]> => [
  ...(await pictures.read(Array.from({ length: pictures.count }, (_, row) => row))),
];

describe('a folder', () => {
  it('is the same set when it was copied, and is then known without being read', async () => {
    const before = await openFolder('one');
    expect(decoded).toBe(25);
    await cp(join(folder, 'one'), join(folder, 'two'), { recursive: true });
    const after = await openFolder('two');
    expect(decoded).toBe(25);
    expect(said).toContain('Comparing with sets that were opened before');
    expect(after.summary).toEqual({ ...before.summary, origin: 'two' });
    expect(await allOf(after)).toEqual(await allOf(before));
    said = [];
    await openFolder('two');
    await openFolder('one');
    expect(decoded).toBe(25);
    expect(said).toEqual([]);
    // At another size its rows are known.
    const other = await openFolder('two', 48);
    expect(other.arriving).not.toBeNull();
    await other.arriving?.over;
  });

  it.each<[string, () => Promise<void>]>([
    ['classes have other names', () => rename(join(folder, 'one', 'day'), join(folder, 'one', 'noon'))],
    [
      'a picture is in another class',
      () => rename(join(folder, 'one', FILES[1]!), join(folder, 'one', 'night', '1.png')),
    ],
    [
      'pictures of one size have changed places',
      async () => {
        const [one, other] = [join(folder, 'one', FILES[2]!), join(folder, 'one', FILES[4]!)];
        const bytes = await Promise.all([readFile(one), readFile(other)]);
        await writeFile(one, bytes[1]);
        await writeFile(other, bytes[0]);
      },
    ],
  ])('is another set when %s', async (_what, change) => {
    const before = await openFolder('one');
    await change();
    const after = await openFolder('one');
    expect(decoded).toBe(50);
    expect(after.summary.contentHash).not.toBe(before.summary.contentHash);
    expect(after.summary.setHash).not.toBe(before.summary.setHash);
  });
});
