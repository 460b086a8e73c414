/** Mien's convolutions on wasm against their definitions in float64, on shapes that a seed draws and at corners. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, expect, it } from 'vitest';
import { useSimd } from '../../src/kernels/wasm/threads.ts';
import { keyedRandom } from '../../src/lib/random.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import type { Simd } from '../../src/protocol/recipe/recipe.ts';
import { offerRelaxedSimd } from '../../tools/train/backends.ts';
import { useBackend } from '../support/backends.ts';
import { CASES, randomCases, type ConvolutionCase } from '../support/networks/kernel-cases.ts';
import { layerSums, outputOf, type Sums } from '../support/networks/reference.ts';

beforeAll(async () => {
  offerRelaxedSimd();
  await useBackend('wasm');
});

/** Computes by one of both modules. */
async function useKernels(simd: Simd): Promise<void> {
  const backend: unknown = tf.backend();
  await useSimd(backend as BackendWasm, simd, createPlatform());
}

type Corner = [
  kind: ConvolutionCase['kind'],
  batch: number,
  height: number,
  width: number,
  channels: number,
  outChannels: number,
  filter: [number, number],
  stride: number,
  pad: ConvolutionCase['pad'],
];

/** Fewer positions than a tile has, blocks of positions, chunks that are not full, one channel, filters beyond the picture. */
const CORNERS: readonly Corner[] = [
  ['conv', 1, 1, 1, 33, 10, [1, 1], 1, 'valid'],
  ['conv', 1, 2, 2, 1, 1, [1, 1], 1, 'valid'],
  ['conv', 1, 1, 3, 9, 17, [1, 1], 1, 'same'],
  ['conv', 1, 29, 31, 64, 8, [1, 1], 1, 'same'],
  ['conv', 2, 23, 17, 3, 16, [3, 3], 2, 'same'],
  ['conv', 1, 13, 11, 16, 24, [3, 3], 2, 'same'],
  ['conv', 1, 2, 2, 8, 8, [5, 5], 1, 'same'],
  // By Winograd: one tile, halves of tiles, more output channels than a chunk has, more tiles than a block.
  ['conv', 1, 1, 1, 16, 16, [3, 3], 1, 'same'],
  ['conv', 2, 5, 7, 18, 21, [3, 3], 1, 'same'],
  ['conv', 1, 8, 3, 16, 16, [3, 3], 1, 'valid'],
  ['conv', 1, 4, 5, 24, 140, [3, 3], 1, 'same'],
  ['conv', 1, 27, 28, 16, 18, [3, 3], 1, 'same'],
  ['conv', 2, 6, 6, 520, 16, [3, 3], 1, 'same'],
  ['depthwise', 1, 1, 1, 8, 8, [3, 3], 1, 'same'],
  ['depthwise', 1, 2, 2, 3, 3, [5, 5], 1, 'same'],
  ['depthwise', 2, 5, 29, 16, 16, [3, 3], 1, 'same'],
  ['depthwise', 1, 9, 33, 37, 37, [3, 3], 2, 'same'],
  ['depthwise', 1, 6, 23, 12, 12, [5, 5], 2, 'valid'],
  ['depthwise', 2, 16, 15, 22, 22, [5, 5], 1, 'same'],
  ['depthwise', 1, 11, 17, 3, 3, [5, 5], 2, 'same'],
  ['depthwise', 3, 14, 14, 100, 100, [3, 3], 1, 'same'],
];

const cases: readonly ConvolutionCase[] = [
  ...CASES,
  ...randomCases(60, 15),
  ...CORNERS.map(([kind, batch, height, width, channels, outChannels, filter, stride, pad]) => ({
    ...{ kind, batch, height, width, channels, outChannels, filter, stride, pad },
  })),
];

/** Values in float32 for one case. */
function valuesOf(test: ConvolutionCase, seed: number) {
  const random = keyedRandom(seed, 'convolutions');
  const draw = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => random.uniform(-1, 1));
  const { kind, batch, height, width, channels, outChannels, filter } = test;
  const { outHeight, outWidth } = outputOf(test);
  const filterShape = [...filter, channels, kind === 'conv' ? outChannels : 1];
  const shapes = {
    x: [batch, height, width, channels],
    filter: filterShape,
    dy: [batch, outHeight, outWidth, outChannels],
  };
  const size = (shape: number[]): number => shape.reduce((product, side) => product * side, 1);
  return {
    shapes,
    x: draw(size(shapes.x)),
    filter: draw(size(filterShape)),
    dy: draw(size(shapes.dy)),
    bias: draw(outChannels),
  };
}

/** The largest error, in roundings of the sum of all terms' magnitudes. */
function roundings(actual: Float32Array, { values, magnitudes }: Sums): number {
  expect(actual).toHaveLength(values.length);
  return actual.reduce((worst, value, at) => {
    const error = Math.abs(value - values[at]!);
    return error === 0 ? worst : Math.max(worst, error / (magnitudes[at]! * 2 ** -24));
  }, 0);
}

const named = cases.map((test) => [JSON.stringify(Object.values(test)), test] as const);

it.each(named)('%s is within the roundings that its sums need, by either SIMD', async (name, test) => {
  const { shapes, bias, ...values } = valuesOf(test, name.length);
  const expected = layerSums(test, values);
  const { kind, stride, pad } = test;
  const attrs = { kind, strides: [stride, stride], pad };
  const channels = bias.length;
  const wanted = expected.forward.values.map((value, at) =>
    Math.min(6, Math.max(0, value + bias[at % channels]!)),
  );
  const terms = test.filter[0] * test.filter[1] * Math.max(test.channels, test.outChannels);
  for (const simd of ['relaxed', 'plain'] as const) {
    await useKernels(simd);
    const before = tf.memory().numTensors;
    const [forward, bounded, inputGrad, filterGrad] = tf.tidy(() => {
      const tensor = (of: 'x' | 'filter' | 'dy'): tf.Tensor => tf.tensor(values[of], shapes[of]);
      const [x, filter, dy] = [tensor('x'), tensor('filter'), tensor('dy')];
      const run = (kernel: string, inputs: tf.NamedTensorMap, more: object): Float32Array => {
        const result = tf.engine().runKernel(kernel, inputs, { ...attrs, ...more });
        return Float32Array.from([result].flat()[0]!.dataSync());
      };
      const inputShape = shapes.x;
      return [
        run('MienLinear', { x, filter }, { activation: 'linear' }),
        run('MienLinear', { x, filter, bias: tf.tensor1d(bias) }, { activation: 'relu6' }),
        run('MienLinearInputGrad', { dz: dy, filter }, { inputShape, activation: 'linear' }),
        run('MienLinearGrads', { x, dz: dy, filter }, { epsilon: 0 }),
      ] as const;
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(roundings(forward, expected.forward)).toBeLessThan(terms + 1);
    expect(roundings(inputGrad, expected.inputGrad)).toBeLessThan(terms + 1);
    expect(roundings(filterGrad, expected.filterGrad)).toBeLessThan(forward.length / test.outChannels + 2);
    expect(Math.max(...bounded.map((value, at) => Math.abs(value - wanted[at]!)))).toBeLessThan(1e-4);
  }
});

it('leaves what is not a number as it is, and only where it is', () => {
  const test = CASES[3]!;
  const { shapes, ...values } = valuesOf(test, 1);
  values.x[0] = NaN;
  const y = tf.tidy(() =>
    tf
      .engine()
      .runKernel<tf.Tensor>(
        'MienLinear',
        { x: tf.tensor(values.x, shapes.x), filter: tf.tensor(values.filter, shapes.filter) },
        { kind: 'conv', strides: [1, 1], pad: 'same', activation: 'relu6' },
      )
      .dataSync<'float32'>(),
  );
  // The first value of a picture of 8 x 8 is under four positions of a filter of 3 x 3, in all of six channels.
  expect(y.filter(Number.isNaN)).toHaveLength(4 * 6);
});

it('has the same bits alone and in a batch', () => {
  for (const [, test] of named.slice(-CORNERS.length)) {
    const { shapes, ...values } = valuesOf({ ...test, batch: 3 }, 5);
    const { kind, stride, pad } = test;
    const attrs = {
      kind,
      strides: [stride, stride],
      pad,
      activation: 'linear',
    } as unknown as tf.NamedAttrMap;
    tf.tidy(() => {
      const x = tf.tensor(values.x, shapes.x);
      const filter = tf.tensor(values.filter, shapes.filter);
      const run = (of: tf.Tensor): Float32Array =>
        tf
          .engine()
          .runKernel<tf.Tensor>('MienLinear', { x: of, filter }, attrs)
          .dataSync<'float32'>()
          .slice();
      const together = run(x);
      const each = [0, 1, 2].map((n) => run(tf.slice(x, [n, 0, 0, 0], [1, -1, -1, -1])));
      expect(each.flatMap((part) => [...part])).toEqual([...together]);
    });
  }
});
