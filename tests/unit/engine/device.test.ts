/** The device policy and its check, with real backends of which one is made to compute wrongly. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startDevice } from '../../../src/engine/device/device.ts';
import { WASM_FOLDER } from '../../../tools/train/backends.ts';

const KERNEL = 'Conv2DBackpropFilter';

describe('the device', () => {
  it('is wasm where there is no GPU, says why, and is checked without leaving a tensor', async () => {
    const before = tf.memory().numTensors;
    const report = await startDevice('auto', WASM_FOLDER);
    expect(report).toMatchObject({ backend: 'wasm', chosenBy: 'policy' });
    expect(report.why).toContain('wasm');
    expect(report.candidates.map(({ backend }) => backend)).toEqual(['webgpu', 'webgl', 'wasm', 'cpu']);
    expect(tf.getBackend()).toBe('wasm');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('can be overridden', async () => {
    expect(await startDevice('cpu', WASM_FOLDER)).toMatchObject({ backend: 'cpu', chosenBy: 'user' });
  });

  it('that is not there is refused with what was found', async () => {
    await expect(startDevice('webgl', WASM_FOLDER)).rejects.toMatchObject({ code: 'gpu/unavailable' });
  });
});

describe('a device whose gradients are all zero', () => {
  beforeAll(async () => {
    await startDevice('wasm', WASM_FOLDER);
    tf.unregisterKernel(KERNEL, 'wasm');
    tf.registerKernel({
      kernelName: KERNEL,
      backendName: 'wasm',
      kernelFunc: ({ attrs }) => tf.zeros((attrs as unknown as { filterShape: number[] }).filterShape),
    });
  });

  it('is passed over by the policy, which takes the next and says why', async () => {
    const report = await startDevice('auto', WASM_FOLDER);
    expect(report.backend).toBe('cpu');
    expect(report.candidates.find(({ backend }) => backend === 'wasm')?.why).toMatch(/differs by 100\.0 %/);
  });

  it('is refused with its figures when the user asks for it', async () => {
    await expect(startDevice('wasm', WASM_FOLDER)).rejects.toMatchObject({ code: 'gpu/wrong-results' });
  });
});
