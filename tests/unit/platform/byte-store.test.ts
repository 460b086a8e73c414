/** The stores of bytes of Node, in a folder. Those of the browser are what the browser tests of stored sets and downloads use. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openByteStore } from '../../../src/platform/stores/byte-store.node.ts';
import type { ByteStore } from '../../../src/platform/stores/byte-store.ts';

let folder: string;
let store: ByteStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-bytes-'));
  store = openByteStore('checkpoints', folder);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const plain = (found: (Uint8Array | undefined)[]): (number[] | undefined)[] =>
  found.map((one) => one && Array.from(one));

it('keeps, gives back in the order asked, lists by what keys begin with, and deletes', async () => {
  expect(await store.list()).toEqual([]);
  expect(await store.getMany(['a'])).toEqual([undefined]);
  await store.setMany([
    ['run/2/weights', bytes(1, 2, 3)],
    ['run/1/weights', bytes(4)],
    ['other', bytes()],
  ]);
  expect(plain(await store.getMany(['run/1/weights', 'none', 'run/2/weights', 'other']))).toEqual([
    [4],
    undefined,
    [1, 2, 3],
    [],
  ]);
  expect(await store.list('run/')).toEqual([
    { key: 'run/1/weights', sizeBytes: 1 },
    { key: 'run/2/weights', sizeBytes: 3 },
  ]);
  await store.setMany([['run/1/weights', bytes(5, 6)]]);
  await store.deleteMany(['run/2/weights', 'none']);
  expect(await store.list()).toEqual([
    { key: 'other', sizeBytes: 0 },
    { key: 'run/1/weights', sizeBytes: 2 },
  ]);
  await store.deleteAll('run/');
  expect(await store.list()).toEqual([{ key: 'other', sizeBytes: 0 }]);
});

it('takes keys of any kind and length', async () => {
  const keys = ['', '..', '../up', 'a/b', 'a+/b', 'ü*?"<>|', 'x'.repeat(200), 'x'.repeat(1000), 'a+bytes'];
  await store.setMany(keys.map((key, index) => [key, bytes(index)]));
  expect(plain(await store.getMany(keys))).toEqual(keys.map((_, index) => [index]));
  expect((await store.list()).map(({ key }) => key)).toEqual([...keys].sort());
  expect(await readdir(folder)).toEqual(['checkpoints']);
});

it('keeps nothing for what was deleted meanwhile', async () => {
  await store.setMany([['set/head', bytes(1)]]);
  await store.setMany([['set/1', bytes(1)]], 'set/head');
  await store.deleteAll('set/');
  await store.setMany([['set/2', bytes(2)]], 'set/head');
  expect(await store.list()).toEqual([]);
});

it('is there again for whoever opens the folder later, without what was only half written', async () => {
  await store.setMany([['a', bytes(1)]]);
  await writeFile(join(folder, 'checkpoints', 'b+bytes+part'), 'half');
  expect(await openByteStore('checkpoints', folder).list()).toEqual([{ key: 'a', sizeBytes: 1 }]);
  expect(await openByteStore('activations', folder).list()).toEqual([]);
});

it('takes one key from several who write it at once', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, index) => store.setMany([['a', bytes(index)]])));
  expect((await store.list()).map(({ key }) => key)).toEqual(['a']);
});

it('says that it cannot be used, and keeps none of what came together', async () => {
  await store.setMany([['a', bytes(1)]]);
  await writeFile(join(folder, 'downloads'), 'a file where a folder should be');
  const blocked = openByteStore('downloads', folder);
  await expect(blocked.setMany([['a', bytes(1)]])).rejects.toMatchObject({ code: 'storage/unavailable' });
  // The second of two cannot be written: its name is taken by a folder.
  await rm(join(folder, 'checkpoints', 'a+bytes'));
  const long = 'x'.repeat(300);
  await writeFile(join(folder, 'checkpoints', `${'x'.repeat(200)}+`), 'a file in the way');
  const together = store.setMany([
    ['first', bytes(1)],
    [long, bytes(2)],
  ]);
  await expect(together).rejects.toMatchObject({ code: 'storage/unavailable' });
  expect(await store.getMany(['first'])).toEqual([undefined]);
});
