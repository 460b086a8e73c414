/** Kernels on several threads in one shared memory: the same bits as on one, whatever their number. */
import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { expect, it } from 'vitest';
import { planViews } from '../../src/data/augmentations/plan-views.ts';
import { startDevice } from '../../src/engine/device/device.ts';
import {
  convolve,
  filterGradient,
  inputGradient,
  UNBOUNDED,
  type ConvInfo,
} from '../../src/kernels/wasm/convolutions.ts';
import { memoryOf } from '../../src/kernels/wasm/module.ts';
import { useSimd } from '../../src/kernels/wasm/threads.ts';
import { GENERATION, sharedTask } from '../../src/kernels/wasm/task.ts';
import { keyedRandom } from '../../src/lib/random.ts';
import { meanAndDeviation } from '../../src/models/backbones/backbone.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { wasmInNode } from '../../tools/train/backends.ts';
import { viewsByKernel } from '../support/networks/views.ts';

/** Large enough to be shared: 1x1, 3x3 and depthwise, at two strides, with a ragged number of channels. */
const SHAPES = [
  { x: [2, 13, 13, 50], filter: [1, 1, 50, 70], stride: 1, isDepthwise: false },
  { x: [1, 19, 17, 3], filter: [3, 3, 3, 130], stride: 1, isDepthwise: false },
  { x: [1, 15, 15, 24], filter: [3, 3, 24, 40], stride: 2, isDepthwise: false },
  { x: [2, 21, 20, 24], filter: [3, 3, 24, 40], stride: 1, isDepthwise: false },
  { x: [2, 28, 28, 100], filter: [3, 3, 100, 1], stride: 1, isDepthwise: true },
  { x: [2, 29, 29, 200], filter: [5, 5, 200, 1], stride: 2, isDepthwise: true },
] as const;

const bitsOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
  createHash('sha256')
    .update(Buffer.from(buffer, byteOffset, byteLength))
    .digest('hex');

/** Bits of what a kernel puts out. */
type Run = (name: string, inputs: tf.NamedTensorMap, attrs?: object) => string;

/** Loops over a number of values that no vector divides, and over rows of as many channels. */
function loops(): string[] {
  return tf.tidy(() => {
    const x = tf.sin(tf.range(0, 300_001));
    const dy = tf.cos(x);
    const run: Run = (name, inputs, attrs = {}) =>
      [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attrs as tf.NamedAttrMap)]
        .flat()
        .map((each) => bitsOf(each.dataSync()))
        .join();
    return [
      run('MienSwish', { x }),
      run('MienSwishGrad', { x, dy }),
      run('Sigmoid', { x }),
      run('Relu6', { x }),
      run('MienActivationGrad', { y: x, dy }, { activation: 'relu6' }),
      ...rows(x, run),
    ];
  });
}

/** What goes over rows of channels, and Adam. */
function rows(values: tf.Tensor, run: Run): string[] {
  const x = tf.slice(values, 0, 4 * 15 * 19 * 201).reshape([4, 15, 19, 201]);
  const [gate, dy] = [tf.slice(x, 0, [4, 1, 1, 201]), tf.cos(tf.range(0, 4 * 201)).reshape([4, 201])];
  const adam = tf
    .engine()
    .runKernel<tf.Tensor[]>(
      'MienAdam',
      { values: [x], gradients: [tf.cos(x)], m: [x], v: [tf.square(x)] } as unknown as tf.NamedTensorMap,
      { rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0.1 },
    );
  return [
    run('MienChannelSum', { x }),
    run('MienChannelDot', { x, y: tf.cos(x) }),
    run('MienGateGrad', { x, dy: tf.cos(x) }),
    run('MienGlobalPool', { x }),
    run('MienGlobalPoolGrad', { dy }, { height: 15, width: 19, activation: 'linear' }),
    run('Sum', { x }, { axis: [1, 2], keepDims: true }),
    run('Multiply', { a: x, b: gate }),
    run('Multiply', { a: x, b: tf.cos(x) }),
    run('Add', { a: x, b: tf.cos(x) }),
    ...adam.map((each) => bitsOf(each.dataSync())),
    ...norms(x, run),
    ...pools(x, run),
  ];
}

/** BatchNorm by the batch, folded, and back through both. */
function norms(x: tf.Tensor, run: Run): string[] {
  const dy = tf.cos(x);
  const [gamma, beta, mean] = [1, 2, 3].map((seed) => tf.cos(tf.range(seed, 201 + seed))) as [
    ...[tf.Tensor, tf.Tensor, tf.Tensor],
  ];
  const variance = tf.add(tf.square(mean), 0.1);
  const averages = { mean, variance };
  const attrs = { epsilon: 1e-3 };
  const filter = tf.sin(tf.range(0, 201 * 201)).reshape([1, 1, 201, 201]);
  const layer = { kind: 'conv', strides: [1, 1], pad: 'same', ...attrs };
  return [
    run('MienMoments', { x, movingMean: mean, movingVariance: variance }, { momentum: 0.99 }),
    run('MienNorm', { x, gamma, beta, ...averages }, attrs),
    run('MienNormGrads', { dy, x, ...averages }, attrs),
    run('MienNormInputGrad', { dy, x, gamma, ...averages, dGamma: beta, dBeta: mean }, attrs),
    run('MienFold', { filter, gamma, beta, ...averages }, layer),
    run('MienLinearGrads', { x, dz: dy, filter, gamma, ...averages }, layer),
  ];
}

/** Windows that overlap, and the gradients of such as lie across two parts. */
function pools(x: tf.Tensor, run: Run): string[] {
  return [2, 3].flatMap((side) => {
    const attrs = { filterSize: [side, side], strides: [2, 2], pad: 'same' };
    const output: tf.Tensor = tf.engine().runKernel('MaxPool', { x }, attrs);
    return [
      run('MaxPool', { x }, attrs),
      run('MaxPoolGrad', { dy: tf.cos(output), input: x, output }, attrs),
    ];
  });
}

/** All that is computed of all shapes, one after another. */
function compute(wasm: BackendWasm): string[] {
  const convolutions = SHAPES.flatMap(({ x, filter, stride, isDepthwise }) => {
    type Shape = [number, number, number, number];
    const { computeConv2DInfo } = tf.backend_util;
    const known = computeConv2DInfo([...x], [...filter], stride, 1, 'same', undefined, isDepthwise);
    const info: ConvInfo = { ...known, isDepthwise };
    const made = (shape: Shape): tf.TensorInfo => {
      const tensor = wasm.makeOutput(shape, 'float32');
      wasm.typedArrayFromHeap(tensor).forEach((_, at, values) => (values[at] = Math.sin(at * 12.9898)));
      return tensor;
    };
    const [input, weights, dy] = [made([...x]), made([...filter]), made(info.outShape)];
    return [
      convolve(wasm, { x: input, filter: weights }, info, UNBOUNDED),
      inputGradient(wasm, { dy, filter: weights }, info),
      filterGradient(wasm, { x: input, dy }, info),
    ].map((tensor) => bitsOf(wasm.typedArrayFromHeap(tensor)));
  });
  return [...convolutions, ...loops(), ...views()];
}

/** Of pictures with an odd side: as they are, moved, and with all that is done to them. */
function views(): string[] {
  const [count, size] = [3, 101];
  const random = keyedRandom(1, 'views');
  const bytes = Uint8Array.from({ length: count * size * size * 3 }, () => random.uniform(0, 256));
  const moved = { views: 1, horizontalFlip: true, rotationDegrees: 40, zoom: 0.3 };
  return [{ views: 1 }, moved, { ...moved, contrast: 0.5, pose: 0.1, occlusion: 1 }].map((augmentation) => {
    const plan = planViews(augmentation, { seed: 1, rows: [0, 1, 2], view: 0, size });
    return bitsOf(viewsByKernel(plan, bytes, size, meanAndDeviation));
  });
}

it.each(['plain', 'relaxed'] as const)('has the same bits on 1, 2 and 8 threads, %s SIMD', async (simd) => {
  const platform = createPlatform();
  const { report } = await startDevice('wasm', { platform, wasm: wasmInNode(8) });
  expect(report.label).toBe('wasm · 8 threads');
  const backend: unknown = tf.backend();
  const wasm = backend as BackendWasm;
  await useSimd(wasm, simd, platform);
  const shared = sharedTask(wasm);
  const all = shared.threads;
  const computed = [1, 2, 8].map((count) => {
    shared.threads = count;
    const before = generationOf(wasm);
    const values = compute(wasm);
    return { values, shared: generationOf(wasm) - before };
  });
  shared.threads = all;
  expect(computed.map(({ values }) => values)).toEqual(computed.map(() => computed[0]?.values));
  // Most of these were shared: the threads' count of generations has moved.
  expect(computed[0]?.shared).toBe(0);
  for (const { shared: count } of computed.slice(1)) expect(count).toBeGreaterThan(20);
});

function generationOf(wasm: BackendWasm): number {
  return new Int32Array(memoryOf(wasm).buffer, sharedTask(wasm).address)[GENERATION] ?? 0;
}
