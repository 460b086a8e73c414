/**
 * The network as a list of nodes in Keras' layer order, read from a `tf.layers` model. Everything that runs a
 * network here (frozen prefix, trainable tail, heat maps) starts from this list; the layers model itself only
 * holds the weights and is what gets exported.
 */
import type * as tf from '@tensorflow/tfjs';
import { StudioError, invariant } from '../protocol/errors.ts';

export type ActivationName = 'linear' | 'relu' | 'relu6' | 'swish' | 'sigmoid' | 'softmax';

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
  /** Does nothing when it runs (a placeholder that keeps Keras' layer count). */
  | { readonly kind: 'identity' }
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
  | { readonly kind: 'dropout'; readonly rate: number };

export interface GraphNode {
  /** Position in the list, which is Keras' layer order; inputs come earlier. */
  readonly index: number;
  /** Keras layer name; a node made from a layer's own activation is `<layer>/activation`. */
  readonly name: string;
  /** Index of the layer it comes from. */
  readonly layer: number;
  readonly op: NodeOp;
  readonly inputs: readonly number[];
  /** Without the batch. */
  readonly shape: readonly number[];
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly model: tf.LayersModel;
}

type LayerConfig = Readonly<Record<string, unknown>>;

/** Whether what a node computes depends on chance in a training step: then it differs from step to step. */
export function drawsChance({ op }: GraphNode): boolean {
  return op.kind === 'dropout';
}

/**
 * Lists the nodes of a functional model with one input and one output.
 *
 * @throws StudioError `model/layer-unsupported` for a layer class or setting that Mien does not train.
 */
export function graphOf(model: tf.LayersModel): Graph {
  const nodes: GraphNode[] = [];
  const nodeOfLayer = new Map<tf.layers.Layer, number>();
  const add = (node: Omit<GraphNode, 'index'>): number => nodes.push({ ...node, index: nodes.length }) - 1;
  model.layers.forEach((layer, layerIndex) => {
    const shape = shapeOf(layer);
    const inputs = inputLayersOf(layer).map((input) => {
      const index = nodeOfLayer.get(input);
      invariant(index !== undefined, `layer ${layer.name} comes before its input ${input.name}`);
      return index;
    });
    let last = add({ name: layer.name, layer: layerIndex, op: opOf(layer), inputs, shape });
    const activation = ownActivation(layer);
    if (activation !== 'linear') {
      const op = { kind: 'activation', activation } as const;
      last = add({ name: `${layer.name}/activation`, layer: layerIndex, op, inputs: [last], shape });
    }
    nodeOfLayer.set(layer, last);
  });
  return { nodes, model };
}

function shapeOf(layer: tf.layers.Layer): number[] {
  return (layer.outputShape as (number | null)[]).slice(1).map((side) => side ?? 0);
}

function inputLayersOf(layer: tf.layers.Layer): tf.layers.Layer[] {
  const node = (layer as unknown as { inboundNodes: { inboundLayers: tf.layers.Layer[] }[] }).inboundNodes[0];
  return node?.inboundLayers ?? [];
}

function ownActivation(layer: tf.layers.Layer): ActivationName {
  const config = layer.getConfig() as LayerConfig;
  const isWeighted = ['Conv2D', 'DepthwiseConv2D', 'Dense'].includes(layer.getClassName());
  return isWeighted ? activationName(layer, config['activation']) : 'linear';
}

function activationName(layer: tf.layers.Layer, given: unknown): ActivationName {
  switch (given ?? 'linear') {
    case 'linear':
    case 'relu':
    case 'relu6':
    case 'swish':
    case 'sigmoid':
    case 'softmax':
      return (given ?? 'linear') as ActivationName;
    case 'silu':
      return 'swish';
    default:
      throw unsupported(layer, `activation ${String(given)}`);
  }
}

function opOf(layer: tf.layers.Layer): NodeOp {
  const config = layer.getConfig() as LayerConfig;
  switch (layer.getClassName()) {
    case 'InputLayer':
      return { kind: 'input' };
    case 'Conv2D':
      return { kind: 'conv', ...convolutionSettings(layer, config) };
    case 'DepthwiseConv2D':
      return { kind: 'depthwise', ...convolutionSettings(layer, config) };
    case 'Dense':
      return { kind: 'dense', hasBias: config['useBias'] !== false };
    case 'BatchNormalization':
      return { kind: 'batchNorm', epsilon: Number(config['epsilon']), momentum: Number(config['momentum']) };
    case 'ReLU':
      return { kind: 'activation', activation: reluName(layer, config['maxValue']) };
    case 'Activation':
      return { kind: 'activation', activation: activationName(layer, config['activation']) };
    case 'ZeroPadding2D':
      return { kind: 'pad', padding: config['padding'] as Padding2d };
    case 'Add':
      return { kind: 'add' };
    case 'Multiply':
      return { kind: 'multiply' };
    case 'GlobalAveragePooling2D':
      return { kind: 'globalAveragePool' };
    case 'MaxPooling2D':
      return {
        kind: 'maxPool',
        size: pair(config['poolSize']),
        strides: pair(config['strides']),
        padding: config['padding'] === 'same' ? 'same' : 'valid',
      };
    case 'Reshape':
      return { kind: 'reshape', shape: config['targetShape'] as number[] };
    case 'Dropout':
      return { kind: 'dropout', rate: Number(config['rate']) };
    case 'Identity':
      return { kind: 'identity' };
    default:
      throw unsupported(layer, `layers of class ${layer.getClassName()}`);
  }
}

function convolutionSettings(layer: tf.layers.Layer, config: LayerConfig): Omit<ConvolutionOp, 'kind'> {
  const dilation = pair(config['dilationRate'] ?? 1);
  if (dilation[0] !== 1 || dilation[1] !== 1) throw unsupported(layer, 'dilated convolutions');
  return {
    strides: pair(config['strides']),
    padding: config['padding'] === 'same' ? 'same' : 'valid',
    hasBias: config['useBias'] !== false,
  };
}

function reluName(layer: tf.layers.Layer, maxValue: unknown): ActivationName {
  if (maxValue === undefined || maxValue === null) return 'relu';
  if (maxValue === 6) return 'relu6';
  throw unsupported(layer, `a ReLU cut off at ${JSON.stringify(maxValue)}`);
}

function pair(value: unknown): readonly [number, number] {
  if (Array.isArray(value)) return [Number(value[0]), Number(value[1] ?? value[0])];
  return [Number(value), Number(value)];
}

function unsupported(layer: tf.layers.Layer, what: string): StudioError {
  return new StudioError({
    code: 'model/layer-unsupported',
    message: `Layer ${layer.name} has ${what}, which Mien cannot train.`,
    hint: 'Use a backbone from the list, or a model made of convolutions, BatchNorm, ReLU, swish, pooling and dense layers.',
  });
}
