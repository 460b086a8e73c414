/**
 * Every setting of every layer class that Mien takes, changed to something else: either the program computes what
 * tfjs computes then, or the layer is refused by the setting's name and value. A setting that tfjs adds fails here
 * until it is listed.
 */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { graphOf } from '../../../src/models/graph.ts';
import { Parameters } from '../../../src/models/program/parameters.ts';
import { compile } from '../../../src/models/program/program.ts';
import { StudioError } from '../../../src/protocol/errors.ts';
import { inferencePass } from '../../../src/models/program/pass.ts';
import { useBackend } from '../../support/backends.ts';
import { relativeError } from '../../support/networks/tail-gradients.ts';

type Settings = Record<string, unknown>;

interface LayerCase {
  readonly make: (settings: never) => tf.layers.Layer;
  readonly base: Settings;
  /** Of one picture. */
  readonly input: readonly number[];
  /** How often the layer reads its input; once when left out. */
  readonly reads?: number;
  /** Settings that the program goes by, or that change no number; each with another value. */
  readonly carried: Settings;
  readonly refused: Settings;
}

const regularizer = { className: 'L1L2', config: { l1: 0, l2: 0.5 } };
const constraint = { className: 'NonNeg', config: {} };
const ones = { className: 'Ones', config: {} };

const variable = (name: string): Pick<LayerCase, 'carried' | 'refused'> => ({
  carried: { [`${name}Initializer`]: ones },
  refused: { [`${name}Regularizer`]: regularizer, [`${name}Constraint`]: constraint },
});

const bias = variable('bias');
const weighted = {
  carried: { ...bias.carried, activation: 'swish', useBias: false },
  refused: { ...bias.refused, activityRegularizer: regularizer },
};
const convolution = {
  base: { kernelSize: 3 },
  input: [7, 6, 3],
  carried: { ...weighted.carried, kernelSize: [2, 3], strides: [2, 2], padding: 'same' },
  refused: { ...weighted.refused, dilationRate: [2, 2], dataFormat: 'channelsFirst' },
};
const kernel = variable('kernel');
const depthwise = variable('depthwise');
const beta = variable('beta');
const gamma = variable('gamma');

const CASES: Readonly<Record<string, LayerCase>> = {
  Conv2D: {
    ...convolution,
    make: tf.layers.conv2d,
    base: { ...convolution.base, filters: 4 },
    carried: { ...convolution.carried, ...kernel.carried, filters: 5 },
    refused: { ...convolution.refused, ...kernel.refused },
  },
  DepthwiseConv2D: {
    ...convolution,
    make: tf.layers.depthwiseConv2d,
    carried: { ...convolution.carried, ...depthwise.carried },
    refused: { ...convolution.refused, ...depthwise.refused, depthMultiplier: 2 },
  },
  Dense: {
    make: tf.layers.dense,
    base: { units: 4 },
    input: [6],
    carried: { ...weighted.carried, ...kernel.carried, units: 3 },
    refused: { ...weighted.refused, ...kernel.refused },
  },
  BatchNormalization: {
    make: tf.layers.batchNormalization,
    base: {},
    input: [4, 5, 3],
    carried: {
      ...beta.carried,
      ...gamma.carried,
      axis: 3,
      momentum: 0.5,
      epsilon: 0.25,
      movingMeanInitializer: ones,
      movingVarianceInitializer: ones,
    },
    refused: { ...beta.refused, ...gamma.refused, center: false, scale: false },
  },
  ReLU: { make: tf.layers.reLU, base: {}, input: [4, 5, 3], carried: { maxValue: 6 }, refused: {} },
  Activation: {
    make: tf.layers.activation,
    base: { activation: 'relu' },
    input: [4, 5, 3],
    carried: { activation: 'sigmoid' },
    refused: {},
  },
  ZeroPadding2D: {
    make: tf.layers.zeroPadding2d,
    base: {},
    input: [4, 5, 3],
    carried: {
      padding: [
        [0, 1],
        [2, 3],
      ],
    },
    refused: { dataFormat: 'channelsFirst' },
  },
  Add: { make: tf.layers.add, base: {}, input: [4, 5, 3], reads: 3, carried: {}, refused: {} },
  Multiply: { make: tf.layers.multiply, base: {}, input: [4, 5, 3], reads: 2, carried: {}, refused: {} },
  GlobalAveragePooling2D: {
    make: tf.layers.globalAveragePooling2d,
    base: {},
    input: [4, 5, 3],
    carried: {},
    refused: { dataFormat: 'channelsFirst' },
  },
  MaxPooling2D: {
    make: tf.layers.maxPooling2d,
    base: {},
    input: [7, 5, 3],
    carried: { poolSize: [3, 2], strides: [1, 2], padding: 'same' },
    refused: { dataFormat: 'channelsFirst' },
  },
  Reshape: {
    make: tf.layers.reshape,
    base: { targetShape: [5, 12] },
    input: [4, 5, 3],
    carried: { targetShape: [6, 10] },
    refused: {},
  },
  Dropout: {
    make: tf.layers.dropout,
    base: { rate: 0.5 },
    input: [4, 5, 3],
    carried: { rate: 0.25, noiseShape: [null, 1, 1, 1], seed: 3 },
    refused: {},
  },
};

/** Of every class alike. */
const EVERYWHERE = { refused: { trainable: false, dtype: 'int32' } };

/** More values that are refused. */
const REFUSED: readonly (readonly [className: string, Settings])[] = [
  ['Conv2D', { activation: 'elu' }],
  ['BatchNormalization', { axis: 1 }],
  ['ReLU', { maxValue: 5 }],
  ['Activation', { activation: 'tanh' }],
  ['Reshape', { targetShape: [-1, 10] }],
  ['Dropout', { noiseShape: [null, 1, 1, 3] }],
  ['Dropout', { noiseShape: [null, 4, 5, 3] }],
];

/** A network of one layer, each of whose variables has values of its own. */
function modelOf({ make, base, input: shape, reads = 1 }: LayerCase, settings: Settings): tf.LayersModel {
  const input = tf.input({ shape: [...shape] });
  const given = { ...base, ...settings } as never;
  const layer = make(given);
  const inputs = Array.from({ length: reads }, () => input);
  const model = tf.model({
    inputs: input,
    outputs: layer.apply(reads === 1 ? input : inputs) as tf.SymbolicTensor,
  });
  layer.setWeights(
    layer.getWeights().map((weight, index) => tf.randomUniform(weight.shape, 0.2, 1, 'float32', index + 1)),
  );
  return model;
}

const picturesFor = (model: tf.LayersModel, count: number): tf.Tensor =>
  tf.randomUniform([count, ...(model.inputs[0]?.shape.slice(1) ?? []).map(Number)], -4, 8, 'float32', 9);

/** How far the program is from tfjs' own layer. */
async function errorOf(model: tf.LayersModel): Promise<number> {
  const graph = graphOf(model);
  const parameters = new Parameters(model);
  const program = compile(graph, 0, graph.nodes.length - 1, {
    isTrainable: () => false,
    batchNorm: 'inference',
  });
  const x = picturesFor(model, 2);
  const [ours, theirs] = [tf.tidy(() => program.forward(x, inferencePass(parameters))), model.predict(x)];
  const values = [ours, theirs as tf.Tensor].map((tensor) => tensor.dataSync<'float32'>());
  expect(ours.shape).toEqual((theirs as tf.Tensor).shape);
  program.dispose();
  parameters.dispose();
  return relativeError(values[0]!, values[1]!);
}

/** What is said of a layer that is not taken. */
function refusalOf(model: () => tf.LayersModel): string {
  try {
    graphOf(model());
  } catch (error) {
    if (error instanceof StudioError && error.code === 'model/layer-unsupported') return error.message;
    throw error;
  }
  return 'it was taken';
}

beforeAll(() => useBackend('cpu'));

describe.each(Object.entries(CASES))('%s', (className, one) => {
  it('has no setting that nobody accounts for', () => {
    const model = modelOf(one, {});
    const layer = model.layers.at(-1)!;
    expect(layer.getClassName()).toBe(className);
    const accounted = { name: 'free', ...one.carried, ...one.refused, ...EVERYWHERE.refused };
    expect(Object.keys(layer.getConfig()).filter((setting) => !(setting in accounted))).toEqual([]);
  });

  it.each([{}, ...Object.entries(one.carried).map(([name, value]) => ({ [name]: value }))])(
    'computes with %j what tfjs computes',
    async (settings) => {
      expect(await errorOf(modelOf(one, settings))).toBeLessThan(1e-6);
    },
  );

  const refused = Object.entries({ ...one.refused, ...EVERYWHERE.refused });
  const more = REFUSED.filter(([name]) => name === className).flatMap(([, each]) => Object.entries(each));
  it.each([...refused, ...more])('refuses %s %j', (name, value) => {
    const came = new RegExp(`${className}.* has ${name} .*, which Mien does not train`);
    // Some that tfjs itself cannot build are written into what it gives out.
    expect(refusalOf(() => saying(modelOf(one, {}), name, value))).toMatch(came);
    expect(refusalOf(() => saying(modelOf(one, {}), name, value))).toContain(JSON.stringify(value));
  });
});

/** The same model with a layer that says something else of itself. */
function saying(model: tf.LayersModel, name: string, value: unknown): tf.LayersModel {
  const layer = model.layers.at(-1)!;
  const config = { ...layer.getConfig(), [name]: value } as tf.serialization.ConfigDict;
  layer.getConfig = () => config;
  return model;
}

describe('what is no setting', () => {
  it('is refused as well: a setting and a class that nobody knows, and a layer that is used twice', () => {
    expect(refusalOf(() => saying(modelOf(CASES['ReLU']!, {}), 'negativeSlope', 0.2))).toContain(
      'has negativeSlope 0.2',
    );
    const softmax = { make: tf.layers.softmax, base: {}, input: [4], carried: {}, refused: {} };
    expect(refusalOf(() => modelOf(softmax, {}))).toContain('has the class "Softmax"');
    expect(
      refusalOf(() => {
        const input = tf.input({ shape: [4, 4, 3] });
        const twice = tf.layers.conv2d({ filters: 3, kernelSize: 1 });
        return tf.model({ inputs: input, outputs: twice.apply(twice.apply(input)) as tf.SymbolicTensor });
      }),
    ).toContain('has a number of uses of 2');
  });

  it('is refused as well: sums of several shapes, products of three, a dense layer over maps', () => {
    const [add, multiply, dense] = [CASES['Add']!, CASES['Multiply']!, CASES['Dense']!];
    expect(refusalOf(() => modelOf({ ...multiply, reads: 3 }, {}))).toContain('has a number of inputs of 3');
    expect(refusalOf(() => modelOf({ ...dense, input: [4, 5, 3] }, {}))).toContain('has an input of rank 4');
    expect(
      refusalOf(() => {
        const input = tf.input({ shape: [4, 4, 3] });
        const pooled = tf.layers.maxPooling2d({ poolSize: 4 }).apply(input) as tf.SymbolicTensor;
        return tf.model({
          inputs: input,
          outputs: add.make({} as never).apply([input, pooled]) as tf.SymbolicTensor,
        });
      }),
    ).toContain('has inputs of several shapes, [[4,4,3],[1,1,3]]');
  });
});
