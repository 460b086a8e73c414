/** Mien's own kernels on fixed inputs, as one backend computes them. */
import * as tf from '@tensorflow/tfjs';
import type { ConvolutionCase } from './kernel-cases.ts';

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
      swish: run('MienSwish', { x: draw(14, -20, 20) }, {}) as tf.Tensor,
      swishGrad: run('MienSwishGrad', { dy: draw(1), x: draw(14, -20, 20) }, {}) as tf.Tensor,
      sum: run('MienChannelSum', { x: draw(3) }, {}) as tf.Tensor,
      dot: run('MienChannelDot', { x: draw(3), y: draw(4) }, {}) as tf.Tensor,
      gateGrad: run('MienGateGrad', { x: draw(3), dy: draw(4) }, {}) as tf.Tensor,
      pool: run('MienGlobalPool', { x: draw(9) }, {}) as tf.Tensor,
      poolGrad: run(
        'MienGlobalPoolGrad',
        { dy: tf.randomUniform([3, 7], -1, 1, 'float32', 8) },
        { height: 2, width: 5, activation: 'linear' },
      ) as tf.Tensor,
      poolGradRelu: run(
        'MienGlobalPoolGrad',
        { dy: tf.randomUniform([4, 7], -1, 1, 'float32', 8), x: tf.relu6(draw(2)) },
        { height: 3, width: 5, activation: 'relu6' },
      ) as tf.Tensor,
      ...dropouts(draw(10)),
      accumulate: run('MienAccumulate', { total: draw(1), sums: draw(2) }, {}) as tf.Tensor,
      gatherRows: run(
        'MienGatherRows',
        { kept: draw(13), rows: tf.tensor1d([3, 0], 'int32') },
        {},
      ) as tf.Tensor,
      storeRows: run(
        'MienStoreRows',
        {
          kept: tf.zeros([5, 3, 7]),
          values: tf.randomUniform([2, 3, 7], -1, 1, 'float32', 12),
          rows: tf.tensor1d([4, 1], 'int32'),
        },
        {},
      ) as tf.Tensor,
      ...losses(),
      ...norms(7),
      ...norms(8),
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
  return read(outputs);
}

/** A draw a value, and a draw a picture whose values are, and are not, a multiple of four, each output by name. */
function dropouts(x: tf.Tensor): Record<string, tf.Tensor> {
  const drop = (of: tf.Tensor, valuesPerDraw: number): tf.Tensor =>
    tf.engine().runKernel<tf.Tensor>(
      'MienDropout',
      { x: of },
      {
        rate: 0.3,
        valuesPerDraw,
        seed: 4_000_000_000,
        purpose: 'dropout',
        numbers: [1, 70_000, 3],
      },
    );
  return {
    dropout: drop(x, 1),
    'dropout of odd pictures': drop(x, x.size / 4),
    'dropout of pictures': drop(tf.ones([21, 3, 2, 8]), 48),
  };
}

/** The loss of more pictures than a workgroup has threads, plain and with all settings, each output by name. */
function losses(): Record<string, tf.Tensor> {
  const inputs = {
    logits: tf.randomUniform([70, 5], -4, 4, 'float32', 11),
    labels: tf.tensor1d(
      Array.from({ length: 70 }, (_, row) => (row * 3) % 5),
      'int32',
    ),
  };
  const weights = tf.tensor1d([0.5, 1, 2, 0.25, 1.5]);
  const run = (all: tf.NamedTensorMap, labelSmoothing: number): tf.Tensor[] =>
    tf.engine().runKernel<tf.Tensor[]>('MienSoftmaxLoss', all, { labelSmoothing });
  return {
    ...named('loss', run(inputs, 0)),
    ...named('weighted, smoothed loss', run({ ...inputs, weights }, 0.1)),
  };
}

/** BatchNorm over some channels, on averages and on the batch, each output by name. */
function norms(channels: number): Record<string, tf.Tensor> {
  const rows = (seed: number): tf.Tensor => tf.randomUniform([3, 5, 4, channels], -1, 2, 'float32', seed);
  const vector = (seed: number, low = -1): tf.Tensor => tf.randomUniform([channels], low, 2, 'float32', seed);
  const averages = { mean: vector(1), variance: vector(2, 0.2) };
  const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: tf.NamedAttrMap): tf.Tensor[] =>
    [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attrs)].flat();
  const x = rows(3);
  const gradients = { dy: rows(4), x, ...averages };
  const moving = { movingMean: vector(5), movingVariance: vector(6, 0.2) };
  const epsilon = 1e-3;
  const outputs = {
    norm: run('MienNorm', { x, gamma: vector(7), beta: vector(8), ...averages }, { epsilon }),
    normGrads: run('MienNormGrads', gradients, { epsilon }),
    normInputGrad: run(
      'MienNormInputGrad',
      { ...gradients, gamma: vector(7), dGamma: vector(9), dBeta: vector(10) },
      { epsilon },
    ),
    moments: run('MienMoments', { x, ...moving }, { momentum: 0.9 }),
  };
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, tensors]) =>
      tensors.map((tensor, index) => [`${name} ${channels.toString()} ${index.toString()}`, tensor]),
    ),
  );
}

/** A linear layer with and without BatchNorm by Mien's kernels: forward, fold, all gradients, each by name. */
export async function linearKernels(test: ConvolutionCase): Promise<Map<string, Float32Array>> {
  const { kind, batch, height, width, channels, outChannels, filter: side, stride, pad } = test;
  const outputs = tf.tidy(() => {
    const draw = (shape: number[], seed: number, low = -1): tf.Tensor =>
      tf.randomUniform(shape, low, 1, 'float32', seed);
    const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object): tf.Tensor[] =>
      [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attrs as tf.NamedAttrMap)].flat();
    const attrs = { kind, strides: [stride, stride], pad };
    const x = tf.relu6(tf.mul(draw([batch, height, width, channels], 1), 8));
    const filter = draw([...side, channels, kind === 'conv' ? outChannels : 1], 2);
    const vector = (seed: number, low = -1): tf.Tensor => draw([outChannels], seed, low);
    const norm = { gamma: vector(3), mean: vector(4), variance: vector(5, 0.2) };
    const bias = vector(6);
    const [y] = run('MienLinear', { x, filter, bias }, { ...attrs, activation: 'relu6' });
    const dz = draw(y!.shape, 7);
    return {
      forward: y!,
      plain: run('MienLinear', { x, filter }, { ...attrs, activation: 'linear' })[0]!,
      ...named('fold', run('MienFold', { filter, bias, beta: vector(8), ...norm }, { kind, epsilon: 1e-3 })),
      ...named('grads', run('MienLinearGrads', { x, dz, filter }, { ...attrs, epsilon: 0 })),
      ...named('norm', run('MienLinearGrads', { x, dz, filter, bias, ...norm }, { ...attrs, epsilon: 1e-3 })),
      inputGrad: run(
        'MienLinearInputGrad',
        { dz, filter, x },
        { ...attrs, inputShape: x.shape, activation: 'relu6' },
      )[0]!,
    };
  });
  return read(outputs);
}

const named = (name: string, tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> =>
  Object.fromEntries(tensors.map((tensor, index) => [`${name} ${index.toString()}`, tensor]));

/** Reads and frees. */
async function read(outputs: Readonly<Record<string, tf.Tensor>>): Promise<Map<string, Float32Array>> {
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
