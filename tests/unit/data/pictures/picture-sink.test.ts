/** Pictures that come one after another are kept where there is room, and read in any order; in Node's files. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pictureSink } from '../../../../src/data/pictures/picture-store.ts';
import { BestEffortStore } from '../../../../src/platform/stores/best-effort-store.ts';
import { openByteStore } from '../../../../src/platform/stores/byte-store.node.ts';
import type { ByteStore } from '../../../../src/platform/stores/byte-store.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-sink-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the pictures of a sink', () => {
  const SIZE = 224;
  const pictureOf = (row: number): Uint8Array => new Uint8Array(SIZE * SIZE * 3).fill(row + 1);

  async function fill(store: ByteStore | null, rows: number, budgets?: Parameters<typeof pictureSink>[2]) {
    const place =
      store === null ? null : { store: new BestEffortStore(store, { trouble: null }), prefix: 'set/' };
    const sink = pictureSink(SIZE, place, budgets);
    for (let row = 0; row < rows; row += 1) await sink.append(pictureOf(row));
    return sink.finish();
  }

  it('are read in any order, from disk where memory may not hold them', async () => {
    const store = openByteStore('pictures', folder);
    const none = { fillBytes: 0, mostBytes: 2 ** 24 };
    const { pictures, isKept } = await fill(store, 100, none);
    expect(isKept).toBe(true);
    const rows = [99, 0, 50, 50, 13];
    const read = await pictures.read(rows);
    expect(rows.map((_, index) => read[index * SIZE * SIZE * 3])).toEqual(rows.map((row) => row + 1));
    await expect(pictures.read([100])).rejects.toMatchObject({ code: 'bug/row' });
    // What was read stays in memory; what was not is gone with the store.
    await store.deleteAll('');
    expect((await pictures.read([50]))[0]).toBe(51);
    await expect(pictures.read([30])).rejects.toMatchObject({ code: 'storage/pictures-gone' });
  });

  it('are refused when there is neither a store nor memory', async () => {
    const little = { fillBytes: 0, mostBytes: 2 ** 22 };
    await expect(fill(null, 100, little)).rejects.toMatchObject({ code: 'data/too-large' });
  });
});
