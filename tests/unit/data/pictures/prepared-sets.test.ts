/** Sets that are opened again come from this machine; a store that fails costs speed, not the set. In Node's files. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../src/data/dataset.ts';
import { openDataset } from '../../../../src/data/open-dataset.ts';
import { forgetPrepared, preparedBytes } from '../../../../src/data/pictures/prepared-room.ts';
import { openByteStore } from '../../../../src/platform/stores/byte-store.node.ts';
import { storageFull, type ByteStore } from '../../../../src/platform/stores/byte-store.ts';
import { createPlatform } from '../../../../src/platform/platform.node.ts';
import type { Platform } from '../../../../src/platform/platform.ts';
import { errorOf } from '../studio-error.ts';
import { greyPicture, recipeOf } from '../test-recipe.ts';

let folder: string;
let platform: Platform;
let decoded: number;

/** A platform that counts what is decoded outside threads; sets here are too small for threads. */
function counting(store?: (real: ByteStore) => ByteStore): Platform {
  const real = createPlatform({ baseFolder: folder, dataFolder: join(folder, 'data') });
  return {
    ...real,
    openStore: (name) => {
      const opened = real.openStore(name)!;
      return store?.(opened) ?? opened;
    },
    decodePicture: (encoded) => {
      decoded += 1;
      return real.decodePicture(encoded);
    },
  };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-prepared-'));
  decoded = 0;
  platform = counting();
});

afterEach(async () => {
  await Promise.all(opened.map((dataset) => dataset.close()));
  opened = [];
  await rm(folder, { recursive: true, force: true });
});

async function writeSet(name: string, firstLevel = 0): Promise<void> {
  const images = await Promise.all(Array.from({ length: 40 }, (_, row) => greyPicture(firstLevel + row * 6)));
  const labels = images.map((_, row) => (row % 2 === 0 ? 'day' : 'night'));
  const columnData = [
    { name: 'image', data: [...images, new Uint8Array([1, 2])], type: 'BYTE_ARRAY' as const },
    { name: 'label', data: [...labels, 'day'], type: 'STRING' as const },
  ];
  await writeFile(join(folder, name), new Uint8Array(parquetWriteBuffer({ columnData })));
}

/** Codes of what was said beside the set. */
let notices: string[];

/** Those that a test opened. */
let opened: Dataset[] = [];

async function open(name: string, size = 32, on = platform, options = {}): Promise<Dataset> {
  notices = [];
  const dataset = await openDataset(recipeOf({ source: 'parquet', path: name, ...options }, size), on, {
    onProgress: () => undefined,
    onNotice: ({ code }) => notices.push(code),
  });
  opened.push(dataset);
  return dataset;
}

const allOf = async ({ pictures }: Dataset): Promise<number[]> => [
  ...(await pictures.read(Array.from({ length: pictures.count }, (_, row) => row))),
];

describe('a set that is opened again', () => {
  it('is the same, and nothing is decoded', async () => {
    await writeSet('a.parquet');
    const first = await open('a.parquet');
    expect(decoded).toBe(41);
    const again = await open('a.parquet');
    expect(decoded).toBe(41);
    expect(again.summary).toEqual(first.summary);
    expect(again.summary.cleaning).toMatchObject({ kept: 40, undecodable: 1 });
    expect(again.facts).toEqual(first.facts);
    expect(await allOf(again)).toEqual(await allOf(first));
  });

  it('takes other choices about copies from what it knows', async () => {
    await writeSet('a.parquet');
    await open('a.parquet');
    await open('a.parquet', 32, platform, { duplicates: 'drop' });
    expect(decoded).toBe(41);
  });

  it('is prepared anew when its file was changed', async () => {
    await writeSet('a.parquet');
    await open('a.parquet');
    await writeSet('a.parquet', 3);
    const changed = await open('a.parquet');
    expect(decoded).toBe(82);
    expect((await changed.pictures.read([0]))[0]).toBe(3);
    // Also where it is as large as it was, and only where it lies says that it may be another.
    await rename(join(folder, 'a.parquet'), join(folder, 'b.parquet'));
    await writeSet('a.parquet', 3);
    await open('a.parquet');
    expect(decoded).toBe(82);
  });

  it('is prepared anew when an earlier version kept it, of which nothing stays', async () => {
    await writeSet('a.parquet');
    await open('a.parquet');
    const store = openByteStore('pictures', join(folder, 'data'));
    const [about] = (await store.list()).filter(({ key }) => key.endsWith('/about'));
    // As an earlier version left it.
    await store.setMany([[about!.key, new TextEncoder().encode('{"text":"[1]","label":"a","usedAtMs":1}')]]);
    await open('a.parquet');
    expect(decoded).toBe(82);
    expect((await store.list()).filter(({ key }) => key.endsWith('/manifest'))).toHaveLength(1);
  });

  it('is prepared anew when some of its pictures are gone', async () => {
    await writeSet('a.parquet');
    await open('a.parquet');
    const store = openByteStore('pictures', join(folder, 'data'));
    const chunks = (await store.list()).map(({ key }) => key).filter((key) => key.includes('chunk'));
    await store.deleteMany(chunks);
    const again = await open('a.parquet');
    await again.arriving?.over;
    expect(decoded).toBe(82);
  });
});

describe('a set that is opened again at another size', () => {
  /** A platform that decodes nothing until it is let. */
  function waiting(): { on: Platform; let: () => void } {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const real = counting();
    const decodePicture: Platform['decodePicture'] = async (encoded) => {
      await released;
      return real.decodePicture(encoded);
    };
    return { on: { ...real, decodePicture }, let: release };
  }

  it('is open before its pictures are there, and they are those of a set that is opened anew', async () => {
    await writeSet('a.parquet');
    await open('a.parquet', 48);
    const anew = await open('a.parquet', 64, createPlatform({ baseFolder: folder }));
    const { on, let: letDecode } = waiting();
    const known = await open('a.parquet', 64, on);
    expect(known.summary).toEqual(anew.summary);
    expect(known.arriving).not.toBeNull();
    expect(decoded).toBe(41);
    const reading = allOf(known);
    letDecode();
    expect(await reading).toEqual(await allOf(anew));
    await known.arriving?.over;
    expect(decoded).toBe(82);
    const again = await open('a.parquet', 64);
    expect(again.arriving).toBeNull();
    expect(await allOf(again)).toEqual(await allOf(anew));
    expect(decoded).toBe(82);
  });

  it('is read to its end first where the rows depend on how pictures look', async () => {
    await writeSet('a.parquet');
    await open('a.parquet', 48);
    // All are grey, so that one is left.
    const { code } = await errorOf(() => open('a.parquet', 64, platform, { nearDuplicates: 'drop' }));
    expect(code).toBe('data/class-too-small');
    expect(decoded).toBe(82);
  });

  it('says to whoever wants a picture that none comes any more', async () => {
    await writeSet('a.parquet');
    await open('a.parquet', 48);
    const { on, let: letDecode } = waiting();
    const { arriving, pictures } = await open('a.parquet', 64, on);
    const reading = errorOf(() => pictures.read([39]));
    const abort = new AbortController();
    const given = pictures.read([38], abort.signal);
    abort.abort();
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    arriving?.end();
    letDecode();
    expect((await reading).code).toBe('data/stopped');
    expect(arriving?.failure?.code).toBe('data/stopped');
  });

  it('says so when its rows are not those that were known, and opens with what there is', async () => {
    await writeSet('a.parquet');
    await open('a.parquet', 48);
    const { arriving, pictures } = await open('a.parquet', 64, {
      ...platform,
      // As if this browser had forgotten how to read one of them.
      decodePicture: async (encoded) => {
        if (decoded === 60) encoded.fill(0);
        return platform.decodePicture(encoded);
      },
    });
    expect(await errorOf(() => pictures.read([39]))).toMatchObject({ code: 'data/changed' });
    expect(arriving?.failure?.message).toBe(
      'This set had 40 usable rows when it was opened before; now it has 39.',
    );
    expect((await open('a.parquet', 64)).summary.cleaning.kept).toBe(39);
  });
});

describe('a store that is full', () => {
  /** Takes so many bytes in all. */
  const limited =
    (limitBytes: number) =>
    (real: ByteStore): ByteStore => ({
      ...real,
      setMany: async (entries, whileThere) => {
        const used = (await real.list()).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
        const more = entries.reduce((sum, [, bytes]) => sum + bytes.byteLength, 0);
        if (used + more > limitBytes) throw storageFull('pictures');
        await real.setMany(entries, whileThere);
      },
    });

  it('costs the next opening time, not this one the set', async () => {
    await writeSet('a.parquet');
    const expected = await open('a.parquet', 32, createPlatform({ baseFolder: folder }));
    const full = counting(limited(10_000));
    const dataset = await open('a.parquet', 32, full);
    expect(notices).toEqual(['storage/full']);
    expect(await allOf(dataset)).toEqual(await allOf(expected));
  });

  it('forgets the sets that were not used for longest', async () => {
    await Promise.all([writeSet('a.parquet'), writeSet('b.parquet', 1), writeSet('c.parquet', 2)]);
    // Room for two: each has 40 pictures of 3 kB, as many thumbnails of 1 kB, and its report.
    const small = counting(limited(420_000));
    const visit = async (name: string): Promise<void> => (await open(name, 32, small)).close();
    await visit('a.parquet');
    await visit('b.parquet');
    await new Promise((resolve) => setTimeout(resolve, 5));
    await visit('a.parquet');
    await visit('c.parquet');
    expect(notices).toEqual([]);
    decoded = 0;
    await visit('a.parquet');
    await visit('c.parquet');
    expect(decoded).toBe(0);
    await visit('b.parquet');
    expect(decoded).toBe(41);
  });

  it('forgets none that is open, in this tab or another, for lack of room or when it is told to', async () => {
    await Promise.all([writeSet('a.parquet'), writeSet('b.parquet', 1), writeSet('c.parquet', 2)]);
    const small = counting(limited(420_000));
    const [a, b] = [await open('a.parquet', 32, small), await open('b.parquet', 32, counting())];
    await open('c.parquet', 32, small);
    expect(notices).toEqual(['storage/full']);
    await forgetPrepared(platform);
    decoded = 0;
    const again = await open('b.parquet');
    expect(await allOf(again)).toEqual(await allOf(b));
    expect((await allOf(await open('a.parquet'))).length).toBe((await allOf(a)).length);
    expect(decoded).toBe(0);
    await Promise.all(opened.map((dataset) => dataset.close()));
    expect(await preparedBytes(platform)).toBeGreaterThan(200_000);
    await forgetPrepared(platform);
    expect(await openByteStore('pictures', join(folder, 'data')).list()).toEqual([]);
  });
});
