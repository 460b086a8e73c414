/**
 * Owns what becomes of a picture before the backbone, as the file's own layers have it: the chain from the input to
 * the backbone's first convolution, composed into one sum for each channel. What changes pictures in a way that this
 * cannot say is refused by name; what only matters in training, or is Mien's own business, is left out and said.
 */
import { StudioError } from '../../../protocol/errors.ts';
import type { Preprocessing } from '../../backbones/backbone.ts';
import type { Topology, TopologyLayer } from './topology.ts';

/** What a file says of the way to its backbone. */
export interface Entrance {
  /** From uint8 RGB to the backbone's first convolution; null where no layer says anything of it. */
  readonly preprocessing: Preprocessing | null;
  /** The part of it that the backbone's own model does. */
  readonly inside: Preprocessing | null;
  /** Layers before the backbone that are left out, such as `conv2d (Conv2D)`. */
  readonly leftOut: readonly string[];
}

/** Reads a layer's numbers, such as a Normalization's mean, from the file; null where it has none. */
export type ReadOfLayer = (layer: TopologyLayer, weight: string) => Promise<Float32Array | null>;

type Triple = readonly [number, number, number];

/** `y = x * scale + offset`, channel by channel. */
interface Linear {
  readonly scale: Triple;
  readonly offset: Triple;
}

/** Of no consequence to what the network computes of a picture. */
const INERT =
  /^(InputLayer|Random\w+|Dropout|SpatialDropout2D|GaussianNoise|Identity|Cast|RandAugment|MixUp|CutMix)$/u;

/** Mien brings pictures to size itself. */
const SIZING = /^(Resizing|CenterCrop)$/u;

/** Layers that learn: what they make of a picture is no sum for each channel. */
const LEARNING = /^(Conv2D|DepthwiseConv2D|SeparableConv2D|Dense|BatchNormalization)$/u;

/**
 * @param first path of the backbone's first convolution
 * @throws StudioError `model/weights-preprocessing` which names the layer that cannot be followed
 */
export async function entranceTo(topology: Topology, first: string, read: ReadOfLayer): Promise<Entrance> {
  const chain = chainTo(topology, first);
  const scope = topology.get(first)?.scope ?? '';
  const leftOut: string[] = [];
  let [whole, inside]: [Linear | null, Linear | null] = [null, null];
  let hasLearning = false;
  for (const layer of chain) {
    if (LEARNING.test(layer.className) || SIZING.test(layer.className) || layer.className === 'Concatenate') {
      hasLearning ||= !SIZING.test(layer.className);
      leftOut.push(titleOf(layer));
      continue;
    }
    const linear = await linearOf(layer, read);
    if (linear === null) continue;
    whole = composed(whole, linear);
    if (layer.scope === scope) inside = composed(inside, linear);
  }
  return {
    // Numbers that went through a convolution are not a picture's: then the backbone's own are meant.
    preprocessing: hasLearning ? asPreprocessing(inside) : asPreprocessing(whole),
    inside: asPreprocessing(inside),
    leftOut,
  };
}

/** From the input on, the backbone's first convolution left out. */
function chainTo(topology: Topology, first: string): TopologyLayer[] {
  const chain: TopologyLayer[] = [];
  for (let layer = topology.get(first); layer !== undefined; layer = before(topology, layer)) {
    if (chain.includes(layer)) break;
    chain.unshift(layer);
  }
  return chain.slice(0, -1);
}

function before(topology: Topology, layer: TopologyLayer): TopologyLayer | undefined {
  const inputs = new Set(layer.operands.flatMap((operand) => ('from' in operand ? operand.from : [])));
  if (inputs.size > 1) throw cannotFollow(layer, `reads ${[...inputs].join(' and ')}`);
  const [input] = inputs;
  return input === undefined ? undefined : topology.get(input);
}

/** What a layer does to each channel; null for nothing. */
async function linearOf(layer: TopologyLayer, read: ReadOfLayer): Promise<Linear | null> {
  const { className, config } = layer;
  // The padding of the backbone's own first convolution is no part of the picture.
  if (INERT.test(className) || (className === 'ZeroPadding2D' && layer.name.endsWith('_pad'))) return null;
  if (className === 'Activation' && config['activation'] === 'linear') return null;
  if (className === 'Rescaling') {
    const scale = triple(config['scale'] ?? 1);
    const offset = triple(config['offset'] ?? 0);
    if (scale === null || offset === null) throw cannotFollow(layer, 'has no scale for three channels');
    return { scale, offset };
  }
  if (className === 'Normalization') return normalization(layer, read);
  const operation = operationOf(layer);
  if (operation === 'cast') return null;
  const sum = operation === null ? null : arithmetic(operation, layer);
  if (sum === null) throw cannotFollow(layer, 'is not one of Rescaling, Normalization or plain arithmetic');
  return sum;
}

/** @see keras.layers.Normalization */
async function normalization(layer: TopologyLayer, read: ReadOfLayer): Promise<Linear> {
  const { config } = layer;
  const mean = triple(config['mean']) ?? triple(await read(layer, 'mean'));
  const variance = triple(config['variance']) ?? triple(await read(layer, 'variance'));
  if (mean === null || variance === null) {
    throw cannotFollow(layer, 'has no mean and variance of three channels');
  }
  // Keras' epsilon.
  const deviation = map(variance, (value) => Math.max(Math.sqrt(value), 1e-7));
  if (config['invert'] === true) return { scale: deviation, offset: mean };
  return {
    scale: map(deviation, (value) => 1 / value),
    offset: map(mean, (value, channel) => -value / deviation[channel]!),
  };
}

/** `add`, `subtract`, `multiply`, `divide` or `cast`, as Keras 3 and Keras 2 call them; null for anything else. */
function operationOf({ className, config }: TopologyLayer): string | null {
  const named = /^(TFOpLambda|SlicingOpLambda)$/u.test(className) ? String(config['function']) : className;
  const word = named.slice(named.lastIndexOf('.') + 1).toLowerCase();
  return (
    { truediv: 'divide', truedivide: 'divide', div: 'divide', sub: 'subtract', mul: 'multiply' }[word] ??
    (['add', 'subtract', 'multiply', 'divide', 'cast'].includes(word) ? word : null)
  );
}

function arithmetic(operation: string, { operands }: TopologyLayer): Linear | null {
  const [one, other] = operands;
  if (operands.length !== 2 || one === undefined || other === undefined) return null;
  const isFirst = 'from' in one;
  const number = isFirst ? other : one;
  if (!('value' in number) || !Number.isFinite(number.value)) return null;
  const { value } = number;
  const linear = (scale: number, offset: number): Linear => ({ scale: same(scale), offset: same(offset) });
  if (operation === 'add') return linear(1, value);
  if (operation === 'multiply') return linear(value, 0);
  if (operation === 'subtract') return isFirst ? linear(1, -value) : linear(-1, value);
  return isFirst && value !== 0 ? linear(1 / value, 0) : null;
}

/** One after the other. */
function composed(first: Linear | null, then: Linear): Linear {
  if (first === null) return then;
  return {
    scale: map(first.scale, (value, channel) => value * then.scale[channel]!),
    offset: map(first.offset, (value, channel) => value * then.scale[channel]! + then.offset[channel]!),
  };
}

function asPreprocessing(linear: Linear | null): Preprocessing | null {
  return linear === null ? null : { order: [0, 1, 2], ...linear };
}

/** A number for each channel: one for all, a list, nested as it may be, or what NumPy's arrays are written as. */
function triple(value: unknown): Triple | null {
  if (typeof value === 'number') return Number.isFinite(value) ? same(value) : null;
  if (typeof value === 'object' && value !== null && 'config' in value) {
    return triple((value.config as { value?: unknown } | null)?.value);
  }
  const list = value instanceof Float32Array ? [...value] : Array.isArray(value) ? value.flat(8) : [];
  const numbers = list.filter((item): item is number => typeof item === 'number' && Number.isFinite(item));
  const [red, green = red, blue = red] = numbers;
  if (red === undefined || green === undefined || blue === undefined) return null;
  return numbers.length === list.length && [1, 3].includes(list.length) ? [red, green, blue] : null;
}

function same(value: number): Triple {
  return [value, value, value];
}

function map(values: Triple, change: (value: number, channel: number) => number): Triple {
  return [change(values[0], 0), change(values[1], 1), change(values[2], 2)];
}

/** A layer as messages name it. */
function titleOf({ name, className }: TopologyLayer): string {
  return `${name} (${className})`;
}

function cannotFollow(layer: TopologyLayer, why: string): StudioError {
  return new StudioError({
    code: 'model/weights-preprocessing',
    message: `What a picture becomes before the network should be told by layers that can be read; ${titleOf(layer)} ${why}.`,
    hint: 'Say it yourself: what pictures become, beside the file (in a recipe, "preprocessing" in backbone.weights).',
  });
}
