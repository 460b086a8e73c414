/** The kernels that Mien gives the wasm backend, against the cpu backend's own and against autodiff's formulas. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { plainLoops } from '../../../src/kernels/host/loops.ts';
import { wasmMemory } from '../../../src/kernels/wasm/memory.ts';
import { useBackend } from '../../support/backends.ts';
import { CASES, convolutionGradients, describeCase } from '../../support/networks/kernel-cases.ts';
import { linearKernels, ownKernels } from '../../support/networks/own-kernels.ts';
import { shows } from '../../support/shows.ts';
import { relativeError } from '../../support/networks/tail-gradients.ts';

describe('wasm gradients agree with cpu within 1e-5', () => {
  it.each(CASES.map((test) => [describeCase(test), test] as const))('%s', async (_name, test) => {
    await useBackend('cpu');
    const [dx, dw] = await convolutionGradients(test);
    await useBackend('wasm');
    const before = tf.memory().numTensors;
    const [wasmDx, wasmDw] = await convolutionGradients(test);
    expect(relativeError(wasmDx, dx)).toBeLessThan(1e-5);
    expect(relativeError(wasmDw, dw)).toBeLessThan(1e-5);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('linear layers by Mien’s kernels agree on wasm and cpu within 1e-5', async () => {
  for (const test of CASES) {
    await useBackend('cpu');
    const expected = await linearKernels(test);
    await useBackend('wasm');
    const actual = await linearKernels(test);
    for (const [name, values] of expected) {
      const error = relativeError(actual.get(name) ?? new Float32Array(), values);
      expect(error, `${JSON.stringify(test)} ${name}`).toBeLessThan(1e-5);
    }
  }
});

it('Mien’s own kernels agree on wasm and cpu within 1e-6', async () => {
  await useBackend('cpu');
  const expected = await ownKernels();
  await useBackend('wasm');
  const actual = await ownKernels();
  for (const [name, values] of expected) {
    expect(relativeError(actual.get(name) ?? new Float32Array(), values), name).toBeLessThan(1e-6);
  }
  shows('device wasm has kernels that agree with cpu');
});

it('runs its loops on SIMD, over the backend’s own memory', async () => {
  await useBackend('wasm');
  expect(wasmMemory(tf.backend()).loops).not.toBe(plainLoops);
});
