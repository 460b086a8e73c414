/**
 * Owns what is measured of BatchNorm, folds, pooling, activations and the loss on the wasm backend, one thread, against the
 * same composed of tfjs' operations, or tfjs' own kernel where it has one.
 */
import * as tf from '@tensorflow/tfjs';
import { fold, linearGrads } from '../../../src/kernels/composite/linear.ts';
import { softmaxLoss } from '../../../src/kernels/composite/loss.ts';
import { moments, norm, normGrads, normInputGrad } from '../../../src/kernels/composite/norm.ts';
import { runMien } from '../../../src/models/program/run-kernel.ts';
import { filled, runKernel, tidily, type KernelCase } from './kernel-case.ts';

type Kernel = NonNullable<tf.KernelConfig['kernelFunc']>;
/** tfjs' own kernels by their names, as they were before ours stood in their place. */
export type Stock = (kernelName: string) => Kernel;

/** Runs one of tfjs' kernels that has been replaced. */
export const runStock = (kernel: Kernel, inputs: object, attrs: object): tf.Tensor => {
  const call = { inputs: inputs as tf.NamedTensorInfoMap, attrs: attrs as tf.NamedAttrMap };
  return tf.engine().makeTensorFromTensorInfo(kernel({ ...call, backend: tf.backend() }) as tf.TensorInfo);
};

const VALUE_BYTES = 4;

/** All of them. */
export function normCases(stock: Stock): KernelCase[] {
  return [...batchNormCases(), ...foldCases(), ...poolCases(stock), ...activationCases(stock), lossCase()];
}

/** As in a block of MobileNetV2 1.0 at 224. */
const ROWS = [8, 14, 14, 576];

function batchNormCases(): KernelCase[] {
  const [x, dy] = [filled(ROWS), filled(ROWS)];
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map(() => filled([576])) as [
    ...[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
  ];
  const bytes = VALUE_BYTES * x.size;
  const averages = { mean, variance };
  const moving = { x, movingMean: mean, movingVariance: variance };
  const back = { dy, x, ...averages };
  const input = { ...back, gamma, dGamma: beta, dBeta: gamma };
  const [epsilon, momentum] = [1e-3, 0.99];
  const made = { x, gamma, beta, ...averages };
  const of = (what: string): Pick<KernelCase, 'what' | 'against'> => ({
    what: `${what} of ${ROWS.join('x')}`,
    against: 'tfjs’ operations',
  });
  return [
    {
      ...of('mean and variance'),
      bytes,
      ours: tidily(() => runMien('MienMoments', moving, { momentum })),
      theirs: tidily(() => moments(moving, { momentum })),
    },
    {
      ...of('BatchNorm'),
      bytes: 2 * bytes,
      ours: tidily(() => runMien('MienNorm', made, { epsilon })),
      theirs: tidily(() => norm(made, { epsilon })),
    },
    {
      ...of('gradients of gamma and beta'),
      bytes: 2 * bytes,
      ours: tidily(() => runMien('MienNormGrads', back, { epsilon })),
      theirs: tidily(() => normGrads(back, { epsilon })),
    },
    {
      ...of('input gradient of BatchNorm'),
      bytes: 3 * bytes,
      ours: tidily(() => runMien('MienNormInputGrad', input, { epsilon })),
      theirs: tidily(() => normInputGrad(input, { epsilon })),
    },
  ];
}

/** A filter of MobileNetV2's last blocks; the gradients on so few positions that the filter's own hardly counts. */
function foldCases(): KernelCase[] {
  const [channels, outChannels] = [960, 320];
  const filter = filled([1, 1, channels, outChannels]);
  const vector = (): tf.Tensor => filled([outChannels]);
  const norms = { gamma: vector(), mean: vector(), variance: vector() };
  const [x, dz] = [filled([1, 1, 1, channels]), filled([1, 1, 1, outChannels])];
  const bytes = VALUE_BYTES * filter.size;
  const inputs = { filter, ...norms, beta: vector() };
  const attrs = { kind: 'conv' as const, epsilon: 1e-3 };
  const layer = { ...attrs, strides: [1, 1] as const, pad: 'valid' as const };
  const given = { x, dz, filter, ...norms };
  const what = `1x1x${channels}x${outChannels}`;
  const against = 'tfjs’ operations';
  return [
    {
      ...{ what: `fold of ${what}`, against, bytes: 2 * bytes },
      ours: tidily(() => runMien('MienFold', inputs, attrs)),
      theirs: tidily(() => fold({ ...inputs, bias: undefined }, attrs)),
    },
    {
      ...{ what: `gradients through a fold of ${what}, one position`, against, bytes: 5 * bytes },
      ours: tidily(() => runMien('MienLinearGrads', given, layer)),
      theirs: tidily(() => linearGrads({ ...given, bias: undefined }, layer)),
    },
  ];
}

/** As VGG16 has it, and as ResNets begin. */
function poolCases(stock: Stock): KernelCase[] {
  return [
    { shape: [2, 56, 56, 256], filterSize: [2, 2], strides: [2, 2], pad: 'valid' as const },
    { shape: [2, 112, 112, 64], filterSize: [3, 3], strides: [2, 2], pad: 'same' as const },
  ].flatMap(({ shape, ...attrs }) => {
    const input = filled(shape);
    const output = runKernel('MaxPool', { x: input }, attrs) as tf.Tensor;
    const dy = filled(output.shape);
    const bytes = VALUE_BYTES * (input.size + output.size);
    const what = `${attrs.filterSize.join('x')} of ${shape.join('x')}, stride 2`;
    return [
      {
        ...{ what: `max pool ${what}`, against: 'tfjs', bytes },
        ours: tidily(() => runKernel('MaxPool', { x: input }, attrs)),
        theirs: tidily(() => runStock(stock('MaxPool'), { x: input }, attrs)),
      },
      {
        ...{ what: `gradient of max pool ${what}`, against: 'tfjs', bytes: 2 * bytes },
        ours: tidily(() => runKernel('MaxPoolGrad', { dy, input, output }, attrs)),
        theirs: tidily(() => runStock(stock('MaxPoolGrad'), { dy, input, output }, attrs)),
      },
    ];
  });
}

function activationCases(stock: Stock): KernelCase[] {
  const x = filled(ROWS);
  return ['Sigmoid', 'Relu6'].map((name) => ({
    ...{ what: `${name} of ${ROWS.join('x')}`, against: 'tfjs', bytes: 2 * VALUE_BYTES * x.size },
    ours: tidily(() => runKernel(name, { x }, {})),
    theirs: tidily(() => runStock(stock(name), { x }, {})),
  }));
}

function lossCase(): KernelCase {
  const [pictures, classes] = [32, 8];
  const logits = filled([pictures, classes]);
  const labels = tf.zeros([pictures], 'int32');
  return {
    what: `loss and its gradient of ${pictures}x${classes}`,
    against: 'tfjs’ operations',
    bytes: 2 * VALUE_BYTES * logits.size,
    ours: tidily(() => runMien('MienSoftmaxLoss', { logits, labels }, { labelSmoothing: 0 })),
    theirs: tidily(() => softmaxLoss({ logits, labels, weights: undefined }, { labelSmoothing: 0 })),
  };
}
