/** What a run's record says it was computed on, however often it was broken off and where it went on. */
import { expect, it } from 'vitest';
import { arithmeticAfter, type ComputedBefore } from '../../../src/engine/device/arithmetic.ts';
import type { Backend, DeviceReport } from '../../../src/protocol/device.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import type { Simd } from '../../../src/protocol/recipe/recipe.ts';
import { computedText } from '../../../src/protocol/runs/computed.ts';

interface Now {
  readonly backend?: Backend;
  readonly label?: string;
  readonly simd?: Simd | null;
  readonly kernels?: string;
  readonly halves?: boolean;
  readonly on?: string;
}

/** One tab after another. */
function noted(...tabs: readonly Now[]): readonly string[] {
  let before: ComputedBefore | null = null;
  for (const tab of tabs) {
    const { backend = 'wasm', label = 'wasm · 2 threads', kernels = 'one', halves = false, on } = tab;
    const simd = backend === 'wasm' ? (tab.simd ?? 'plain') : null;
    const device: DeviceReport = { backend, label, why: '', chosenBy: 'policy', candidates: [] };
    const gpuKernels = on === undefined ? null : { on, ways: { 'forward, 1x1, small': 'direct 4x8' } };
    const now = { device: { report: device }, simd, kernels, halves, gpuKernels };
    before = { backend, gpuKernels, ...arithmeticAfter(before, now) };
  }
  return before?.computedOn ?? [];
}

const gpu = { backend: 'webgpu', label: 'WebGPU · A', on: 'here' } as const;

it.each([
  ['one device', [{}], 'wasm · 2 threads'],
  ['as many threads as there were last', [{}, { label: 'wasm · 4 threads' }], 'wasm · 4 threads'],
  [
    'relaxed SIMD, then plain',
    [{ simd: 'relaxed' }, {}, {}],
    'wasm · 2 threads with relaxed SIMD, then wasm · 2 threads with plain SIMD',
  ],
  [
    'other kernels, and no others after',
    [{}, { kernels: 'two' }, { kernels: 'two' }],
    'wasm · 2 threads, then wasm · 2 threads by other kernels',
  ],
  [
    'a GPU whose ways were measured, then wasm',
    [{ ...gpu, halves: true, kernels: 'one, activations as halves' }, {}],
    'WebGPU · A, matrix products as measured, activations as halves, then wasm · 2 threads',
  ],
  [
    'the same GPU in another browser',
    [gpu, { ...gpu, on: 'elsewhere' }],
    'WebGPU · A, matrix products as measured, then WebGPU · A, matrix products as measured by other kernels',
  ],
] as const)('notes %s', (_what, tabs: readonly Now[], text) => {
  expect(noted(...tabs).join(', then ')).toBe(text);
});

it('of a run that an earlier version kept says what is known', () => {
  const device = { backend: 'cpu', label: 'cpu' } as RunResult['device'];
  expect(computedText({ device })).toBe('cpu');
  expect(computedText({ device, simd: ['relaxed'] })).toBe('wasm with relaxed SIMD, then cpu');
  const wasm = { backend: 'wasm', label: 'wasm · one thread' } as RunResult['device'];
  expect(computedText({ device: wasm, simd: ['plain'] })).toBe('wasm · one thread');
});
