/**
 * Owns the network as ONNX's graph: which op stands for each of ours. Pictures come as Keras' do, channels last; inside,
 * channels come first, as ONNX's convolutions want them.
 */
import type { Chunk } from '../exporter.ts';
import type { InferenceNetwork, InferenceNode, LinearOp } from '../network/inference.ts';
import type { Precision } from '../network/precision.ts';
import { transpose, type Weight } from '../network/weight.ts';
import { message, type Field, type Stream } from './protobuf.ts';
import { storeWeight, tensor, TYPES, wholeAttribute } from './tensors.ts';

/** Names of the graph's ends. */
export const INPUT = 'pixels';
export const OUTPUT = 'probabilities';

/** `AttributeProto` of whole numbers. */
function wholesAttribute(name: string, values: readonly number[]): Chunk {
  return message([1, name], ...values.map((value): Field => [8, value]), [20, 7]);
}

/** Ops in order, and the tensors that they read. */
export interface OnnxGraph {
  readonly nodes: readonly Chunk[];
  readonly tensors: readonly Stream[];
}

export interface OnnxVariant {
  readonly precision: Precision;
  /** What pictures come as. */
  readonly pixels: 'float32' | 'uint8';
}

export async function onnxGraph(network: InferenceNetwork, variant: OnnxVariant): Promise<OnnxGraph> {
  const writer = new GraphWriter(network, variant);
  for (const [place, node] of network.entries()) await writer.write(node, place);
  return writer;
}

class GraphWriter implements OnnxGraph {
  readonly nodes: Chunk[] = [];
  readonly tensors: Stream[] = [];

  constructor(
    readonly network: InferenceNetwork,
    readonly variant: OnnxVariant,
  ) {}

  /** Writes what computes a node's value; returns the value's name. */
  async write(node: InferenceNode, place: number): Promise<string> {
    const { op } = node;
    const [x = INPUT, ...others] = node.inputs.map((input) => this.#nameOf(input));
    const y = this.#nameOf(place);
    switch (op.kind) {
      case 'input':
        return this.#input(y);
      case 'affine': {
        const scale = await this.#vector(op.scale, node.shape.length);
        const offset = await this.#vector(op.offset, node.shape.length);
        this.#op('Mul', [x, scale], `${y}:scaled`);
        return this.#op('Add', [`${y}:scaled`, offset], y);
      }
      case 'conv':
      case 'depthwise':
        return this.#linear(op, x, y);
      case 'dense': {
        const kernel = await this.#weight(op.kernel, 1);
        const bias = op.bias === null ? [] : [await this.#weight(op.bias, 0)];
        return this.#op('Gemm', [x, kernel, ...bias], y);
      }
      case 'activation':
        return this.#activation(op.activation, x, y);
      case 'add':
        return this.#op('Add', [x, ...others], y);
      case 'multiply':
        return this.#op('Mul', [x, ...others], y);
      case 'globalAveragePool': {
        if (op.keepsAxes) return this.#op('GlobalAveragePool', [x], y);
        this.#op('GlobalAveragePool', [x], `${y}:pooled`);
        return this.#op('Flatten', [`${y}:pooled`], y, wholeAttribute('axis', 1));
      }
      case 'maxPool': {
        const [[top, bottom], [left, right]] = op.padding;
        const attributes = [
          wholesAttribute('kernel_shape', op.size),
          wholesAttribute('strides', op.strides),
          wholesAttribute('pads', [top, left, bottom, right]),
        ];
        return this.#op('MaxPool', [x], y, ...attributes);
      }
      default:
        return op satisfies never;
    }
  }

  #nameOf(place: number): string {
    return place === this.network.length - 1 ? OUTPUT : (this.network[place]?.name ?? '');
  }

  /** Writes `NodeProto`; returns its output's name. */
  #op(type: string, inputs: readonly string[], output: string, ...attributes: readonly Chunk[]): string {
    const fields = [...inputs.map((input): Field => [1, input]), [2, output] as const, [3, output] as const];
    this.nodes.push(message(...fields, [4, type], ...attributes.map((one): Field => [5, one])));
    return output;
  }

  #input(y: string): string {
    const floats = this.variant.pixels === 'float32' ? INPUT : `${INPUT}:float32`;
    if (floats !== INPUT) this.#op('Cast', [INPUT], floats, wholeAttribute('to', TYPES.float32));
    return this.#op('Transpose', [floats], y, wholesAttribute('perm', [0, 3, 1, 2]));
  }

  async #linear(op: LinearOp, x: string, y: string): Promise<string> {
    const isDepthwise = op.kind === 'depthwise';
    // Output channels first, and for a depthwise one input channel for each.
    const kernel = transpose(op.kernel, isDepthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]);
    const inputs = [x, await this.#weight(kernel, 0)];
    if (op.bias !== null) inputs.push(await this.#weight(op.bias, 0));
    const [[top, bottom], [left, right]] = op.padding;
    return this.#op(
      'Conv',
      inputs,
      y,
      wholesAttribute('kernel_shape', op.kernel.shape.slice(0, 2)),
      wholesAttribute('strides', op.strides),
      wholesAttribute('pads', [top, left, bottom, right]),
      wholeAttribute('group', isDepthwise ? (op.kernel.shape[2] ?? 1) : 1),
    );
  }

  #activation(activation: string, x: string, y: string): string {
    switch (activation) {
      case 'relu':
        return this.#op('Relu', [x], y);
      case 'relu6':
        return this.#op('Clip', [x, this.#number('zero', 0), this.#number('six', 6)], y);
      case 'sigmoid':
        return this.#op('Sigmoid', [x], y);
      case 'swish':
        this.#op('Sigmoid', [x], `${y}:gate`);
        return this.#op('Mul', [x, `${y}:gate`], y);
      default:
        return this.#op('Softmax', [x], y, wholeAttribute('axis', -1));
    }
  }

  /** A vector over the channels, which come first among as many axes as its other factor has. */
  async #vector(weight: Weight, rank: number): Promise<string> {
    return this.#weight(
      { ...weight, shape: [...weight.shape, ...Array.from({ length: rank - 1 }, () => 1)] },
      0,
      'float32',
    );
  }

  async #weight(weight: Weight, axis: number, precision = this.variant.precision): Promise<string> {
    const { tensors, op } = await storeWeight(weight, axis, weight.name, precision);
    this.tensors.push(...tensors);
    if (op !== null) this.#op(op.type, op.inputs, weight.name, ...op.attributes);
    return weight.name;
  }

  /** A number on its own, written once. */
  #number(name: string, value: number): string {
    if (!this.#numbers.has(name)) {
      this.#numbers.add(name);
      this.tensors.push(tensor(name, [], 'float32', () => Promise.resolve(Float32Array.of(value))));
    }
    return name;
  }

  readonly #numbers = new Set<string>();
}
