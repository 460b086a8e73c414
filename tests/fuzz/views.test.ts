/** Views by wasm's kernel against those that the host makes, to the bit: plans that a seed draws, by either SIMD, and a batch's input. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyViews } from '../../src/data/augmentations/apply-views.ts';
import { planViews, type ViewPlan } from '../../src/data/augmentations/plan-views.ts';
import { augmentations } from '../../src/data/augmentations/registry.ts';
import { PictureInput } from '../../src/engine/set/picture-input.ts';
import { useSimd } from '../../src/kernels/wasm/threads.ts';
import { keyedRandom, type KeyedRandom } from '../../src/lib/random.ts';
import { caffe, meanAndDeviation, preprocess } from '../../src/models/backbones/backbone.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { offerRelaxedSimd } from '../../tools/train/backends.ts';
import { useBackend } from '../support/backends.ts';
import { bitsOf, viewsByKernel } from '../support/networks/views.ts';
import { tinyRecipe } from '../support/session.ts';

beforeAll(async () => {
  offerRelaxedSimd();
  await useBackend('wasm');
});

const bytesOf = (random: KeyedRandom, count: number, size: number): Uint8Array<ArrayBuffer> =>
  // Black and white more often than others: levels that are clipped, and sums of zeros.
  Uint8Array.from({ length: count * size * size * 3 }, () =>
    Math.min(255, Math.max(0, random.uniform(-64, 320))),
  );

/** Beyond the horizon at the fifth column, which is at infinity; and in the first of these nowhere at all, 0 / 0. */
const HORIZONS = [
  [1, 0, -4, 0, 1, -4, -0.25, 0],
  [1, 0, 0, 0, 1, 0, -0.25, 0],
];

/** Maps near and far: sides that are seen a hundred times over. */
function planOf(random: KeyedRandom, count: number, size: number): ViewPlan {
  const far = 10 ** random.uniform(-1, 2);
  const transform = (): number[] => {
    if (random.bernoulli(0.2)) return [1, 0, 0, 0, 1, 0, 0, 0];
    if (random.bernoulli(0.1)) return HORIZONS[random.nextUint32() % 2]!;
    const [a, b, c, d] = [0, 0, 0, 0].map(() => random.uniform(-far, far));
    const perspective = random.bernoulli(0.5) ? 0 : random.uniform(-2, 2) / size;
    const shift = (): number => random.uniform(-far, far) * size;
    return [a!, b!, shift(), c!, d!, shift(), perspective, random.bernoulli(0.5) ? 0 : perspective];
  };
  const patch = (): number[] => {
    if (random.bernoulli(0.5)) return [0, 0, 0, 0, 0, 0, 0];
    const [left, top] = [random.uniform(0, size - 1), random.uniform(0, size - 1)];
    const [right, bottom] = [random.uniform(left, size), random.uniform(top, size)];
    return [left, top, right, bottom, ...[0, 0, 0].map(() => random.uniform(0, 255))];
  };
  const each = Array.from({ length: count });
  return {
    count,
    transforms: Float32Array.from(each.flatMap(transform)),
    contrast: Float32Array.from(each, () => (random.bernoulli(0.3) ? 1 : random.uniform(0, 3))),
    patches: Float32Array.from(each.flatMap(patch)),
    captions: [],
  };
}

it.each(Array.from({ length: 60 }, (_, seed) => seed))('plan %i', async (seed) => {
  const random = keyedRandom(seed, 'views');
  const [count, size] = [1 + Math.floor(random.uniform(0, 4)), 2 + Math.floor(random.uniform(0, 60))];
  const plan = planOf(random, count, size);
  const bytes = bytesOf(random, count, size);
  const preprocessing = {
    order: [0, 1, 2].map(() => Math.floor(random.uniform(0, 3))) as [0, 1, 2],
    scale: [0, 1, 2].map(() => random.uniform(-2, 2)) as [number, number, number],
    offset: [0, 1, 2].map(() => random.uniform(-200, 200)) as [number, number, number],
  };
  const expected = bitsOf(preprocess(applyViews(plan, bytes, size), preprocessing));
  const backend: unknown = tf.backend();
  for (const simd of ['relaxed', 'plain'] as const) {
    await useSimd(backend as BackendWasm, simd, createPlatform());
    const before = tf.memory().numTensors;
    expect(bitsOf(viewsByKernel(plan, bytes, size, preprocessing))).toEqual(expected);
    expect(tf.memory().numTensors).toBe(before);
  }
});

/** Every augmentation as strong as it may be. */
const STRONGEST = Object.fromEntries(
  augmentations.flatMap(({ entry }) =>
    entry.options.map((option) => [option.name, option.kind === 'number' ? option.max : true]),
  ),
);

describe.each([caffe, meanAndDeviation])('the network’s input, in the order $order', (preprocessing) => {
  it.each([32, 33])('of pictures of %i pixels is the host’s', async (size) => {
    const rows = [5, 0, 3, 8, 1];
    const bytes = bytesOf(keyedRandom(size, 'pictures'), rows.length, size);
    const pictures = { count: 9, size, read: () => Promise.resolve(bytes) };
    const recipe = { ...(await tinyRecipe()), augmentation: { ...STRONGEST, views: 4 } };
    const input = new PictureInput(pictures, preprocessing, recipe);
    const plan = planViews(recipe.augmentation, { seed: recipe.seed, rows, view: 2, size });
    for (const [view, values] of [
      [{ kind: 'plain' }, bytes],
      [{ kind: 'augmented', index: 2, isCached: true }, applyViews(plan, bytes, size)],
    ] as const) {
      const expected = preprocess(values, preprocessing);
      for (const backend of ['wasm', 'cpu'] as const) {
        await useBackend(backend);
        const profile = await tf.profile(() => input.batch(rows, view, new AbortController().signal));
        expect(profile.kernelNames).toEqual(backend === 'wasm' ? ['MienViews'] : []);
        const made = profile.result as tf.Tensor;
        expect(made.shape).toEqual([rows.length, size, size, 3]);
        expect(bitsOf(await made.data<'float32'>())).toEqual(bitsOf(expected));
        made.dispose();
      }
    }
    await useBackend('wasm');
  });
});
