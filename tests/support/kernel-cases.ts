/** Convolution gradients on random shapes, as one backend computes them. */
import * as tf from '@tensorflow/tfjs';

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

/** Mien's own kernels on fixed inputs, each output by name. */
export async function ownKernels(): Promise<Map<string, Float32Array>> {
  const outputs = tf.tidy(() => {
    const draw = (seed: number, low = -2, high = 8): tf.Tensor =>
      tf.randomUniform([4, 3, 5, 7], low, high, 'float32', seed);
    const run = (
      name: string,
      inputs: Record<string, tf.Tensor>,
      attrs: tf.NamedAttrMap,
    ): tf.Tensor | tf.Tensor[] => tf.engine().runKernel(name, inputs, attrs);
    return {
      relu: run(
        'MienActivationGrad',
        { dy: draw(1), y: tf.relu(draw(2)) },
        { activation: 'relu' },
      ) as tf.Tensor,
      relu6: run(
        'MienActivationGrad',
        { dy: draw(1), y: tf.relu6(draw(2)) },
        { activation: 'relu6' },
      ) as tf.Tensor,
      sum: run('MienChannelSum', { x: draw(3) }, {}) as tf.Tensor,
      dot: run('MienChannelDot', { x: draw(3), y: draw(4) }, {}) as tf.Tensor,
      pool: run(
        'MienGlobalPoolGrad',
        { dy: tf.randomUniform([3, 7], -1, 1, 'float32', 8) },
        { height: 2, width: 5 },
      ) as tf.Tensor,
      ...updates('MienAdam', ['m', 'v'], {
        rate: 0.01,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-7,
        decay: 0.001,
      }),
      ...updates('MienSgd', [], { rate: 0.01, momentum: 0, nesterov: false }),
      ...updates('MienSgd', ['momenta'], { rate: 0.01, momentum: 0.9, nesterov: false }),
      ...updates('MienSgd', ['momenta'], { rate: 0.01, momentum: 0.9, nesterov: true }),
    };
  });
  const values = new Map<string, Float32Array>();
  for (const [name, tensor] of Object.entries(outputs)) {
    values.set(name, Float32Array.from(await tensor.data()));
    tensor.dispose();
  }
  return values;
}

/** One update of three weights of several sizes, each output by name. */
function updates(
  kernel: string,
  slots: readonly string[],
  attrs: tf.NamedAttrMap,
): Record<string, tf.Tensor> {
  const shapes = [[3, 3, 5, 7], [11], [257, 4]];
  const list = (seed: number, low: number): tf.Tensor[] =>
    shapes.map((shape, index) => tf.randomUniform(shape, low, 1, 'float32', seed + index));
  const inputs = {
    values: list(10, -1),
    gradients: list(20, -1),
    // What is squared is never below zero.
    ...Object.fromEntries(slots.map((slot, index) => [slot, list(30 + 10 * index, slot === 'v' ? 0 : -1)])),
  };
  const outputs = tf.engine().runKernel<tf.Tensor[]>(kernel, inputs as unknown as tf.NamedTensorMap, attrs);
  return Object.fromEntries(
    outputs.map((output, index) => [`${kernel} ${JSON.stringify(attrs)} ${index.toString()}`, output]),
  );
}
