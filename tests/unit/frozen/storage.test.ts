/** Where activations are kept, that every place fails in one way, and what becomes of those that closed tabs left. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ActivationCache, type CacheForm } from '../../../src/frozen/activation-cache.ts';
import { Notices } from '../../../src/frozen/notices.ts';
import { discardLeftActivations, SessionDisk } from '../../../src/frozen/storage/disk.ts';
import { Places, type PlacesOptions } from '../../../src/frozen/storage/places.ts';
import { storageFull, storageUnavailable, type ByteStore } from '../../../src/platform/stores/byte-store.ts';
import { NOTHING_SHARED } from '../../../src/platform/stores/owned.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import type { StudioError } from '../../../src/protocol/errors.ts';
import { useBackend } from '../../support/backends.ts';

const FORM: CacheForm = {
  shape: [2, 5],
  precision: 'float32',
  pictures: { plain: 6, augmented: 6 },
  views: 9,
  mayUseDisk: true,
};
const VIEW_BYTES = 6 * 10 * 4;

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'activations-'));

/** The store of one more tab, or process, on a folder. */
function storeIn(dataFolder: string): { store: ByteStore; platform: ReturnType<typeof createPlatform> } {
  const platform = createPlatform({ dataFolder });
  const store = platform.openStore('activations');
  if (store === null) throw new TypeError('Node keeps files');
  return { store, platform };
}

const diskOn = (store: ByteStore): SessionDisk => new SessionDisk(store, NOTHING_SHARED);

function cacheWith(options: Partial<PlacesOptions>, form = FORM): { cache: ActivationCache; said: Notices } {
  const said = new Notices();
  const places = new Places({ gpu: null, memoryBytes: 0, disk: null, ...options });
  return { cache: new ActivationCache(form, places, said.tell), said };
}

/** Keeps rows 4 and 1 of a view and reads them back in the other order. */
async function through(
  cache: ActivationCache,
  view: string,
): Promise<{ in: Float32Array; out: Float32Array | null }> {
  const values = tf.randomNormal([2, 2, 5], 0, 3, 'float32', 5);
  await cache.store(view, [4, 1], values);
  const read = await cache.gather(view, [1, 4]);
  const swapped = tf.gather(values, [1, 0]);
  const result = {
    in: (await swapped.data()) as Float32Array,
    out: read === null ? null : ((await read.data()) as Float32Array),
  };
  tf.dispose([values, swapped, ...(read === null ? [] : [read])]);
  return result;
}

describe('activations', () => {
  beforeAll(() => useBackend('cpu'));

  it('are kept in memory, then on disk, to the bit', async () => {
    const { store } = storeIn(await newFolder());
    const { cache, said } = cacheWith({ memoryBytes: VIEW_BYTES, disk: diskOn(store) });
    const inMemory = await through(cache, 'plain');
    expect(inMemory.out).toEqual(inMemory.in);
    expect(cache.missing('plain', [0, 1, 4])).toEqual([0]);
    expect(await cache.gather('plain', [0, 1])).toBeNull();
    expect(await store.list('')).toHaveLength(0);
    const onDisk = await through(cache, '1');
    expect(onDisk.out).toEqual(onDisk.in);
    expect((await store.list('')).map(({ sizeBytes }) => sizeBytes)).toEqual([40, 40]);
    expect(said.take()).toEqual([]);
  });

  it('take half of the room as halves, and are the same in each place', async () => {
    const { store } = storeIn(await newFolder());
    const form = { ...FORM, precision: 'float16' } as const;
    const { cache } = cacheWith({ memoryBytes: 6 * 6 * 4, disk: diskOn(store) }, form);
    const inMemory = await through(cache, 'plain');
    const onDisk = await through(cache, '1');
    expect((await store.list('')).map(({ sizeBytes }) => sizeBytes)).toEqual([24, 24]);
    expect(onDisk.out).toEqual(inMemory.out);
    expect(onDisk.out).not.toEqual(onDisk.in);
  });

  it('take room for the pictures of their view alone', async () => {
    const form = { ...FORM, pictures: { plain: 2, augmented: 4 } };
    const { cache, said } = cacheWith({ memoryBytes: VIEW_BYTES }, form);
    await through(cache, 'plain');
    await through(cache, '0');
    expect(cache.missing('plain', [1, 4])).toEqual([]);
    expect(cache.missing('0', [1, 4])).toEqual([]);
    await through(cache, '1');
    expect(said.take()).toMatchObject([{ code: 'storage/activations-not-kept' }]);
  });

  it('leave others the room that is theirs', async () => {
    const { cache, said } = cacheWith({ memoryBytes: 9 * VIEW_BYTES }, { ...FORM, views: 1 });
    expect((await through(cache, '0')).out).not.toBeNull();
    expect((await through(cache, '1')).out).toBeNull();
    // The budget has said so.
    expect(said.take()).toEqual([]);
  });

  it('are not put where reading them takes longer than computing them', async () => {
    const { store } = storeIn(await newFolder());
    const { cache } = cacheWith({ disk: diskOn(store) }, { ...FORM, mayUseDisk: false });
    expect((await through(cache, '0')).out).toBeNull();
    expect(await store.list('')).toHaveLength(0);
  });

  it('that come when the cache has been cleared are not kept', async () => {
    const places = new Places({ gpu: null, memoryBytes: VIEW_BYTES, disk: null });
    const cache = new ActivationCache(FORM, places, () => undefined);
    const values = tf.ones([1, 2, 5]);
    const under = cache.store('0', [1], values);
    cache.clear();
    expect(await under).toBe(false);
    expect(await cache.store('1', [1], values)).toBe(false);
    // Their room is free again.
    const next = new ActivationCache(FORM, places, () => undefined);
    expect(await next.store('0', [1], values)).toBe(true);
    values.dispose();
  });

  it('are computed again, and that is said once, when nothing has room', async () => {
    const { cache, said } = cacheWith({});
    expect((await through(cache, '0')).out).toBeNull();
    expect((await through(cache, '1')).out).toBeNull();
    expect(said.take().map(({ message }) => message)).toEqual([
      'What the frozen part computes (40 bytes a picture) does not fit into this machine’s memory for all pictures and views, so what has no room is computed anew in each epoch.',
    ]);
  });
});

describe('a place that fails', () => {
  beforeAll(() => useBackend('cpu'));

  /** No array has so many numbers: JavaScript throws a RangeError, as where there is no memory for one. */
  const MOST = 2 ** 50;
  const huge = { ...FORM, pictures: { plain: MOST, augmented: MOST } };
  const roomy = (store: ByteStore): ByteStore => ({ ...store, roomBytes: () => Promise.resolve(2 ** 60) });
  const broken = (store: ByteStore, changes: Partial<ByteStore>): ByteStore => ({
    ...roomy(store),
    ...changes,
  });

  it('when memory cannot be had, lets the disk have them', async () => {
    const { store } = storeIn(await newFolder());
    const { cache, said } = cacheWith({ memoryBytes: 2 ** 60, disk: diskOn(roomy(store)) }, huge);
    for (const view of ['0', '1']) {
      const values = await through(cache, view);
      expect(values.out).toEqual(values.in);
    }
    expect(await store.list('')).toHaveLength(4);
    const notices = said.take();
    expect(notices.map(({ message }) => message)).toEqual([
      'What the frozen part computes (40 bytes a picture) could not be kept in this machine’s memory, so it is kept on this machine’s disk instead.',
    ]);
    expect(notices[0]?.cause).toMatchObject({
      code: 'storage/full',
      cause: expect.any(RangeError) as unknown,
    });
  });

  it('when it cannot be written or read, is given up for the view, which is computed again', async () => {
    const { store } = storeIn(await newFolder());
    const full = () => Promise.reject(storageFull('activations'));
    const away = () => Promise.reject(storageUnavailable('activations'));
    for (const changes of [{ setMany: full }, { setMany: away }, { getMany: away }]) {
      const disk = diskOn(broken(store, changes));
      const { cache, said } = cacheWith({ disk });
      expect((await through(cache, '0')).out).toBeNull();
      const [notice, ...others] = said.take();
      expect(notice?.message).toMatch(
        /could not be kept on .*disk, so it is computed anew in each epoch\.$/u,
      );
      expect((notice!.cause as StudioError).code).toMatch(/^storage\//u);
      expect(others).toEqual([]);
      expect(cache.missing('0', [1, 4])).toEqual([1, 4]);
      // It is not tried again and again.
      expect((await through(cache, '1')).out).toBeNull();
      await disk.close();
      expect(await store.list('')).toEqual([]);
    }
  });

  it('when no place is left, is a matter of speed', async () => {
    const { cache, said } = cacheWith({ memoryBytes: 2 ** 60 }, huge);
    expect((await through(cache, '0')).out).toBeNull();
    expect(said.take()).toMatchObject([{ message: expect.stringMatching(/computed anew/u) as string }]);
  });

  it('keeps what it had given', async () => {
    const { store } = storeIn(await newFolder());
    let isFull = false;
    const setMany: ByteStore['setMany'] = (entries) =>
      isFull ? Promise.reject(storageFull('activations')) : store.setMany(entries);
    const { cache, said } = cacheWith({ disk: diskOn(broken(store, { setMany })) });
    await through(cache, '0');
    isFull = true;
    expect((await through(cache, '1')).out).toBeNull();
    isFull = false;
    const first = await cache.gather('0', [1, 4]);
    expect(first?.shape).toEqual([2, 2, 5]);
    first?.dispose();
    expect(said.take()).toHaveLength(1);
    // The next run tries what had no room again, but not more than the place has shown to have.
    cache.begin(FORM, said.tell);
    expect((await through(cache, '1')).out).toBeNull();
  });

  it('moves the view once, whoever finds out first', async () => {
    const { store } = storeIn(await newFolder());
    const full = () => Promise.reject(storageFull('activations'));
    const { cache, said } = cacheWith({ disk: diskOn(broken(store, { setMany: full })) });
    const values = tf.ones([1, 2, 5]);
    const kept = await Promise.all([1, 2, 3].map((row) => cache.store('0', [row], values)));
    values.dispose();
    expect(kept).toEqual([false, false, false]);
    expect(said.take()).toHaveLength(1);
  });

  it('by a mistake of ours is not taken for one without room', async () => {
    const { store } = storeIn(await newFolder());
    const mistaken = broken(store, { setMany: () => Promise.reject(new TypeError('a mistake')) });
    await expect(through(cacheWith({ disk: diskOn(mistaken) }).cache, '0')).rejects.toThrow('a mistake');
  });
});

describe('what is kept on disk', () => {
  beforeAll(() => useBackend('cpu'));

  const fill = async (disk: SessionDisk): Promise<ActivationCache> => {
    const { cache } = cacheWith({ disk });
    await through(cache, '0');
    return cache;
  };

  it('by a closed tab is discarded when the next opens, by one that is open is not', async () => {
    const folder = await newFolder();
    const [closed, open, third] = [storeIn(folder), storeIn(folder), storeIn(folder)];
    // Nobody holds what a closed tab held.
    await fill(diskOn(closed.store));
    const running = await fill(new SessionDisk(open.store, open.platform.owned));
    expect(await third.store.list('')).toHaveLength(4);
    await discardLeftActivations(third.platform);
    expect(await third.store.list('')).toHaveLength(2);
    const held = await running.gather('0', [1, 4]);
    expect(held?.shape).toEqual([2, 2, 5]);
    held?.dispose();
  });

  it('is gone when its session gives it up', async () => {
    const { store, platform } = storeIn(await newFolder());
    const disk = new SessionDisk(store, platform.owned);
    await fill(disk);
    await disk.close();
    expect(await store.list('')).toEqual([]);
    // It can be used again, under another name.
    await fill(disk);
    await discardLeftActivations(storeIn(await newFolder()).platform);
    expect(await store.list('')).toHaveLength(2);
  });

  it('is computed again where a browser has cleared it', async () => {
    const { store } = storeIn(await newFolder());
    const cache = await fill(diskOn(store));
    await store.deleteAll('');
    expect(await cache.gather('0', [4, 1])).toBeNull();
    expect(cache.missing('0', [1, 4])).toEqual([1, 4]);
    const again = await through(cache, '0');
    expect(again.out).toEqual(again.in);
  });

  it('cannot be asked for by a store that is away: nothing is discarded then', async () => {
    const { platform } = storeIn(await newFolder());
    const away = { list: () => Promise.reject(storageUnavailable('activations')) } as unknown as ByteStore;
    await discardLeftActivations({ openStore: () => away, owned: platform.owned });
    await discardLeftActivations({ openStore: () => null, owned: platform.owned });
  });
});
