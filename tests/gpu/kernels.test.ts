/** WebGPU (Dawn, whatever adapter there is) against the cpu backend: gradients, Mien's kernels, a whole run. */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../support/backends.ts';
import { CASES, convolutionGradients, describeCase, randomCases } from '../support/networks/kernel-cases.ts';
import { linearKernels, ownKernels } from '../support/networks/own-kernels.ts';
import { openSession, tinyRecipe, train } from '../support/session.ts';
import { shows } from '../support/shows.ts';
import {
  autodiffGradients,
  programGradients,
  relativeError,
  smallModel,
} from '../support/networks/tail-gradients.ts';

describe('WebGPU gradients agree with cpu within 1e-5', () => {
  it.each(CASES.map((test) => [describeCase(test), test] as const))('%s', async (_name, test) => {
    await useBackend('cpu');
    const [dx, dw] = await convolutionGradients(test);
    await useBackend('webgpu');
    const [gpuDx, gpuDw] = await convolutionGradients(test);
    expect(relativeError(gpuDx, dx)).toBeLessThan(1e-5);
    expect(relativeError(gpuDw, dw)).toBeLessThan(1e-5);
  });
});

describe('linear layers by Mien’s programs agree with cpu within 1e-5', () => {
  it.each(randomCases(8, 1).map((test) => [JSON.stringify(test), test] as const))(
    '%s',
    async (_name, test) => {
      await useBackend('cpu');
      const expected = await linearKernels(test);
      await useBackend('webgpu');
      const actual = await linearKernels(test);
      for (const [name, values] of expected) {
        expect(relativeError(actual.get(name) ?? new Float32Array(), values), name).toBeLessThan(1e-5);
      }
    },
  );
});

it('Mien’s own kernels agree on WebGPU and cpu within 1e-5', async () => {
  await useBackend('cpu');
  const expected = await ownKernels();
  await useBackend('webgpu');
  const actual = await ownKernels();
  for (const [name, values] of expected) {
    expect(relativeError(actual.get(name) ?? new Float32Array(), values), name).toBeLessThan(1e-5);
  }
  shows('device webgpu has kernels that agree with cpu');
});

describe('the last layers of MobileNetV2 on WebGPU', () => {
  beforeAll(() => useBackend('cpu'));

  it('have the loss and gradients that autodiff finds on cpu, within 1e-3', async () => {
    const reference = smallModel();
    const expected = await autodiffGradients(reference.model, reference.backboneLayers, 12);
    reference.model.dispose();
    await useBackend('webgpu');
    const { model, backboneLayers } = smallModel();
    const actual = await programGradients(model, backboneLayers, 12, 'inference');
    model.dispose();
    expect(actual.loss).toBeCloseTo(expected.loss, 4);
    for (const [name, gradient] of expected.gradients) {
      expect(relativeError(actual.gradients.get(name) ?? new Float32Array(), gradient), name).toBeLessThan(
        1e-3,
      );
    }
    shows('device webgpu has gradients that agree with automatic ones');
  });
});

it('a whole run on WebGPU gives the figures that wasm gives, within 1e-3', async () => {
  const recipe = await tinyRecipe({
    phases: [
      { name: 'head', epochs: 1, learningRate: 0.001 },
      { name: 'fineTune', epochs: 1, learningRate: 0.0003, unfreeze: 4, batchNorm: 'batch' },
    ],
  });
  const { result: expected } = await train(await openSession('wasm'), recipe);
  const { result: actual } = await train(await openSession('webgpu'), recipe);
  expect(actual.device.backend).toBe('webgpu');
  actual.history.forEach((line, index) => {
    const other = expected.history[index];
    expect(Math.abs(line.loss - (other?.loss ?? NaN))).toBeLessThan(1e-3);
    expect(Math.abs((line.valLoss ?? NaN) - (other?.valLoss ?? NaN))).toBeLessThan(1e-3);
  });
  expect(actual.history).toHaveLength(2);
  shows('device webgpu carries out runs');
});
