/** Pictures that look the same: the sets that holding each against each finds, without doing so; and the kernel. */
import { describe, expect, it } from 'vitest';
import {
  correlationOf,
  hashDistance,
  momentsOf,
  type Fingerprint,
} from '../../src/data/cleaning/fingerprint.ts';
import { findNearCopies } from '../../src/data/cleaning/near-copies.ts';
import { BLOCK, thumbnailBlock } from '../../src/data/cleaning/thumbnail-kernel.ts';
import { lookAlikes, productShots } from '../support/sets/alike-prints.ts';

const productOf = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, pixel, i) => sum + pixel * b[i]!, 0);

/** By holding each against each. */
function plainly(prints: readonly Fingerprint[]): number[][] {
  const moments = prints.map(({ thumbnail }) => momentsOf(thumbnail));
  const setOf = prints.map((_, row) => row);
  for (const [a, one] of prints.entries()) {
    for (let b = 0; b < a; b += 1) {
      const other = prints[b]!;
      const [upper, lower] = [0, 1].map((half) => one.perceptualHash[half]! ^ other.perceptualHash[half]!);
      if (hashDistance(upper!, lower!) > 7) continue;
      const product = productOf(one.thumbnail, other.thumbnail);
      if (correlationOf(product, moments[a]!, moments[b]!) < 0.985) continue;
      const [into, from] = [setOf[b]!, setOf[a]!];
      for (const [row, set] of setOf.entries()) if (set === from) setOf[row] = into;
    }
  }
  const sets = new Map<number, number[]>();
  for (const [row, set] of setOf.entries()) sets.set(set, [...(sets.get(set) ?? []), row]);
  return [...sets.values()].filter((set) => set.length > 1);
}

const all = (prints: readonly Fingerprint[]): number[] => [...prints.keys()];

describe('the sets that are found', () => {
  it.each<[string, Fingerprint[], (sets: number) => boolean]>([
    ['of products before white', productShots(150), (sets) => sets > 10],
    ['of pictures just not alike', lookAlikes(150, 11), (sets) => sets < 5],
    ['of pictures on both sides of the threshold', lookAlikes(150, 10), (sets) => sets > 1],
    ['of copies', lookAlikes(150, 2), (sets) => sets === 1],
    ['of several pictures', [1, 2, 3, 4].flatMap((seed) => lookAlikes(40, 2, seed)), (sets) => sets === 4],
    [
      'of all of that',
      [...productShots(60), ...lookAlikes(60, 9.9, 2), ...lookAlikes(60, 2, 3)],
      (sets) => sets > 1,
    ],
  ])('%s are those of holding each against each', async (_what, prints, isAsMany) => {
    const sets = await findNearCopies(all(prints), prints);
    expect(sets).toEqual(plainly(prints));
    expect(isAsMany(sets.length)).toBe(true);
  });

  it('are of the rows that are asked for', async () => {
    const prints = lookAlikes(10, 2);
    expect(await findNearCopies([2, 5, 7], prints)).toEqual([[2, 5, 7]]);
    expect(await findNearCopies([2], prints)).toEqual([]);
    expect(await findNearCopies([], prints)).toEqual([]);
  });

  it('take one even grey for another, and not for a picture of something', async () => {
    const [flat, other, something] = lookAlikes(3, 2);
    const prints = [
      { ...flat!, thumbnail: new Uint8Array(1024).fill(10) },
      { ...other!, perceptualHash: flat!.perceptualHash, thumbnail: new Uint8Array(1024).fill(200) },
      { ...something!, perceptualHash: flat!.perceptualHash },
    ];
    expect(await findNearCopies(all(prints), prints)).toEqual([[0, 1]]);
    expect(await findNearCopies(all(prints), prints.toReversed())).toEqual([[1, 2]]);
  });
});

describe('a long search', () => {
  const prints = lookAlikes(2500, 12);

  it('says how far it is', async () => {
    const said: [number, number][] = [];
    await findNearCopies(all(prints), prints, { onProgress: (...progress) => said.push(progress) });
    expect(said.length).toBeGreaterThan(1);
    expect(said.at(-1)).toEqual([2500, 2500]);
    expect(said.every(([done, total]) => done <= total && total === 2500)).toBe(true);
    expect(said.map(([done]) => done)).toEqual(said.map(([done]) => done).sort((a, b) => a - b));
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    let told = 0;
    const search = findNearCopies(all(prints), prints, {
      signal: controller.signal,
      onProgress: () => {
        told += 1;
        // Heard as a message, while the search goes on.
        setTimeout(() => controller.abort(), 0);
      },
    });
    await expect(search).rejects.toMatchObject({ name: 'AbortError' });
    expect(told).toBeLessThan(5);
  });
});

describe('products of thumbnails', () => {
  it('are the same by the kernel and without', () => {
    const thumbnails = [...lookAlikes(BLOCK - 2, 12), ...productShots(1)].map(({ thumbnail }) => thumbnail);
    thumbnails.push(new Uint8Array(1024).fill(255));
    const white = thumbnails.at(-1)!;
    const places = Int32Array.from({ length: BLOCK }, (_, i) => BLOCK - 1 - i);
    for (const one of [thumbnails[5]!, white]) {
      const byKernel = Array.from(thumbnailBlock(thumbnails).products(one, places, BLOCK));
      expect(byKernel).toEqual(Array.from(places, (place) => productOf(one, thumbnails[place]!)));
      expect(Array.from(thumbnailBlock(thumbnails, false).products(one, places, BLOCK))).toEqual(byKernel);
    }
  });
});
