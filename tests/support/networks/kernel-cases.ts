/** Convolution gradients on random shapes, as one backend computes them. */
import * as tf from '@tensorflow/tfjs';
import { keyedRandom } from '../../../src/lib/random.ts';

export interface ConvolutionCase {
  readonly kind: 'conv' | 'depthwise';
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly filter: readonly [number, number];
  readonly stride: number;
  readonly pad: 'same' | 'valid';
}

/** Shapes as MobileNetV2, EfficientNet and VGG have them, small, and odd ones. */
export const CASES: readonly ConvolutionCase[] = [
  {
    kind: 'conv',
    batch: 3,
    height: 5,
    width: 5,
    channels: 7,
    outChannels: 11,
    filter: [1, 1],
    stride: 1,
    pad: 'same',
  },
  {
    kind: 'conv',
    batch: 2,
    height: 6,
    width: 5,
    channels: 4,
    outChannels: 3,
    filter: [1, 1],
    stride: 2,
    pad: 'valid',
  },
  {
    kind: 'conv',
    batch: 2,
    height: 7,
    width: 9,
    channels: 3,
    outChannels: 8,
    filter: [3, 3],
    stride: 2,
    pad: 'same',
  },
  {
    kind: 'conv',
    batch: 2,
    height: 8,
    width: 8,
    channels: 5,
    outChannels: 6,
    filter: [3, 3],
    stride: 1,
    pad: 'same',
  },
  {
    kind: 'conv',
    batch: 1,
    height: 9,
    width: 6,
    channels: 2,
    outChannels: 4,
    filter: [3, 2],
    stride: 2,
    pad: 'valid',
  },
  {
    kind: 'depthwise',
    batch: 3,
    height: 6,
    width: 6,
    channels: 9,
    outChannels: 9,
    filter: [3, 3],
    stride: 1,
    pad: 'same',
  },
  {
    kind: 'depthwise',
    batch: 2,
    height: 7,
    width: 7,
    channels: 5,
    outChannels: 5,
    filter: [3, 3],
    stride: 2,
    pad: 'valid',
  },
  {
    kind: 'depthwise',
    batch: 2,
    height: 8,
    width: 5,
    channels: 4,
    outChannels: 4,
    filter: [5, 5],
    stride: 2,
    pad: 'same',
  },
  {
    kind: 'depthwise',
    batch: 1,
    height: 4,
    width: 4,
    channels: 6,
    outChannels: 6,
    filter: [5, 5],
    stride: 1,
    pad: 'same',
  },
];

export function describeCase({ kind, filter, stride, pad, height, width }: ConvolutionCase): string {
  return `${kind} ${filter.join('x')} stride ${stride.toString()} ${pad} on ${height.toString()}x${width.toString()}`;
}

/** Gradients of `sum(conv(x, w) * weight)` by autodiff, which calls the backend's gradient kernels: `[dx, dw]`. */
export async function convolutionGradients(test: ConvolutionCase): Promise<[Float32Array, Float32Array]> {
  const { kind, batch, height, width, channels, outChannels, filter, stride, pad } = test;
  const [dx, dw] = tf.tidy(() => {
    const x = tf.randomUniform<tf.Rank.R4>([batch, height, width, channels], -1, 1, 'float32', 1);
    const w = tf.randomUniform<tf.Rank.R4>(
      [...filter, channels, kind === 'conv' ? outChannels : 1] as [number, number, number, number],
      -1,
      1,
      'float32',
      2,
    );
    const run = (input: tf.Tensor4D, weights: tf.Tensor4D): tf.Tensor4D =>
      kind === 'conv'
        ? tf.conv2d(input, weights, stride, pad)
        : tf.depthwiseConv2d(input, weights, stride, pad);
    const dy = tf.randomUniform(run(x, w).shape, -1, 1, 'float32', 3);
    const gradients = tf.grads((input, weights) => run(input as tf.Tensor4D, weights as tf.Tensor4D));
    return gradients([x, w], dy) as [tf.Tensor, tf.Tensor];
  });
  const values: [Float32Array, Float32Array] = [
    Float32Array.from(await dx.data()),
    Float32Array.from(await dw.data()),
  ];
  tf.dispose([dx, dw]);
  return values;
}

/** Convolutions with any sizes, odd ones among them, that a seed draws. */
export function randomCases(count: number, seed: number): ConvolutionCase[] {
  const random = keyedRandom(seed, 'kernel cases');
  const whole = (low: number, high: number): number => Math.floor(random.uniform(low, high + 1));
  return Array.from({ length: count }, (_, index) => {
    const kind = index % 3 === 2 ? 'depthwise' : 'conv';
    const channels = random.bernoulli(0.6) ? 4 * whole(1, 9) : whole(1, 19);
    const [height, width] = [whole(4, 9), whole(4, 9)];
    return {
      kind,
      batch: whole(1, 5),
      height,
      width,
      channels,
      outChannels: kind === 'depthwise' ? channels : random.bernoulli(0.6) ? 4 * whole(1, 9) : whole(1, 19),
      filter: random.bernoulli(0.3) ? [1, 1] : [whole(1, 4), whole(1, 4)],
      stride: whole(1, 2),
      pad: random.bernoulli(0.5) ? 'same' : 'valid',
    } as const;
  });
}
