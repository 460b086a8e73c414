/** Views made on the GPU against those that the host makes, which Keras' goldens check. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { applyViews } from '../../src/data/augmentations/apply-views.ts';
import { planViews } from '../../src/data/augmentations/plan-views.ts';
import { augmentations } from '../../src/data/augmentations/registry.ts';
import { PictureInput } from '../../src/engine/set/picture-input.ts';
import { preprocess } from '../../src/models/backbones/backbone.ts';
import { keyedRandom } from '../../src/lib/random.ts';
import { useBackend } from '../support/backends.ts';
import { tinyRecipe } from '../support/session.ts';

const ROWS = [5, 0, 3];
const PREPROCESSING = { order: [2, 1, 0], scale: [1, 0.5, 2], offset: [-103.9, 0, 12] } as const;

/** Every augmentation as strong as it may be. */
const STRONGEST = Object.fromEntries(
  augmentations.flatMap(({ entry }) =>
    entry.options.map((option) => [option.name, option.kind === 'number' ? option.max / 3 : true]),
  ),
);

beforeAll(() => useBackend('webgpu'));

it.each([16, 13])('agree with the host’s within 0.1 % of 255, pictures of %i pixels', async (size) => {
  const random = keyedRandom(3, 'test pictures');
  const bytes = Uint8Array.from({ length: ROWS.length * size * size * 3 }, () => random.uniform(0, 256));
  const pictures = { count: 6, size, read: () => Promise.resolve(bytes) };
  const recipe = { ...(await tinyRecipe()), augmentation: { ...STRONGEST, views: 4 } };
  const input = new PictureInput(pictures, PREPROCESSING, recipe);
  const { signal } = new AbortController();
  const plan = planViews(recipe.augmentation, { seed: recipe.seed, rows: ROWS, view: 2, size });
  const cases = [
    [await input.batch(ROWS, { kind: 'plain' }, signal), Float32Array.from(bytes)],
    [
      await input.batch(ROWS, { kind: 'augmented', index: 2, isCached: true }, signal),
      applyViews(plan, bytes, size),
    ],
  ] as const;
  for (const [made, values] of cases) {
    const actual = await made.data();
    preprocess(values, PREPROCESSING).forEach((value, index) => {
      const scale = PREPROCESSING.scale[index % 3] ?? 1;
      expect(Math.abs(value - (actual[index] ?? NaN))).toBeLessThan(0.255 * scale);
    });
    made.dispose();
  }
  expect(tf.memory().numTensors).toBe(0);
});
