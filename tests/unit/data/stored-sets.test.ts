/** Sets that are kept and saved: the same set again, in a file that other readers of Parquet take. In Node's files. */
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataset, openSource } from '../../../src/data/open-dataset.ts';
import {
  deleteStoredSet,
  storeSet,
  listStoredSets,
  readStoredSet,
} from '../../../src/data/stored-sets/stored-sets.ts';
import { writeSet } from '../../../src/data/stored-sets/write-set.ts';
import type { OpenedSource } from '../../../src/data/sources/source.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import type { OptionValue } from '../../../src/protocol/recipe/recipe.ts';
import { greyPicture, recipeOf } from './test-recipe.ts';

let folder: string;
let platform: Platform;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-sets-'));
  platform = createPlatform({ baseFolder: folder, dataFolder: join(folder, 'data') });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

type Recipe = Record<string, OptionValue>;

const opened = (recipe: Recipe) => openSource(recipeOf(recipe), platform, {});
const open = (recipe: Recipe) => openDataset(recipeOf(recipe), platform, { onProgress: () => undefined });
const quiet = { onRows: () => undefined, sourceLabel: 'Folder', labelForm: 'text', labels: [] } as const;

async function keep(recipe: Recipe): Promise<void> {
  await storeSet(platform, (await opened(recipe)).opened, quiet);
}

async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<ArrayBuffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return new Uint8Array(Buffer.concat(all)).buffer;
}

async function makeFolder(): Promise<void> {
  for (const [part, label, first] of [
    ['train', 'Night', 0],
    ['train', 'day', 6],
    ['validation', 'Night', 12],
    ['validation', 'day', 15],
    ['test', 'Night', 18],
    ['test', 'day', 21],
  ] as const) {
    const path = join(folder, 'faces', part, label);
    await mkdir(path, { recursive: true });
    for (let number = 0; number < 3; number += 1) {
      await writeFile(join(path, `${number}.png`), await greyPicture((first + number) * 10));
    }
  }
}

const FACES = { source: 'folder', path: 'faces', splitFolders: true };

describe('a set that is kept', () => {
  it('opens again as the same set when its source is gone', async () => {
    await makeFolder();
    const before = await open(FACES);
    await keep(FACES);
    await rm(join(folder, 'faces'), { recursive: true });
    const [set] = await listStoredSets(platform);
    expect(set).toMatchObject({ label: 'faces', source: 'Folder', pictures: 18 });
    const after = await open({ source: 'stored', set: 'faces' });
    expect(after.summary.labels).toEqual(['Night', 'day']);
    expect(after.summary.labelOfRow).toEqual(before.summary.labelOfRow);
    expect(after.summary.split).toEqual(before.summary.split);
    expect(after.facts.map(({ path }) => path)).toEqual(before.facts.map(({ path }) => path));
    const rows = [0, 7, 17];
    expect(await after.pictures.read(rows)).toEqual(await before.pictures.read(rows));
  });

  it('is called by a name of its own, is the latest without one, and can be deleted', async () => {
    await makeFolder();
    await keep(FACES);
    await keep(FACES);
    expect((await listStoredSets(platform)).map(({ label }) => label).sort()).toEqual(['faces', 'faces 2']);
    await deleteStoredSet(platform, 'faces');
    const dataset = await open({ source: 'stored' });
    expect(dataset.summary.origin).toBe('faces 2');
    // Another tab.
    const other = createPlatform({ dataFolder: join(folder, 'data') });
    await expect(deleteStoredSet(other, 'faces 2')).rejects.toMatchObject({ code: 'storage/in-use' });
    await dataset.close();
    await deleteStoredSet(other, 'faces 2');
    await expect(open({ source: 'stored', set: 'faces' })).rejects.toMatchObject({
      code: 'data/no-such-set',
    });
    expect(await platform.openStore('sets')!.list()).toEqual([]);
  });

  it('leaves nothing behind when keeping it is cancelled', async () => {
    const controller = new AbortController();
    const { opened: source } = await opened({ source: 'sample' });
    const onRows = (rows: number): void => {
      if (rows === 300) controller.abort();
    };
    const keeping = storeSet(platform, source, { ...quiet, onRows, signal: controller.signal });
    await expect(keeping).rejects.toMatchObject({ name: 'AbortError' });
    expect(await platform.openStore('sets')!.list()).toEqual([]);
  });
});

describe('a set that is saved', () => {
  it('has the questions, answers, paths and bytes that it came with', async () => {
    await keep({ source: 'sample' });
    const [set] = await listStoredSets(platform);
    const file = await bytesOf(readStoredSet(platform, set!.label));
    expect(file.byteLength).toBe(set!.sizeBytes);
    const original = new Uint8Array(await readFile('public/sample/faces.parquet')).buffer;
    // In one text, which is quick to compare.
    const read = async (from: ArrayBuffer) =>
      JSON.stringify(await parquetReadObjects({ file: from, utf8: false }), (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
      );
    expect((await read(file)) === (await read(original))).toBe(true);
    const features = async (from: ArrayBuffer) =>
      (await parquetMetadataAsync(from)).key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
    expect(JSON.parse((await features(file)) ?? '')).toEqual(JSON.parse((await features(original)) ?? ''));
  });

  it('has the names of all of its classes, also of those that its source does not declare', async () => {
    const picture = await greyPicture(40);
    const labels = [0, 'Calm', 'wild', 1, '{"odd', 'wild'];
    const source: OpenedSource = {
      ...(await opened({ source: 'sample' })).opened,
      // Two of them are one class: the first stands for it, and the second keeps its number.
      labelNames: ['Angry', 'Calm', ' calm'],
      columns: {},
      async *readRows() {
        await Promise.resolve();
        yield labels.map((label) => ({ picture, label }));
      },
    };
    const parts: Uint8Array[] = [];
    const onBytes = (bytes: Uint8Array): Promise<void> => Promise.resolve(void parts.push(bytes));
    await writeSet(source, { labelForm: 'text', labels: [], onRows: () => undefined, onBytes });
    await writeFile(join(folder, 'saved.parquet'), Buffer.concat(parts));
    const saved = (await opened({ source: 'parquet', path: 'saved.parquet' })).opened;
    const read: unknown[] = [];
    for await (const rows of saved.readRows()) read.push(...rows.map(({ label }) => Number(label)));
    expect(saved.labelNames).toEqual(['Angry', 'Calm', ' calm', 'calm', 'wild']);
    // Numbers are not of the column's form, and damaged JSON is none.
    expect(read).toEqual([-1, 3, 4, -1, -1, 4]);
  });

  it('has its labels as names of classes, and its split', async () => {
    await makeFolder();
    const parts: Uint8Array[] = [];
    const { opened: source } = await opened(FACES);
    await writeSet(source, {
      labelForm: 'text',
      labels: [],
      onRows: () => undefined,
      onBytes: (bytes) => {
        parts.push(bytes);
        return Promise.resolve();
      },
    });
    const file = new Uint8Array(Buffer.concat(parts)).buffer;
    const rows = await parquetReadObjects({ file });
    expect(rows).toHaveLength(18);
    expect(rows[0]).toMatchObject({ label: 0n, split: 'test', image: { path: 'test/Night/0.png' } });
    const metadata = await parquetMetadataAsync(file);
    const text = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value ?? '';
    expect(JSON.parse(text)).toEqual({
      info: {
        features: {
          image: { _type: 'Image' },
          label: { names: ['Night', 'day'], _type: 'ClassLabel' },
          split: { dtype: 'string', _type: 'Value' },
        },
      },
    });
  });
});
