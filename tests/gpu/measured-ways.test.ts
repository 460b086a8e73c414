/** Which way a layer's products take on a device is found out by running them. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { gpuOf } from '../../src/kernels/webgpu/gpu.ts';
import { measuring } from '../../src/kernels/webgpu/linear/measure.ts';
import { choiceOf } from '../../src/kernels/webgpu/linear/variants.ts';
import { useBackend } from '../support/backends.ts';

beforeAll(() => useBackend('webgpu'));

/** Less than a tile of channels: few ways, which a software adapter compiles soon. */
const SMALL = [{ batch: 2, size: 5, channels: 12, outChannels: 12, side: 1 }];

it('each class of layers gets a way that may be used for it, and nothing is left behind', async () => {
  const { numTensors } = tf.memory();
  const found = measuring(SMALL);
  await found.compile();
  const { ways: choice, gains } = await found.measure(60_000);
  expect(Object.keys(choice)).toEqual([
    'forward, 1x1, small',
    'inputGrad, 1x1, small',
    'filterGrad, 1x1, small',
  ]);
  expect(['direct 4x4', 'direct 4x8']).toContain(choice['forward, 1x1, small']);
  expect(['direct 4x4', 'direct 4x8']).toContain(choice['inputGrad, 1x1, small']);
  expect(choice['filterGrad, 1x1, small']).toBe('direct 8x4');
  // What is taken is never slower than what it is taken for; of what takes less than the clock can tell there is no gain.
  expect(Object.keys(choice)).toEqual(expect.arrayContaining(Object.keys(gains)));
  for (const gain of Object.values(gains)) expect(gain).toBeGreaterThanOrEqual(1);
  expect(tf.memory().numTensors).toBe(numTensors);
  // What is found is taken by who asked, not on the way.
  expect(choiceOf(gpuOf(tf.backend()))).toEqual({});
});

it('what there is no time for keeps the table’s way', async () => {
  expect(await measuring(SMALL).measure(0)).toEqual({ ways: {}, gains: {} });
});

it('other layers are other programs, the same are the same', () => {
  const { source } = measuring(SMALL);
  expect(measuring(SMALL).source).toBe(source);
  expect(measuring([{ ...SMALL[0]!, channels: 8 }]).source).not.toBe(source);
});
