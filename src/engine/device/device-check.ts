/**
 * A device is believed only after a check: one small training step, forward and backward, on the device and on cpu.
 * There are devices that compute something else without a word, such as phone GPUs whose gradients are all zero.
 */
import * as tf from '@tensorflow/tfjs';
import { graphOf } from '../../models/graph.ts';
import { Parameters } from '../../models/program/parameters.ts';
import { compile } from '../../models/program/program.ts';
import type { Backend } from '../../protocol/device.ts';
import { StudioError } from '../../protocol/errors.ts';
import { PLAIN_LOSS, softmaxCrossEntropy } from '../../training/loss.ts';
import { trainingPass } from '../../models/program/pass.ts';
import { activate } from './activate.ts';

/** Largest difference allowed, relative to the largest value of the same array on cpu. */
const TOLERANCE = 1e-2;
const CLASSES = 4;
const SIZE = 12;
const BATCH = 4;

type Values = ReadonlyMap<string, Float32Array>;

/**
 * Compares the current backend with cpu; leaves the current backend as it is.
 *
 * @throws StudioError `gpu/wrong-results` with the first array that differs and by how much
 */
export async function checkDevice(backend: Backend): Promise<void> {
  if (backend === 'cpu') return;
  const actual = await stepValues();
  await activate('cpu');
  const expected = await stepValues();
  await activate(backend);
  for (const [name, values] of expected) {
    const difference = relativeDifference(actual.get(name) ?? new Float32Array(), values);
    if (!(difference <= TOLERANCE)) throw wrongResults(backend, name, difference);
  }
}

/** Loss and all gradients of a network with each kind of layer that is trained, on fixed numbers. */
async function stepValues(): Promise<Values> {
  const model = tinyModel();
  const parameters = new Parameters(model);
  try {
    return await valuesOf(stepOf(model, parameters));
  } finally {
    parameters.dispose();
    model.dispose();
  }
}

/** Loss and gradients by name; the caller disposes them. */
function stepOf(model: tf.LayersModel, parameters: Parameters): Record<string, tf.Tensor> {
  const graph = graphOf(model);
  const program = compile(graph, 0, graph.nodes.length - 1, {
    isTrainable: () => true,
    batchNorm: 'inference',
  });
  try {
    return tf.tidy(() => {
      const pass = trainingPass(parameters);
      const x = tf.randomUniform([BATCH, SIZE, SIZE, 3], -1, 1, 'float32', 1);
      const labels = tf.tensor1d([0, 1, 2, 3], 'int32');
      const logits = program.forward(x, pass) as tf.Tensor2D;
      const { sums, dLogits } = softmaxCrossEntropy(logits, labels, PLAIN_LOSS);
      program.backward(dLogits, pass);
      return { loss: tf.slice(sums, 0, 1), ...Object.fromEntries(pass.gradients) };
    });
  } finally {
    program.dispose();
  }
}

async function valuesOf(tensors: Readonly<Record<string, tf.Tensor>>): Promise<Values> {
  try {
    const read = Object.entries(tensors).map(
      async ([name, tensor]) => [name, Float32Array.from(await tensor.data())] as const,
    );
    return new Map(await Promise.all(read));
  } finally {
    tf.dispose(tensors);
  }
}

/** A strided and a 1x1 convolution, a depthwise one, BatchNorms, ReLU6, pooling and a dense layer. */
function tinyModel(): tf.LayersModel {
  const input = tf.input({ shape: [SIZE, SIZE, 3] });
  const shared = { padding: 'same', useBias: false } as const;
  const kernel = (seed: number) => tf.initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed });
  const layers = [
    tf.layers.conv2d({ ...shared, filters: 8, kernelSize: 3, strides: 2, kernelInitializer: kernel(1) }),
    tf.layers.batchNormalization(),
    tf.layers.reLU({ maxValue: 6 }),
    tf.layers.depthwiseConv2d({ ...shared, kernelSize: 3, depthwiseInitializer: kernel(2) }),
    tf.layers.batchNormalization(),
    tf.layers.reLU({ maxValue: 6 }),
    tf.layers.conv2d({ ...shared, filters: 8, kernelSize: 1, kernelInitializer: kernel(3) }),
    tf.layers.globalAveragePooling2d({}),
    tf.layers.dense({ units: CLASSES, kernelInitializer: kernel(4) }),
  ];
  const output = layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
  return named(tf.model({ inputs: input, outputs: output }));
}

/** tfjs numbers layers through the life of the page; two models that are compared must have the same names. */
function named(model: tf.LayersModel): tf.LayersModel {
  model.layers.forEach((layer, index) => {
    layer.name = `layer_${index.toString()}`;
  });
  return model;
}

function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  let difference = 0;
  let scale = 0;
  expected.forEach((value, index) => {
    difference = Math.max(difference, Math.abs(value - (actual[index] ?? Infinity)));
    scale = Math.max(scale, Math.abs(value));
    if (Number.isNaN(actual[index] ?? NaN)) difference = Infinity;
  });
  return difference / Math.max(scale, 1e-6);
}

function wrongResults(backend: Backend, name: string, difference: number): StudioError {
  const what = name === 'loss' ? 'the loss' : `the gradient of ${name}`;
  const by = Number.isFinite(difference) ? `${(difference * 100).toFixed(1)} %` : 'more than any number';
  return new StudioError({
    code: 'gpu/wrong-results',
    message: `A test step on ${backend} was expected to agree with cpu within ${(TOLERANCE * 100).toString()} %; ${what} differs by ${by}.`,
    hint: 'This device or its driver computes wrongly. Choose another device in the device line, or update the driver.',
  });
}
