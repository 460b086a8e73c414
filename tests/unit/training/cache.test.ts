/** Where activations are kept, what happens when there is no room, and that the next run of a session finds them. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { forgetLeftActivations } from '../../../src/engine/left-activations.ts';
import { toHalf } from '../../../src/lib/float16.ts';
import { storageFull, type ByteStore } from '../../../src/platform/byte-store.ts';
import { NOTHING_SHARED } from '../../../src/platform/owned.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import type { RunEvent } from '../../../src/protocol/events.ts';
import { ActivationCache } from '../../../src/training/cache/activation-cache.ts';
import { Tiers, type TierBounds } from '../../../src/training/cache/tiers.ts';
import { useBackend } from '../../support/backends.ts';
import { openSession, tinyRecipe, train } from '../../support/session.ts';

const FORM = { shape: [2, 5], pictures: { plain: 6, augmented: 6 }, views: 9, mayStore: true };
const VIEW_BYTES = 6 * 10 * 4;

async function storeIn(): Promise<ByteStore> {
  const folder = await mkdtemp(join(tmpdir(), 'activations-'));
  const store = createPlatform({ dataFolder: folder }).openStore('activations');
  if (store === null) throw new TypeError('Node keeps files');
  return store;
}

const cacheWith = (bounds: Partial<TierBounds>): ActivationCache =>
  new ActivationCache(FORM, new Tiers({ device: null, hostBytes: 0, openStore: () => null, ...bounds }));

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

  it('are kept in memory as they are', async () => {
    const cache = cacheWith({ hostBytes: VIEW_BYTES });
    const values = await through(cache, 'plain');
    expect(values.out).toEqual(values.in);
    expect(cache.missing('plain', [0, 1, 4])).toEqual([0]);
    expect(await cache.gather('plain', [0, 1])).toBeNull();
  });

  it('go to storage when memory is full, within 0.05 % of each value', async () => {
    const store = await storeIn();
    const cache = cacheWith({ hostBytes: VIEW_BYTES, openStore: () => store });
    await through(cache, '0');
    const values = await through(cache, '1');
    expect(await store.list('')).toHaveLength(2);
    values.in.forEach((value, index) => {
      expect(Math.abs((values.out?.[index] ?? NaN) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11);
    });
    expect(cache.notKept).toBeNull();
  });

  it('take room for the pictures of their view alone', async () => {
    const cache = new ActivationCache(
      { ...FORM, pictures: { plain: 2, augmented: 4 } },
      new Tiers({ device: null, hostBytes: VIEW_BYTES, openStore: () => null }),
    );
    await through(cache, 'plain');
    await through(cache, '0');
    expect(cache.missing('plain', [1, 4])).toEqual([]);
    expect(cache.missing('0', [1, 4])).toEqual([]);
    await through(cache, '1');
    expect(cache.notKept).toMatchObject({ code: 'storage/activations-not-kept' });
  });

  it('leave others the room that is theirs', async () => {
    const cache = new ActivationCache(
      { ...FORM, views: 1 },
      new Tiers({ device: null, hostBytes: 9 * VIEW_BYTES, openStore: () => null }),
    );
    expect((await through(cache, '0')).out).not.toBeNull();
    expect((await through(cache, '1')).out).toBeNull();
  });

  it('are not put where reading them takes longer than computing them', async () => {
    const store = await storeIn();
    const tiers = new Tiers({ device: null, hostBytes: 0, openStore: () => store });
    expect((await through(new ActivationCache({ ...FORM, mayStore: false }, tiers), '0')).out).toBeNull();
    expect(await store.list('')).toHaveLength(0);
  });

  it('are computed again, and that is said, when nothing has room', async () => {
    const cache = cacheWith({});
    expect((await through(cache, '0')).out).toBeNull();
    expect(cache.notKept).toMatchObject({ code: 'storage/activations-not-kept' });
  });

  it('are computed again when the storage fills up meanwhile', async () => {
    const store = await storeIn();
    const full: ByteStore = { ...store, setMany: () => Promise.reject(storageFull('activations')) };
    const cache = cacheWith({ openStore: () => full });
    expect((await through(cache, '0')).out).toBeNull();
    expect(cache.notKept?.cause).toMatchObject({ code: 'storage/full' });
  });

  it('that a closed tab left are forgotten', async () => {
    const store = await storeIn();
    await through(cacheWith({ openStore: () => store }), '0');
    expect(await store.list('')).toHaveLength(2);
    await forgetLeftActivations({ openStore: () => store, owned: NOTHING_SHARED });
    expect(await store.list('')).toHaveLength(0);
  });

  it('are rounded to the nearest half', () => {
    const cases = [
      0,
      -0,
      1,
      -2.5,
      65504,
      65519.99,
      65520,
      6.1e-5,
      5.97e-8,
      2.9e-8,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
    ];
    const halves = [0, 0x8000, 0x3c00, 0xc100, 0x7bff, 0x7bff, 0x7c00, 0x3ff, 1, 0, 0x3c00, 0x3c02];
    expect(cases.map(toHalf)).toEqual(halves);
  });
});

it('the next run of a session computes the frozen part again only when what is before the cut changed', async () => {
  const session = await openSession('wasm');
  const recipe = await tinyRecipe();
  const fills = (events: readonly RunEvent[]): number =>
    events.filter((event) => event.kind === 'progress' && event.stage === 'cache').length;
  const first = await train(session, recipe);
  expect(fills(first.events)).toBeGreaterThan(0);
  const again = await train(session, { ...recipe, head: { dropout: 0.3 } });
  expect(fills(again.events)).toBe(0);
  const turned = { ...recipe, augmentation: { ...recipe.augmentation, rotationDegrees: 20 } };
  expect(fills((await train(session, turned)).events)).toBeGreaterThan(0);
  const back = await train(session, recipe);
  expect(back.result.test?.probabilities).toEqual(first.result.test?.probabilities);
});
