/** One forward and backward pass of a small MobileNetV2's tail, by Mien's program and by tfjs' own autodiff. */
import * as tf from '@tensorflow/tfjs';
import { mobilenetv2 } from '../../../src/models/backbones/mobilenetv2.ts';
import { graphOf } from '../../../src/models/graph.ts';
import { withHead } from '../../../src/models/head.ts';
import { cutOutputOf, FROZEN } from '../../../src/frozen/cut.ts';
import { Parameters, weightName } from '../../../src/models/program/parameters.ts';
import { compile } from '../../../src/models/program/program.ts';
import { PLAIN_LOSS, softmaxCrossEntropy } from '../../../src/training/loss.ts';
import { inferencePass, trainingPass } from '../../../src/models/program/pass.ts';

const CLASSES = 5;
const SIZE = 32;

/** A MobileNetV2 0.35 with weights, averages and BatchNorm parameters that are all different from their start. */
export function smallModel(): { model: tf.LayersModel; backboneLayers: number } {
  const base = mobilenetv2.build({ size: SIZE, options: { alpha: 0.35 }, seed: 1 });
  const model = withHead(base, { classes: CLASSES, dropout: 0, hidden: [], seed: 2 });
  let seed = 10;
  for (const layer of model.layers) {
    if (layer.getClassName() !== 'BatchNormalization') continue;
    const [gamma, beta, mean, variance] = layer.getWeights();
    if (!gamma || !beta || !mean || !variance) throw new TypeError(`${layer.name} has four weights`);
    const draw = (low: number, high: number) => tf.randomUniform(gamma.shape, low, high, 'float32', seed++);
    tf.tidy(() => {
      layer.setWeights([draw(0.5, 1.5), draw(-0.2, 0.4), draw(-0.1, 0.1), draw(0.5, 1.5)]);
    });
  }
  return { model, backboneLayers: base.layers.length };
}

/** A batch of inputs and labels that are the same on every backend. */
export function smallBatch(batch = 3): { x: tf.Tensor4D; labels: tf.Tensor1D } {
  return {
    x: tf.randomUniform([batch, SIZE, SIZE, 3], -1, 1, 'float32', 7),
    labels: tf.tensor1d(
      Array.from({ length: batch }, (_, index) => (index * 2) % CLASSES),
      'int32',
    ),
  };
}

/** Values by weight name, and the loss. */
export interface Gradients {
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** By Mien's program, from the input through the frozen part. */
export async function programGradients(
  model: tf.LayersModel,
  backboneLayers: number,
  unfreeze: number,
  batchNorm: 'inference' | 'batch',
): Promise<Gradients> {
  const graph = graphOf(model);
  const first = backboneLayers - unfreeze;
  const cutOutput = cutOutputOf(graph, first);
  const parameters = new Parameters(model);
  const prefix = compile(graph, 0, cutOutput, FROZEN);
  const tail = compile(graph, cutOutput, graph.nodes.length - 2, {
    isTrainable: (layer) => layer >= first,
    batchNorm,
  });
  const { x, labels } = smallBatch();
  const outcome = tf.tidy(() => {
    const features = prefix.forward(x, inferencePass(parameters));
    const step = trainingPass(parameters);
    const logits = tail.forward(features, step) as tf.Tensor2D;
    const { sums, dLogits } = softmaxCrossEntropy(logits, labels, PLAIN_LOSS);
    tail.backward(dLogits, step);
    return { loss: sums, ...Object.fromEntries([...step.gradients, ...step.moved]) };
  });
  const result = await read(outcome, labels.size);
  prefix.dispose();
  tail.dispose();
  parameters.dispose();
  tf.dispose([x, labels]);
  return result;
}

/** By tfjs' autodiff over `model.apply`, which runs BatchNorm on its averages (`inference`) or the batch. */
export async function autodiffGradients(
  model: tf.LayersModel,
  backboneLayers: number,
  unfreeze: number,
): Promise<Gradients> {
  const { x, labels } = smallBatch();
  const variables = new Map<string, tf.Variable>();
  model.layers.slice(backboneLayers - unfreeze).forEach((layer) => {
    for (const weight of layer.trainableWeights) {
      variables.set(`${layer.name}/${weightName(weight)}`, (weight as unknown as { val: tf.Variable }).val);
    }
  });
  const outcome = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() => {
      const probabilities = model.apply(x, { training: false }) as tf.Tensor2D;
      const picked = tf.sum(tf.mul(tf.oneHot(labels, CLASSES), probabilities), 1);
      return tf.neg<tf.Scalar>(tf.mean(tf.log(picked)));
    }, [...variables.values()]);
    const loss = tf.stack([tf.mul(value, labels.size), tf.scalar(0)]);
    return {
      loss,
      ...Object.fromEntries([...variables].map(([name, variable]) => [name, grads[variable.name]!])),
    };
  });
  const result = await read(outcome, labels.size);
  tf.dispose([x, labels]);
  return result;
}

async function read(outcome: Record<string, tf.Tensor>, batch: number): Promise<Gradients> {
  const gradients = new Map<string, Float32Array>();
  let loss = NaN;
  for (const [name, tensor] of Object.entries(outcome)) {
    const values = (await tensor.data()) as Float32Array;
    if (name === 'loss') loss = (values[0] ?? NaN) / batch;
    else gradients.set(name, Float32Array.from(values));
    tensor.dispose();
  }
  return { loss, gradients };
}

/** Largest difference over the largest value of the expected array. */
export function relativeError(actual: Float32Array, expected: Float32Array): number {
  let difference = 0;
  let scale = 0;
  expected.forEach((value, index) => {
    difference = Math.max(difference, Math.abs(value - (actual[index] ?? NaN)));
    scale = Math.max(scale, Math.abs(value));
  });
  return Number.isNaN(difference) ? Infinity : difference / Math.max(scale, 1e-12);
}
