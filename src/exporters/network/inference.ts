/**
 * Owns the network as a file holds it: a short list of ops with their weights, from RGB of 0 to 255 to probabilities.
 *
 * It is made from the graph's nodes. What only matters in training (dropout) is gone; the preprocessing is an op of its
 * own, and a network that takes blue first has its first kernel take red first instead; a BatchNorm is folded into the
 * convolution ahead of it, since `gamma * (w * x - mean) / sqrt(variance + epsilon) + beta` is a convolution with another
 * kernel and bias; zero padding is a setting of the convolution behind it.
 */
import type { Preprocessing } from '../../models/backbones/backbone.ts';
import type { Graph, GraphNode } from '../../models/graph.ts';
import type { ActivationName, ConvolutionOp, Padding2d } from '../../models/layers.ts';
import { StudioError } from '../../protocol/errors.ts';
import { constant, takingChannels, timesChannels, weightsOf, type Weight } from './weight.ts';

/** A convolution, each channel's own or over all of them; its picture is first padded with zeros. */
export interface LinearOp {
  readonly kind: 'conv' | 'depthwise';
  readonly strides: readonly [number, number];
  readonly padding: Padding2d;
  /** `[height, width, in, out]`; `[height, width, channels, 1]` where each channel has its own. */
  readonly kernel: Weight;
  readonly bias: Weight | null;
}

export type InferenceOp =
  | { readonly kind: 'input' }
  /** A factor and a summand for each channel. */
  | { readonly kind: 'affine'; readonly scale: Weight; readonly offset: Weight }
  | LinearOp
  /** Kernel `[in, out]`. */
  | { readonly kind: 'dense'; readonly kernel: Weight; readonly bias: Weight | null }
  | { readonly kind: 'activation'; readonly activation: ActivationName }
  | { readonly kind: 'add' }
  | { readonly kind: 'multiply' }
  /** Gives `[channels]`, or `[1, 1, channels]` where it keeps its axes. */
  | { readonly kind: 'globalAveragePool'; readonly keepsAxes: boolean }
  | {
      readonly kind: 'maxPool';
      readonly size: readonly [number, number];
      readonly strides: readonly [number, number];
      /** With what is less than any value. */
      readonly padding: Padding2d;
    };

export interface InferenceNode {
  readonly name: string;
  readonly op: InferenceOp;
  /** Places in the list, each before this one's. */
  readonly inputs: readonly number[];
  /** Without the batch, channels last. */
  readonly shape: readonly number[];
}

/** The first node is the input, the last one gives the probabilities. */
export type InferenceNetwork = readonly InferenceNode[];

export const NO_PADDING: Padding2d = [
  [0, 0],
  [0, 0],
];

/** @throws StudioError `export/layer-unsupported` */
export function inferenceNetwork(graph: Graph, preprocessing: Preprocessing): InferenceNetwork {
  return new Lowering(graph, preprocessing).network();
}

class Lowering {
  readonly #weight: (name: string) => Weight;
  readonly #list: InferenceNode[] = [];
  /** Where each node of the graph has its value. */
  readonly #places = new Map<number, number>();
  /** Zero padding that waits for the convolution behind it, by the place that it is for. */
  readonly #padding = new Map<number, Padding2d>();

  constructor(
    readonly graph: Graph,
    readonly preprocessing: Preprocessing,
  ) {
    this.#weight = weightsOf(graph.model);
  }

  network(): InferenceNetwork {
    for (const node of this.graph.nodes) this.#places.set(node.index, this.#lower(node));
    return this.#list;
  }

  #lower(node: GraphNode): number {
    const { op, inputs, name, shape } = node;
    const places = inputs.map((input) => this.#places.get(input) ?? 0);
    const [place = 0] = places;
    const push = (made: InferenceOp): number =>
      this.#list.push({ name, op: made, inputs: places, shape }) - 1;
    switch (op.kind) {
      case 'input':
        return this.#input(node);
      case 'dropout':
        return place;
      case 'pad':
        if (this.#readers(node).some((reader) => !isUnpadded(reader))) throw unsupported(node, 'padding');
        this.#padding.set(node.index, op.padding);
        return place;
      case 'conv':
      case 'depthwise':
        return push(this.#linear(node, op));
      case 'dense':
        return push({ kind: 'dense', kernel: this.#weight(`${name}/kernel`), bias: this.#bias(node, op) });
      case 'batchNorm':
        return this.#norm(node, op.epsilon, place);
      case 'globalAveragePool':
        return push({ kind: 'globalAveragePool', keepsAxes: false });
      case 'reshape':
        return this.#reshape(node, place);
      case 'maxPool':
        return push({ ...op, padding: this.#paddingOf(node, op.padding, op.size, op.strides) });
      case 'activation':
      case 'add':
      case 'multiply':
        return push(op);
      default:
        return op satisfies never;
    }
  }

  /** The picture, and behind it its preprocessing. */
  #input({ name, shape }: GraphNode): number {
    this.#list.push({ name, op: { kind: 'input' }, inputs: [], shape });
    const { scale, offset } = byPicture(this.preprocessing);
    const op = {
      kind: 'affine',
      scale: constant('preprocessing/scale', scale),
      offset: constant('preprocessing/offset', offset),
    } as const;
    return this.#list.push({ name: 'preprocessing', op, inputs: [0], shape }) - 1;
  }

  #linear(node: GraphNode, op: ConvolutionOp): LinearOp {
    const { name } = node;
    const kernel = this.#weight(`${name}/${op.kind === 'conv' ? 'kernel' : 'depthwise_kernel'}`);
    const [height = 1, width = 1] = kernel.shape;
    const takesPicture = readsPicture(this.graph, node);
    if (takesPicture && op.kind === 'depthwise') throw unsupported(node, 'a picture as its input');
    return {
      kind: op.kind,
      strides: op.strides,
      padding: this.#paddingOf(node, op.padding, [height, width], op.strides),
      kernel: takesPicture ? takingChannels(kernel, this.preprocessing.order) : kernel,
      bias: this.#bias(node, op),
    };
  }

  #bias({ name }: GraphNode, { hasBias }: { readonly hasBias: boolean }): Weight | null {
    return hasBias ? this.#weight(`${name}/bias`) : null;
  }

  /** Folded into the convolution that only it reads, else on its own. */
  #norm(node: GraphNode, epsilon: number, place: number): number {
    const { name, inputs, shape } = node;
    const before = this.#list[place];
    const source = this.graph.nodes[inputs[0] ?? 0];
    const { scale, offset } = this.#affineOf(name, epsilon);
    const isLinear = before?.op.kind === 'conv' || before?.op.kind === 'depthwise';
    if (!isLinear || source === undefined || this.#readers(source).length > 1) {
      return this.#list.push({ name, op: { kind: 'affine', scale, offset }, inputs: [place], shape }) - 1;
    }
    const op = before.op;
    const bias = op.bias === null ? offset : plusTimes(op.bias, scale, offset);
    this.#list[place] = { ...before, op: { ...op, kernel: timesChannels(op.kernel, scale), bias } };
    return place;
  }

  /** What a BatchNorm on its averages does: `x * scale + offset`. */
  #affineOf(name: string, epsilon: number): { scale: Weight; offset: Weight } {
    const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((weight) =>
      this.#weight(`${name}/${weight}`),
    ) as [Weight, Weight, Weight, Weight];
    const scale: Weight = {
      name: `${name}/scale`,
      shape: gamma.shape,
      async read() {
        const [factor, spread] = [await gamma.read(), await variance.read()];
        return factor.map((value, channel) => value / Math.sqrt(spread[channel]! + epsilon));
      },
    };
    const offset: Weight = {
      name: `${name}/offset`,
      shape: gamma.shape,
      async read() {
        const [shift, centre, factor] = [await beta.read(), await mean.read(), await scale.read()];
        return shift.map((value, channel) => value - centre[channel]! * factor[channel]!);
      },
    };
    return { scale, offset };
  }

  /** Only what squeeze-and-excitation asks for: the axes that pooling took away. */
  #reshape(node: GraphNode, place: number): number {
    const before = this.#list[place];
    const isPooled = before?.op.kind === 'globalAveragePool' && before.shape.length === 1;
    if (!isPooled || node.shape.join() !== [1, 1, ...before.shape].join())
      throw unsupported(node, 'a new shape');
    const op = { kind: 'globalAveragePool', keepsAxes: true } as const;
    const kept = { name: node.name, op, inputs: before.inputs, shape: node.shape };
    const source = this.graph.nodes[node.inputs[0] ?? 0];
    // Others may read the pooled values as they were.
    if (source === undefined || this.#readers(source).length > 1) return this.#list.push(kept) - 1;
    this.#list[place] = kept;
    return place;
  }

  #readers({ index }: GraphNode): readonly GraphNode[] {
    return this.graph.nodes.filter(({ inputs }) => inputs.includes(index));
  }

  /** @see TensorFlow's `SAME`: what is left over goes to the bottom and the right. */
  #paddingOf(
    { inputs, shape }: GraphNode,
    padding: 'same' | 'valid',
    size: readonly [number, number],
    strides: readonly [number, number],
  ): Padding2d {
    const [input = 0] = inputs;
    if (padding === 'valid') return this.#padding.get(input) ?? NO_PADDING;
    const source = this.graph.nodes[input]?.shape ?? [];
    const sides = [0, 1].map((axis): readonly [number, number] => {
      const needed = ((shape[axis] ?? 1) - 1) * strides[axis as 0 | 1] + size[axis as 0 | 1];
      const total = Math.max(0, needed - (source[axis] ?? 1));
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
    return [sides[0]!, sides[1]!];
  }
}

/** Whether a node reads the picture, padded at most: its kernel is where the channels' order is settled. */
export function readsPicture(graph: Graph, { inputs }: GraphNode): boolean {
  const source = graph.nodes[inputs[0] ?? -1];
  if (source === undefined) return false;
  return source.op.kind === 'input' || (source.op.kind === 'pad' && readsPicture(graph, source));
}

/** Factor and summand of the preprocessing by the picture's channel, not the network's. */
export function byPicture({ order, scale, offset }: Preprocessing): {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
} {
  const arranged = (values: readonly number[]): number[] =>
    order.map((_, channel) => values[order.indexOf(channel as 0 | 1 | 2)] ?? 0);
  return { scale: arranged(scale), offset: arranged(offset) };
}

function isUnpadded({ op }: GraphNode): boolean {
  return (op.kind === 'conv' || op.kind === 'depthwise') && op.padding === 'valid';
}

/** `value * scale + offset`, channel by channel. */
function plusTimes(value: Weight, scale: Weight, offset: Weight): Weight {
  return {
    ...value,
    async read() {
      const [values, factors, shifts] = [await value.read(), await scale.read(), await offset.read()];
      return values.map((one, channel) => one * factors[channel]! + shifts[channel]!);
    },
  };
}

function unsupported({ name }: GraphNode, what: string): StudioError {
  return new StudioError({
    code: 'export/layer-unsupported',
    message: `A layer that this format has an op for was expected; ${name} has ${what}, which it has none for.`,
    hint: 'Take the network home as TensorFlow.js, or use a backbone from the list.',
  });
}
