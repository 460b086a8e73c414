/**
 * What Mien makes of a layer: the one table of classes and of their settings. Each setting of a layer's config is read
 * into the op, makes no difference here, or may have the listed values alone; one that is not in the table, and any
 * other value, is refused by name. So nothing that a layer says is lost without a word.
 */
import type * as tf from '@tensorflow/tfjs';
import { StudioError } from '../protocol/errors.ts';

export type ActivationName = 'relu' | 'relu6' | 'swish' | 'sigmoid' | 'softmax';

/** Zero padding in pixels: `[[top, bottom], [left, right]]`. */
export type Padding2d = readonly [readonly [number, number], readonly [number, number]];

export interface ConvolutionOp {
  readonly kind: 'conv' | 'depthwise';
  readonly strides: readonly [number, number];
  readonly padding: 'same' | 'valid';
  readonly hasBias: boolean;
}

export type NodeOp =
  | { readonly kind: 'input' }
  | ConvolutionOp
  | { readonly kind: 'dense'; readonly hasBias: boolean }
  | { readonly kind: 'batchNorm'; readonly epsilon: number; readonly momentum: number }
  | { readonly kind: 'activation'; readonly activation: ActivationName }
  | { readonly kind: 'pad'; readonly padding: Padding2d }
  | { readonly kind: 'add' }
  | { readonly kind: 'multiply' }
  | { readonly kind: 'globalAveragePool' }
  | {
      readonly kind: 'maxPool';
      readonly size: readonly [number, number];
      readonly strides: readonly [number, number];
      readonly padding: 'same' | 'valid';
    }
  | { readonly kind: 'reshape'; readonly shape: readonly number[] }
  | DropoutOp;

/** Drops what its draws say in a training step, and hands the rest on, scaled up. */
export interface DropoutOp {
  readonly kind: 'dropout';
  /** Chance that a draw drops, above 0 and below 1. */
  readonly rate: number;
  /** Whether one draw decides over a whole picture (drop-connect), or each value has its own. */
  readonly drawsFor: 'value' | 'picture';
}

/**
 * `op`: the op or the weights carry it. `free`: it makes no difference once there are weights (initializers) or ahead of
 * them (names). Else the values that it may have.
 */
type Rule = 'op' | 'free' | readonly unknown[];

type Settings = Readonly<Record<string, unknown>>;

interface LayerClass {
  readonly settings: Readonly<Record<string, Rule>>;
  /** In order, each on what the one before gives; none where the layer does nothing. */
  readonly ops: (settings: Settings, layer: tf.layers.Layer) => readonly NodeOp[];
}

const COMMON: Readonly<Record<string, Rule>> = {
  name: 'free',
  // Where a layer is the first of its model.
  batchInputShape: 'free',
  dtype: ['float32'],
  // Which layers train is a phase's to say.
  trainable: [true],
};

const CHANNELS_LAST: Readonly<Record<string, Rule>> = { dataFormat: ['channelsLast'] };

/** What belongs to a variable; what would change how it trains is not carried. */
const variable = (name: string): Readonly<Record<string, Rule>> => ({
  [`${name}Initializer`]: 'free',
  [`${name}Regularizer`]: [null],
  [`${name}Constraint`]: [null],
});

const WEIGHTED: Readonly<Record<string, Rule>> = {
  activation: 'op',
  useBias: 'op',
  ...variable('bias'),
  activityRegularizer: [null],
};

const CONVOLUTION: Readonly<Record<string, Rule>> = {
  ...WEIGHTED,
  ...CHANNELS_LAST,
  kernelSize: 'op',
  strides: 'op',
  padding: ['same', 'valid'],
  dilationRate: [[1, 1]],
};

const CLASSES: Readonly<Record<string, LayerClass>> = {
  InputLayer: {
    settings: { sparse: [false] },
    ops: () => [{ kind: 'input' }],
  },
  Conv2D: {
    settings: { ...CONVOLUTION, filters: 'op', ...variable('kernel') },
    ops: (settings, layer) => [
      { kind: 'conv', ...convolution(settings) },
      ...activation(layer, settings['activation']),
    ],
  },
  DepthwiseConv2D: {
    settings: { ...CONVOLUTION, depthMultiplier: [1], ...variable('depthwise') },
    ops: (settings, layer) => [
      { kind: 'depthwise', ...convolution(settings) },
      ...activation(layer, settings['activation']),
    ],
  },
  Dense: {
    settings: { ...WEIGHTED, units: 'op', ...variable('kernel') },
    ops(settings, layer) {
      const rank = shapesInto(layer)[0]?.length ?? 1;
      if (rank !== 1) throw refused(layer, 'an input of rank', rank + 1);
      const op = { kind: 'dense', hasBias: settings['useBias'] !== false } as const;
      return [op, ...activation(layer, settings['activation'])];
    },
  },
  BatchNormalization: {
    settings: {
      axis: 'op',
      momentum: 'op',
      epsilon: 'op',
      center: [true],
      scale: [true],
      ...variable('beta'),
      ...variable('gamma'),
      movingMeanInitializer: 'free',
      movingVarianceInitializer: 'free',
    },
    ops({ axis, epsilon, momentum }, layer) {
      const last = (shapesInto(layer)[0]?.length ?? 0) as unknown;
      if (axis !== -1 && axis !== last) throw refused(layer, 'axis', axis);
      return [{ kind: 'batchNorm', epsilon: Number(epsilon), momentum: Number(momentum) }];
    },
  },
  ReLU: {
    settings: { maxValue: 'op' },
    ops({ maxValue }, layer) {
      if (maxValue === undefined || maxValue === null) return activation(layer, 'relu');
      if (maxValue === 6) return activation(layer, 'relu6');
      throw refused(layer, 'maxValue', maxValue);
    },
  },
  Activation: {
    settings: { activation: 'op' },
    ops: (settings, layer) => activation(layer, settings['activation']),
  },
  ZeroPadding2D: {
    settings: { padding: 'op', ...CHANNELS_LAST },
    ops: ({ padding }) => [{ kind: 'pad', padding: padding as Padding2d }],
  },
  Add: { settings: {}, ops: (_settings, layer) => [joined('add', layer)] },
  Multiply: { settings: {}, ops: (_settings, layer) => [joined('multiply', layer)] },
  GlobalAveragePooling2D: {
    settings: CHANNELS_LAST,
    ops: () => [{ kind: 'globalAveragePool' }],
  },
  MaxPooling2D: {
    settings: { poolSize: 'op', strides: 'op', padding: ['same', 'valid'], ...CHANNELS_LAST },
    ops: (settings) => [
      {
        kind: 'maxPool',
        size: pair(settings['poolSize']),
        strides: pair(settings['strides']),
        padding: paddingOf(settings),
      },
    ],
  },
  Reshape: {
    settings: { targetShape: 'op' },
    ops({ targetShape }, layer) {
      const shape = targetShape as readonly number[];
      if (shape.some((side) => side < 1)) throw refused(layer, 'targetShape', shape);
      return [{ kind: 'reshape', shape }];
    },
  },
  Dropout: {
    // A draw's key is the recipe's seed, not the layer's own.
    settings: { rate: 'op', noiseShape: 'op', seed: 'free' },
    ops: ({ rate, noiseShape }, layer) =>
      Number(rate) === 0
        ? []
        : [{ kind: 'dropout', rate: Number(rate), drawsFor: drawsForOf(layer, noiseShape) }],
  },
};

/**
 * What a layer computes, op after op; nothing where it only stands for a layer of Keras'.
 *
 * @throws StudioError `model/layer-unsupported` for a class, a setting or a use of a layer that Mien does not carry
 */
export function opsOf(layer: tf.layers.Layer): readonly NodeOp[] {
  const known = CLASSES[layer.getClassName()];
  if (known === undefined) throw refused(layer, 'the class', layer.getClassName());
  const uses = inboundNodesOf(layer).length;
  if (uses > 1) throw refused(layer, 'a number of uses of', uses);
  const settings = layer.getConfig() as Settings;
  for (const [name, value] of Object.entries(settings)) {
    const rule = COMMON[name] ?? known.settings[name];
    const isTaken = rule === 'op' || rule === 'free' || value === undefined;
    if (!isTaken && !(rule ?? []).some((one) => JSON.stringify(one) === JSON.stringify(value)))
      throw refused(layer, name, value);
  }
  return known.ops(settings, layer);
}

/** The layers that a layer reads, in the order of its inputs. */
export function inputLayersOf(layer: tf.layers.Layer): readonly tf.layers.Layer[] {
  return inboundNodesOf(layer)[0]?.inboundLayers ?? [];
}

/** What a layer gives out, without the batch. */
export function shapeOf(layer: tf.layers.Layer): number[] {
  return (layer.outputShape as (number | null)[]).slice(1).map((side) => side ?? 0);
}

function shapesInto(layer: tf.layers.Layer): number[][] {
  return inputLayersOf(layer).map(shapeOf);
}

function inboundNodesOf(layer: tf.layers.Layer): { readonly inboundLayers: tf.layers.Layer[] }[] {
  return (layer as unknown as { inboundNodes: { inboundLayers: tf.layers.Layer[] }[] }).inboundNodes;
}

function activation(layer: tf.layers.Layer, given: unknown): readonly NodeOp[] {
  const name = given ?? 'linear';
  switch (name) {
    case 'linear':
      return [];
    case 'relu':
    case 'relu6':
    case 'swish':
    case 'sigmoid':
    case 'softmax':
      return [{ kind: 'activation', activation: name as ActivationName }];
    case 'silu':
      return [{ kind: 'activation', activation: 'swish' }];
    default:
      throw refused(layer, 'activation', name);
  }
}

function convolution(settings: Settings): Omit<ConvolutionOp, 'kind'> {
  return {
    strides: pair(settings['strides']),
    padding: paddingOf(settings),
    hasBias: settings['useBias'] !== false,
  };
}

/** Both come with shapes that broadcast; only a product's gradient is summed back over what was spread. */
function joined(kind: 'add' | 'multiply', layer: tf.layers.Layer): NodeOp {
  const shapes = shapesInto(layer);
  if (kind === 'multiply' && shapes.length !== 2)
    throw refused(layer, 'a number of inputs of', shapes.length);
  if (kind === 'add' && shapes.some((shape) => shape.join() !== shapes[0]?.join()))
    throw refused(layer, 'inputs of several shapes,', shapes);
  return { kind };
}

/** @see keras.layers.Dropout, `noise_shape` */
function drawsForOf(layer: tf.layers.Layer, noiseShape: unknown): DropoutOp['drawsFor'] {
  if (noiseShape === undefined || noiseShape === null) return 'value';
  const picture = JSON.stringify([null, ...shapeOf(layer).map(() => 1)]);
  if (JSON.stringify(noiseShape) === picture) return 'picture';
  throw refused(layer, 'noiseShape', noiseShape);
}

function paddingOf({ padding }: Settings): 'same' | 'valid' {
  return padding === 'same' ? 'same' : 'valid';
}

function pair(value: unknown): readonly [number, number] {
  if (Array.isArray(value)) return [Number(value[0]), Number(value[1] ?? value[0])];
  return [Number(value), Number(value)];
}

function refused(layer: tf.layers.Layer, what: string, value: unknown): StudioError {
  return new StudioError({
    code: 'model/layer-unsupported',
    message: `Layer ${layer.name} (${layer.getClassName()}) has ${what} ${JSON.stringify(value)}, which Mien does not train.`,
    hint: 'Use a backbone from the list, or a model made of convolutions, BatchNorm, ReLU, swish, pooling and dense layers as those have them.',
  });
}
