/**
 * Owns what is measured on WebGPU: Mien's programs against tfjs' own on the same backend. Software adapters rank neither
 * as a GPU would; what holds there as well is how many programs each needs.
 */
import * as tf from '@tensorflow/tfjs';
import { activate } from '../../../src/engine/device/activate.ts';
import { gpuDone, gpuOf } from '../../../src/kernels/webgpu/gpu.ts';
import {
  classOf,
  OPERATIONS,
  takeChoice,
  tabledVariant,
  variantsFor,
  type Operation,
} from '../../../src/kernels/webgpu/linear/variants.ts';
import { shapeOf } from '../../../src/kernels/webgpu/shape.ts';
import type { Run } from './duel.ts';
import {
  describe,
  flopsOf,
  runKernel,
  tensorsOf,
  type ConvolutionShape,
  type KernelCase,
} from './kernel-case.ts';

const SHAPES: readonly ConvolutionShape[] = [
  { kind: 'conv', batch: 2, size: 14, channels: 96, outChannels: 576, side: 1, stride: 1 },
  { kind: 'conv', batch: 2, size: 14, channels: 64, outChannels: 64, side: 3, stride: 1 },
  { kind: 'depthwise', batch: 2, size: 14, channels: 576, outChannels: 576, side: 3, stride: 1 },
];

/** What tfjs calls the gradients by filter and by input. */
const STOCK = {
  conv: ['Conv2DBackpropFilter', 'Conv2DBackpropInput'],
  depthwise: ['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput'],
} as const;

/** Starts the backend and makes the cases; the process must have an adapter. */
export async function webGpuCases(): Promise<readonly KernelCase[]> {
  await activate('webgpu');
  return SHAPES.flatMap(casesOf);
}

/** Runs it and waits for the device. */
const done =
  (compute: () => tf.TensorContainer): Run =>
  async () => {
    tf.dispose(tf.tidy(compute));
    await gpuDone(tf.backend());
  };

function casesOf(shape: ConvolutionShape): KernelCase[] {
  const { x, dy, filter, strides, pad, bytes } = tensorsOf(shape);
  const bias = tf.zeros<tf.Rank.R1>([shape.outChannels]);
  const common = { flops: flopsOf(shape), bytes };
  const attrs = {
    strides,
    pad,
    dataFormat: 'NHWC',
    dilations: [1, 1],
    filterShape: filter.shape,
    inputShape: x.shape,
  };
  const isConv = shape.kind === 'conv';
  const fused = { x, filter, strides, pad, bias, activation: 'relu6' as const };
  const [filterKernel, inputKernel] = STOCK[shape.kind];
  const { forward, filterGrad, inputGrad } = waysOf(shape, { x, dy, filter, bias });
  return [
    {
      ...common,
      what: `forward, ${describe(shape)}`,
      against: 'tfjs, fused',
      ours: done(forward),
      theirs: done(() => (isConv ? tf.fused.conv2d(fused) : tf.fused.depthwiseConv2d(fused))),
    },
    {
      ...common,
      what: `filter and bias gradient, ${describe(shape)}`,
      against: `tfjs ${filterKernel}, sum`,
      ours: done(filterGrad),
      theirs: done(() => [runKernel(filterKernel, { x, dy }, attrs), tf.sum(dy, [0, 1, 2])].flat()),
    },
    {
      ...common,
      what: `input gradient through a ReLU6, ${describe(shape)}`,
      against: `tfjs ${inputKernel}, mask`,
      ours: done(inputGrad),
      theirs: done(() => {
        const dx = runKernel(inputKernel, { dy, filter }, attrs) as tf.Tensor;
        return tf.mul(dx, tf.mul(tf.step(x), tf.step(tf.sub(6, x))));
      }),
    },
    ...(isConv
      ? OPERATIONS.flatMap((operation) =>
          variantCases(shape, operation, { forward, filterGrad, inputGrad }[operation], common),
        )
      : []),
  ];
}

/** Mien's kernels of each operation. */
function waysOf(
  { kind, stride }: ConvolutionShape,
  { x, dy, filter, bias }: Readonly<Record<'x' | 'dy' | 'filter' | 'bias', tf.Tensor>>,
) {
  const linear = { kind, strides: [stride, stride], pad: 'same' };
  return {
    forward: () => runKernel('MienLinear', { x, filter, bias }, { ...linear, activation: 'relu6' }),
    filterGrad: () => runKernel('MienLinearGrads', { x, dz: dy, filter }, { ...linear, epsilon: 0 }),
    inputGrad: () =>
      runKernel(
        'MienLinearInputGrad',
        { dz: dy, filter, x },
        { ...linear, inputShape: x.shape, activation: 'relu6' },
      ),
  };
}

/** Each way that is not the table's, against that. */
function variantCases(
  shape: ConvolutionShape,
  operation: Operation,
  compute: () => tf.TensorContainer,
  common: Pick<KernelCase, 'flops' | 'bytes'>,
): KernelCase[] {
  const { batch, size, channels, outChannels, side, stride } = shape;
  const attrs = { kind: 'conv', strides: [stride, stride], pad: 'same' } as const;
  const sizes = shapeOf([batch, size, size, channels], [side, side, channels, outChannels], attrs);
  const tabled = tabledVariant(operation, sizes);

  return variantsFor(gpuOf(tf.backend()), operation, sizes)
    .filter(({ name }) => name !== tabled)
    .map(({ name }) => ({
      ...common,
      what: `${operation}, ${describe(shape)}: ${name}`,
      against: tabled,
      ours: done(() => {
        const gpu = gpuOf(tf.backend());
        takeChoice(gpu, { [classOf(operation, sizes)]: name });
        try {
          return compute();
        } finally {
          takeChoice(gpu, {});
        }
      }),
      theirs: done(compute),
    }));
}
