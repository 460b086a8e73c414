/** Which ways a run's matrix products take is measured once a device, kept, and fixed for a run and its resumption. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { Device } from '../../src/engine/device/device.ts';
import { gpuKernels } from '../../src/engine/device/gpu-kernels.ts';
import { forgetMeasured, listMeasured, writeMeasured } from '../../src/engine/device/measured-kernels.ts';
import { isHalved } from '../../src/kernels/halved.ts';
import { gpuOf, watchDispatches } from '../../src/kernels/webgpu/gpu.ts';
import { choiceOf } from '../../src/kernels/webgpu/linear/variants.ts';
import type { Backend } from '../../src/protocol/device.ts';
import type { RunEvent } from '../../src/protocol/events.ts';
import { useBackend } from '../support/backends.ts';
import { openSession, tinyRecipe, train } from '../support/session.ts';
import { newDisk } from '../support/networks/frozen.ts';

beforeAll(() => useBackend('webgpu'));

/** Less than a tile of channels: few ways, which a software adapter compiles soon. */
const layers = [{ batch: 2, size: 5, channels: 12, outChannels: 12, side: 1 }];

function deviceOf(backend: Backend, suitable: boolean): Device {
  const found = { backend, available: true, suitable, name: 'a GPU', why: '' };
  return new Device(
    { backend, label: 'WebGPU · a GPU', why: '', chosenBy: 'user', candidates: [found] },
    null,
  );
}

const taken = () => choiceOf(gpuOf(tf.backend()));

it('a graphics card’s are measured once; a run that goes on takes what it began with', async () => {
  const { store } = await newDisk();
  const asked = {
    device: deviceOf('webgpu', true),
    recipe: { gpuKernels: 'auto' } as const,
    platform: { openStore: () => store },
    kernels: 'Mien',
    before: null,
    layers,
  };
  const events: RunEvent[] = [];
  const take = async (changes: Partial<Parameters<typeof gpuKernels>[0]> = {}) =>
    (await gpuKernels({ ...asked, ...changes }))((event) => events.push(event));
  const first = await take();
  expect(taken()).toEqual(first?.ways);
  // Another choice is put where it was kept: who reads it does not measure.
  const kept = { 'forward, 1x1, small': 'direct 4x8' };
  const { platform } = asked;
  const [measured] = await listMeasured(platform);
  expect(measured).toMatchObject({ device: 'WebGPU · a GPU', ways: first?.ways });
  await writeMeasured(platform, first?.on ?? '', { ...measured!, ways: kept });
  expect(await take()).toEqual({ on: first?.on, ways: kept });
  // What names a way that is none any more is measured anew.
  await writeMeasured(platform, first?.on ?? '', {
    ...measured!,
    ways: { 'forward, 1x1, small': 'direct 1x1' },
  });
  expect(await listMeasured(platform)).toEqual([]);
  await take();
  expect(await listMeasured(platform)).toHaveLength(1);
  await writeMeasured(platform, first?.on ?? '', { ...measured!, ways: kept });
  const begun = { on: first?.on ?? '', ways: { 'inputGrad, 1x1, small': 'direct 4x8' } };
  const before = { backend: 'webgpu', kernels: ['Mien'], gpuKernels: begun } as const;
  expect(await take({ before })).toEqual(begun);
  expect(taken()).toEqual(begun.ways);
  expect(await take({ before: { ...before, backend: 'wasm', gpuKernels: null } })).toMatchObject({
    ways: kept,
  });
  // So does a run of a recipe that was opened from another run's record.
  expect(await take({ recipe: { gpuKernels: begun } })).toEqual(begun);
  expect(events).toEqual([]);
  expect(await take({ recipe: { gpuKernels: { ...begun, on: 'another' } } })).toMatchObject({ ways: kept });
  expect(events).toMatchObject([{ kind: 'notice', notice: { code: 'gpu/kernels-of-elsewhere' } }]);
  expect(await take({ device: deviceOf('wasm', true), before })).toBeNull();
  await forgetMeasured(platform);
  expect(await listMeasured(platform)).toEqual([]);
});

it.each([
  ['another device or browser, or by programs of ours that are others now', { on: 'another' }, 'Mien'],
  ['this device, by another version of Mien', null, 'an earlier one'],
  ['a version that did not note it', undefined, 'Mien'],
])('begun on %s, a run says that last digits may differ', async (_where, begun, kernels) => {
  const asked = {
    device: deviceOf('webgpu', false),
    recipe: { gpuKernels: 'auto' } as const,
    platform: { openStore: () => null },
    kernels: 'Mien',
    layers,
  };
  const here = await (await gpuKernels({ ...asked, before: null }))(() => undefined);
  const gpu = begun === undefined ? undefined : { on: here?.on ?? '', ways: {}, ...begun };
  const before = { backend: 'webgpu', kernels: [kernels], ...(gpu && { gpuKernels: gpu }) } as const;
  const events: RunEvent[] = [];
  await (
    await gpuKernels({ ...asked, before })
  )((event) => events.push(event));
  expect(events).toMatchObject([{ kind: 'notice', notice: { code: 'gpu/other-kernels' } }]);
  expect(JSON.stringify(events)).toContain('last digits may differ');
});

it('a device that cannot be measured computes by the table, and says so', async () => {
  const events: RunEvent[] = [];
  // No device holds such a layer.
  const take = await gpuKernels({
    device: deviceOf('webgpu', true),
    recipe: { gpuKernels: 'auto' },
    platform: { openStore: () => null },
    kernels: 'Mien',
    before: null,
    layers: [{ batch: 1, size: 40_000, channels: 12, outChannels: 12, side: 1 }],
  });
  expect((await take((event) => events.push(event)))?.ways).toEqual({});
  expect(events).toMatchObject([{ kind: 'notice', notice: { code: 'gpu/kernels-not-measured' } }]);
});

it('a software adapter takes the table’s, as a recipe can wish it everywhere', async () => {
  const nowhere = { openStore: () => null };
  for (const [suitable, wish] of [
    [false, 'auto'],
    [true, 'table'],
  ] as const) {
    const asked = {
      device: deviceOf('webgpu', suitable),
      recipe: { gpuKernels: wish },
      platform: nowhere,
      kernels: 'Mien',
      before: null,
      layers,
    };
    expect((await (await gpuKernels(asked))(() => undefined))?.ways).toEqual({});
    expect(taken()).toEqual({});
  }
});

it('a run’s record has what it took, and that it stored activations as halves', async () => {
  const recipe = await tinyRecipe({
    phases: [{ name: 'fineTune', epochs: 1, learningRate: 0.001, unfreeze: 3 }],
    gpuActivations: 'float16',
  });
  let halved = 0;
  const stop = watchDispatches(({ bindings }) => {
    // Row numbers and labels are whole numbers too, of fewer axes.
    halved += bindings.filter(({ tensor }) => isHalved(tensor) && tensor.shape.length === 4).length;
  });
  const { result, events } = await train(await openSession('webgpu'), recipe);
  stop();
  expect(halved).toBeGreaterThan(0);
  expect(result.gpuKernels).toMatchObject({ ways: {} });
  expect(result.gpuKernels?.on).not.toBe('');
  expect(result.kernels).toEqual([expect.stringMatching(/, activations as halves$/u)]);
  expect(events.filter(({ kind }) => kind === 'notice')).toEqual([]);
});
