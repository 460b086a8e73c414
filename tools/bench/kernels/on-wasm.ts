/**
 * Owns what is measured on the wasm backend, one thread: each of Mien's kernels against the shortest way to the same in
 * tfjs' own operations, or where tfjs has none against the same loop in JavaScript.
 */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { activate } from '../../../src/engine/device/activate.ts';
import { compositeUpdates } from '../../../src/kernels/composite/updates.ts';
import {
  depthwiseFilterGrad,
  depthwiseInputGrad,
  plainLoops,
  type DepthwiseShape,
} from '../../../src/kernels/host/loops.ts';
import { WASM_FOLDER } from '../../train/backends.ts';
import {
  describe,
  filled,
  flopsOf,
  runKernel,
  tensorsOf,
  type ConvolutionShape,
  type KernelCase,
} from './kernel-case.ts';

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

const depthwise = (batch: number, size: number, channels: number, stride: number): ConvolutionShape => ({
  kind: 'depthwise',
  batch,
  size,
  channels,
  outChannels: channels,
  side: 3,
  stride,
});

/** As in the last blocks of MobileNetV2 1.0 and of VGG16, at 224. */
const CONVOLUTIONS = [conv(8, 14, 96, 576, 1), conv(8, 7, 960, 160, 1), conv(2, 14, 512, 512, 3)];
const DEPTHWISE = [depthwise(8, 7, 960, 1), depthwise(8, 14, 576, 2)];

type Kernel = NonNullable<tf.KernelConfig['kernelFunc']>;

/** Starts the backend and makes the cases; tfjs' own kernels are taken before ours stand in their place. */
export async function wasmCases(): Promise<readonly KernelCase[]> {
  setWasmPaths(WASM_FOLDER);
  await tf.setBackend('wasm');
  const { kernelFunc } = tf.getKernel('Conv2DBackpropInput', 'wasm');
  await activate('wasm');
  return [
    ...CONVOLUTIONS.flatMap((shape) => convolutionCases(shape, kernelFunc)),
    ...DEPTHWISE.flatMap(depthwiseCases),
    ...loopCases(),
    ...updateCases(),
  ];
}

const tidily = (compute: () => tf.TensorContainer) => (): void => {
  tf.dispose(tf.tidy(compute));
};

function convolutionCases(shape: ConvolutionShape, stockInputGrad: Kernel): KernelCase[] {
  const { x, dy, filter, strides, pad, bytes } = tensorsOf(shape);
  const common = { what: describe(shape), flops: flopsOf(shape), bytes };
  const attrs = { strides, pad, dataFormat: 'NHWC', filterShape: filter.shape, inputShape: x.shape };
  const rows = (of: tf.Tensor): tf.Tensor2D => tf.reshape(of, [-1, of.shape.at(-1) ?? 1]);
  const asMatrix = shape.side === 1;
  const stock = (): tf.TensorContainer =>
    stockInputGrad({ inputs: { dy, filter }, attrs: attrs, backend: tf.backend() }) as never;
  return [
    {
      ...common,
      what: `filter gradient, ${common.what}`,
      against: asMatrix ? 'tfjs matMul, transposed' : 'tfjs forward, for its speed',
      ours: tidily(() => runKernel('Conv2DBackpropFilter', { x, dy }, attrs)),
      theirs: tidily(() =>
        asMatrix ? tf.matMul(rows(x), rows(dy), true) : tf.conv2d(x, filter, strides, pad),
      ),
    },
    {
      ...common,
      what: `input gradient, ${common.what}`,
      against: 'tfjs Conv2DBackpropInput',
      ours: tidily(() => runKernel('Conv2DBackpropInput', { dy, filter }, attrs)),
      theirs: () => {
        tf.dispose(tf.engine().makeTensorFromTensorInfo(stock() as unknown as tf.TensorInfo));
      },
    },
  ];
}

function depthwiseCases(shape: ConvolutionShape): KernelCase[] {
  const { x, dy, filter, strides, pad, bytes } = tensorsOf(shape);
  const common = { flops: flopsOf(shape), bytes, against: 'the loop in JavaScript' };
  const attrs = { strides, pad, dilations: [1, 1], filterShape: filter.shape, inputShape: x.shape };
  const info = tf.backend_util.computeConv2DInfo(x.shape, filter.shape, strides, 1, pad, undefined, true);
  const plain: DepthwiseShape = {
    ...info,
    batch: info.batchSize,
    channels: info.inChannels,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
  const [xs, dys, weights] = [x, dy, filter].map((tensor) => tensor.dataSync<'float32'>().slice());
  const [dx, dw] = [new Float32Array(x.size), new Float32Array(filter.size)];
  return [
    {
      ...common,
      what: `filter gradient, ${describe(shape)}`,
      ours: tidily(() => runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, attrs)),
      theirs: () => depthwiseFilterGrad(plainLoops, xs!, dys!, plain, dw),
    },
    {
      ...common,
      what: `input gradient, ${describe(shape)}`,
      ours: tidily(() => runKernel('DepthwiseConv2dNativeBackpropInput', { dy, filter }, attrs)),
      theirs: () => depthwiseInputGrad(plainLoops, dys!, weights!, plain, dx),
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
      ours: tidily(() => runKernel('MienChannelSum', { x }, {})),
      theirs: tidily(() => tf.sum(flat(x), 0)),
    },
    {
      what: `channel dot ${onShape}`,
      against: 'tfjs mul, sum',
      bytes: 2 * size,
      ours: tidily(() => runKernel('MienChannelDot', { x, y }, {})),
      theirs: tidily(() => tf.sum(flat(tf.mul(x, y)), 0)),
    },
    {
      what: `ReLU6 gradient ${onShape}`,
      against: 'tfjs step, mul',
      bytes: 3 * size,
      ours: tidily(() => runKernel('MienActivationGrad', { dy: x, y }, { activation: 'relu6' })),
      theirs: tidily(() => tf.mul(x, tf.mul(tf.step(y), tf.step(tf.sub(6, y))))),
    },
    {
      what: `dropout ${onShape}`,
      against: 'tfjs dropout',
      bytes: 2 * size,
      ours: tidily(() =>
        runKernel('MienDropout', { x }, { rate: 0.2, seed: 1, purpose: 'dropout', numbers: [1, 2, 3] }),
      ),
      theirs: tidily(() => tf.dropout(x, 0.2)),
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
