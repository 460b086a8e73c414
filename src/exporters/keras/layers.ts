/**
 * Owns the network as Keras 3's layers: the same names and settings as the layers that it was built of, with the
 * preprocessing as one more, so that Keras opens it without a class of Mien's.
 *
 * @see keras.saving, whose `config.json` this is
 */
import type { GraphNode } from '../../models/graph.ts';
import type { NodeOp } from '../../models/layers.ts';
import { invariant } from '../../protocol/errors.ts';
import type { ExportInput } from '../exporter.ts';
import { byPicture, readsPicture } from '../network/inference.ts';
import { takingChannels, weightsOf, type Weight } from '../network/weight.ts';

/** A layer as Keras writes and builds it. */
export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the layers that it reads. */
  readonly inputs: readonly string[];
  /** Of its output, without the batch. */
  readonly shape: readonly number[];
  /** In the order in which Keras numbers them. */
  readonly weights: readonly Weight[];
}

const PREPROCESSING = 'preprocessing';

/** The layers in order; the first is the input, the last gives the probabilities. */
export function kerasLayers({ graph, model, preprocessing }: ExportInput): readonly KerasLayer[] {
  const weight = weightsOf(model);
  const layers: KerasLayer[] = [];
  /** The layer that has each node's value. */
  const layerOf = new Map<number, string>();
  for (const node of graph.nodes) {
    const { op, inputs, layer, shape } = node;
    const name = model.layers[layer]?.name ?? node.name;
    const reads = inputs.map((input) => layerOf.get(input) ?? '');
    const last = layers.at(-1);
    layerOf.set(node.index, op.kind === 'input' ? PREPROCESSING : name);
    if (last?.name === name && op.kind === 'activation') {
      // A layer's own, behind what it computes.
      layers[layers.length - 1] = {
        ...last,
        config: { ...last.config, activation: kerasName(op.activation) },
      };
      continue;
    }
    layers.push({ name, inputs: reads, shape, ...settingsOf(node, (each) => weight(`${name}/${each}`)) });
    if (op.kind === 'input') {
      const config = { ...byPicture(preprocessing) };
      const rescaling = { className: 'Rescaling', name: PREPROCESSING, config, inputs: [name], shape };
      layers.push({ ...rescaling, weights: [] });
    }
    const added = layers.at(-1);
    if (!readsPicture(graph, node) || op.kind === 'pad') continue;
    invariant(op.kind === 'conv' && added !== undefined, 'the first layer is a convolution');
    const [kernel, ...others] = added.weights;
    invariant(kernel !== undefined, 'a convolution has a kernel');
    layers[layers.length - 1] = {
      ...added,
      weights: [takingChannels(kernel, preprocessing.order), ...others],
    };
  }
  return layers;
}

/** Class, settings and weights of a node's layer. */
function settingsOf(
  { op, shape }: GraphNode,
  weight: (name: string) => Weight,
): Pick<KerasLayer, 'className' | 'config' | 'weights'> {
  const none = { config: {}, weights: [] };
  switch (op.kind) {
    case 'input':
      return { className: 'InputLayer', config: { batch_shape: [null, ...shape] }, weights: [] };
    case 'conv':
    case 'depthwise':
      return convolution(op, weight);
    case 'dense': {
      const [kernel, ...bias] = withBias(weight('kernel'), op.hasBias, weight);
      const config = { units: kernel.shape[1], activation: 'linear', use_bias: op.hasBias };
      return { className: 'Dense', config, weights: [kernel, ...bias] };
    }
    case 'batchNorm': {
      const weights = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(weight);
      const { epsilon, momentum } = op;
      return { className: 'BatchNormalization', config: { axis: -1, epsilon, momentum }, weights };
    }
    case 'activation':
      return { ...activation(op.activation), weights: [] };
    case 'pad':
      return { className: 'ZeroPadding2D', config: { padding: op.padding }, weights: [] };
    case 'add':
      return { className: 'Add', ...none };
    case 'multiply':
      return { className: 'Multiply', ...none };
    case 'globalAveragePool':
      return { className: 'GlobalAveragePooling2D', ...none };
    case 'maxPool': {
      const config = { pool_size: op.size, strides: op.strides, padding: op.padding };
      return { className: 'MaxPooling2D', config, weights: [] };
    }
    case 'reshape':
      return { className: 'Reshape', config: { target_shape: op.shape }, weights: [] };
    case 'dropout': {
      const noise = op.drawsFor === 'picture' ? [null, ...shape.map(() => 1)] : null;
      return { className: 'Dropout', config: { rate: op.rate, noise_shape: noise }, weights: [] };
    }
    default:
      return op satisfies never;
  }
}

function convolution(
  op: Extract<NodeOp, { kind: 'conv' | 'depthwise' }>,
  weight: (name: string) => Weight,
): Pick<KerasLayer, 'className' | 'config' | 'weights'> {
  const isDepthwise = op.kind === 'depthwise';
  const kernel = weight(isDepthwise ? 'depthwise_kernel' : 'kernel');
  const config = {
    ...(isDepthwise ? { depth_multiplier: 1 } : { filters: kernel.shape[3] }),
    kernel_size: kernel.shape.slice(0, 2),
    strides: op.strides,
    padding: op.padding,
    activation: 'linear',
    use_bias: op.hasBias,
  };
  const weights = withBias(kernel, op.hasBias, weight);
  return { className: isDepthwise ? 'DepthwiseConv2D' : 'Conv2D', config, weights };
}

function withBias(
  kernel: Weight,
  hasBias: boolean,
  weight: (name: string) => Weight,
): readonly [Weight, ...Weight[]] {
  return hasBias ? [kernel, weight('bias')] : [kernel];
}

/** An activation that is a layer of its own. */
function activation(name: string): Pick<KerasLayer, 'className' | 'config'> {
  if (name === 'relu' || name === 'relu6')
    return { className: 'ReLU', config: { max_value: name === 'relu6' ? 6 : null } };
  return { className: 'Activation', config: { activation: kerasName(name) } };
}

const kerasName = (activationName: string): string => (activationName === 'swish' ? 'silu' : activationName);
