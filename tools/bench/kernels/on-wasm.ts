/**
 * Owns what is measured on the wasm backend, one thread: each of Mien's kernels against the shortest way to the same in
 * tfjs' own operations, or where tfjs has none against its pass forward, which takes as many.
 */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { activate } from '../../../src/engine/device/activate.ts';
import { compositeUpdates } from '../../../src/kernels/composite/updates.ts';
import { runMien } from '../../../src/models/program/run-kernel.ts';
import { invariant } from '../../../src/protocol/errors.ts';
import { WASM_FOLDER } from '../../train/backends.ts';
import {
  describe,
  filled,
  flopsOf,
  runKernel,
  tensorsOf,
  tidily,
  type ConvolutionShape,
  type KernelCase,
} from './kernel-case.ts';
import { normCases, runStock, type Stock } from './norms-on-wasm.ts';

const conv = (
  batch: number,
  size: number,
  channels: number,
  outChannels: number,
  side: number,
): ConvolutionShape => ({
  kind: 'conv',
  batch,
  size,
  channels,
  outChannels,
  side,
  stride: 1,
});

const depthwise = (
  batch: number,
  size: number,
  channels: number,
  stride: number,
  side = 3,
): ConvolutionShape => ({
  kind: 'depthwise',
  batch,
  size,
  channels,
  outChannels: channels,
  side,
  stride,
});

/** As in the last blocks of MobileNetV2 1.0 and of VGG16, at 224, and in MobileNetV2's first one, of the fewest channels. */
const CONVOLUTIONS = [
  conv(8, 14, 96, 576, 1),
  conv(8, 7, 960, 160, 1),
  conv(2, 14, 512, 512, 3),
  conv(1, 112, 16, 96, 1),
];
/** As all through MobileNetV2, and EfficientNetB2's 5x5. */
const DEPTHWISE = [
  depthwise(8, 7, 960, 1),
  depthwise(8, 14, 576, 2),
  depthwise(1, 56, 144, 1),
  depthwise(1, 112, 32, 1),
  depthwise(1, 112, 96, 2),
  depthwise(4, 14, 720, 1, 5),
  depthwise(1, 28, 288, 2, 5),
];

/** Starts the backend and makes the cases; tfjs' own kernels are taken before ours stand in their place. */
export async function wasmCases(): Promise<readonly KernelCase[]> {
  setWasmPaths(WASM_FOLDER);
  await tf.setBackend('wasm');
  const kernels = new Map(tf.getKernelsForBackend('wasm').map((each) => [each.kernelName, each.kernelFunc]));
  await activate('wasm');
  return casesOf((name) => {
    const kernel = kernels.get(name);
    invariant(kernel !== undefined, `tfjs has a ${name}`);
    return kernel;
  });
}

/** The cases, on the wasm backend as it is started. */
export function casesOf(stock: Stock): readonly KernelCase[] {
  return [
    ...[...CONVOLUTIONS, ...DEPTHWISE].flatMap((shape) => convolutionCases(shape, stock)),
    ...loopCases(),
    ...normCases(stock),
    ...swishCases(),
    ...updateCases(),
  ];
}

function convolutionCases(shape: ConvolutionShape, stock: Stock): KernelCase[] {
  const { x, dy, filter, strides, pad, bytes } = tensorsOf(shape);
  const common = { flops: flopsOf(shape), bytes };
  const bias = tf.zeros<tf.Rank.R1>([shape.outChannels]);
  const activation = 'relu6' as const;
  const isConv = shape.kind === 'conv';
  const attrs = { kind: shape.kind, strides, pad };
  const gradients = { ...attrs, inputShape: x.shape, activation: 'linear' as const, epsilon: 0 };
  const fused = { x, filter, strides, pad, bias, activation };
  const stockForward = tidily(() => (isConv ? tf.fused.conv2d(fused) : tf.fused.depthwiseConv2d(fused)));
  const stockAttrs = { strides, pad, dataFormat: 'NHWC', inputShape: x.shape };
  const stockInput = tidily(() => runStock(stock('Conv2DBackpropInput'), { dy, filter }, stockAttrs));
  const forItsSpeed = 'tfjs forward, for its speed';
  return [
    {
      ...common,
      what: `forward with ReLU6, ${describe(shape)}`,
      against: 'tfjs, fused',
      ours: tidily(() => runMien('MienLinear', { x, filter, bias }, { ...attrs, activation })),
      theirs: stockForward,
    },
    {
      ...common,
      what: `filter and bias gradient, ${describe(shape)}`,
      against: forItsSpeed,
      ours: tidily(() => runMien('MienLinearGrads', { x, dz: dy, filter }, gradients)),
      theirs: stockForward,
    },
    {
      ...common,
      what: `input gradient, ${describe(shape)}`,
      against: isConv ? 'tfjs Conv2DBackpropInput' : forItsSpeed,
      ours: tidily(() => runMien('MienLinearInputGrad', { dz: dy, filter }, gradients)),
      theirs: isConv ? stockInput : stockForward,
    },
  ];
}

/** Loops that do little with each value, so that reading it is what takes the time. */
function loopCases(): KernelCase[] {
  const shape = [8, 14, 14, 576];
  const [x, y] = [filled(shape), filled(shape)];
  const size = x.size * 4;
  const onShape = `of ${shape.join('x')}`;
  const flat = (of: tf.Tensor): tf.Tensor => tf.reshape(of, [-1, 576]);
  return [
    {
      what: `channel sum ${onShape}`,
      against: 'tfjs sum',
      bytes: size,
      ours: tidily(() => runMien('MienChannelSum', { x }, {})),
      theirs: tidily(() => tf.sum(flat(x), 0)),
    },
    {
      what: `channel dot ${onShape}`,
      against: 'tfjs mul, sum',
      bytes: 2 * size,
      ours: tidily(() => runMien('MienChannelDot', { x, y }, {})),
      theirs: tidily(() => tf.sum(flat(tf.mul(x, y)), 0)),
    },
    {
      what: `ReLU6 gradient ${onShape}`,
      against: 'tfjs step, mul',
      bytes: 3 * size,
      ours: tidily(() => runMien('MienActivationGrad', { dy: x, y }, { activation: 'relu6' })),
      theirs: tidily(() => tf.mul(x, tf.mul(tf.step(y), tf.step(tf.sub(6, y))))),
    },
    {
      what: `dropout ${onShape}`,
      against: 'tfjs dropout',
      bytes: 2 * size,
      ours: tidily(() =>
        runMien(
          'MienDropout',
          { x },
          { rate: 0.2, valuesPerDraw: 1, seed: 1, purpose: 'dropout', numbers: [1, 2, 3] },
        ),
      ),
      theirs: tidily(() => tf.dropout(x, 0.2)),
    },
  ];
}

/** Loops that compute as long as they read. */
function swishCases(): KernelCase[] {
  const shape = [8, 14, 14, 576];
  const [x, y] = [filled(shape), filled(shape)];
  const size = x.size * 4;
  const onShape = `of ${shape.join('x')}`;
  return [
    {
      what: `swish ${onShape}`,
      against: 'tfjs sigmoid, mul',
      bytes: 2 * size,
      ours: tidily(() => runMien('MienSwish', { x }, {})),
      theirs: tidily(() => tf.mul(x, tf.sigmoid(x))),
    },
    {
      what: `swish gradient ${onShape}`,
      against: 'tfjs sigmoid, mul, add',
      bytes: 3 * size,
      ours: tidily(() => runMien('MienSwishGrad', { dy: y, x }, {})),
      theirs: tidily(() => {
        const gate = tf.sigmoid(x);
        return tf.mul(y, tf.add(gate, tf.mul(tf.mul(x, gate), tf.sub(1, gate))));
      }),
    },
  ];
}

/** A million weights: four numbers of each are read, three are written. */
function updateCases(): KernelCase[] {
  const list = (): tf.Tensor[] => [filled([1024, 1024])];
  const inputs = { values: list(), gradients: list(), m: list(), v: list() };
  const attrs = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 };
  return [
    {
      what: 'Adam on 1024x1024 weights',
      against: 'tfjs, 10 operations',
      bytes: 7 * 4 * 2 ** 20,
      ours: tidily(() => runKernel('MienAdam', inputs, attrs)),
      theirs: tidily(() => compositeUpdates.MienAdam(inputs, attrs)),
    },
  ];
}
