/**
 * Owns the network as TFLite's operators and tensors: which operator stands for each of our ops. Pictures come one by
 * one, channels last, which is this format's own order.
 */
import { toHalves } from '../../lib/bytes/float16.ts';
import type { Padding2d } from '../../models/layers.ts';
import type { InferenceNetwork, InferenceNode, LinearOp } from '../network/inference.ts';
import { fitsHalf, isRounded, type Precision } from '../network/precision.ts';
import { constant, transpose, type Weight } from '../network/weight.ts';

/** `BuiltinOperator` */
export const OPERATORS = {
  ADD: 0,
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 4,
  DEQUANTIZE: 6,
  FULLY_CONNECTED: 9,
  LOGISTIC: 14,
  MAX_POOL_2D: 17,
  MUL: 18,
  RELU: 19,
  RELU6: 21,
  SOFTMAX: 25,
  PAD: 34,
  MEAN: 40,
  QUANTIZE: 114,
} as const;

export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: 'float32' | 'float16' | 'int32' | 'int8';
  /** Null where it is computed. */
  readonly read: (() => Promise<ArrayBufferView>) | null;
  /** Of whole numbers that stand for others. */
  readonly grid?: Grid;
}

/** What whole numbers stand for: `(number - zero) * scale`. */
export interface Grid {
  /** One, or one for each place along an axis. */
  readonly scales: readonly number[];
  readonly zero: number;
  readonly axis: number;
}

/** How a window moves over a picture. */
export interface Window {
  readonly isSame: boolean;
  readonly strides: readonly [number, number];
  readonly size: readonly [number, number];
}

export interface TfliteOperator {
  readonly code: keyof typeof OPERATORS;
  /** Places in the list of tensors. */
  readonly inputs: readonly number[];
  readonly output: number;
  /** Of convolutions and maxima. */
  readonly window?: Window;
  /** Of the mean: whether it keeps the axes that it is taken over. */
  readonly keepsAxes?: boolean;
}

export interface TfliteGraph {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly input: number;
  readonly output: number;
}

/** One of which is known which tensor has the value of each node of the network. */
export interface NodeGraph extends TfliteGraph {
  readonly values: readonly number[];
}

export async function tfliteGraph(network: InferenceNetwork, precision: Precision): Promise<NodeGraph> {
  const writer = new GraphWriter(network, precision);
  for (const node of network) await writer.write(node);
  return writer;
}

class GraphWriter implements NodeGraph {
  readonly tensors: TfliteTensor[] = [];
  readonly operators: TfliteOperator[] = [];
  /** The tensor that has each node's value. */
  readonly values: number[] = [];

  constructor(
    readonly network: InferenceNetwork,
    readonly precision: Precision,
  ) {}

  get input(): number {
    return this.values[0] ?? 0;
  }

  get output(): number {
    return this.values.at(-1) ?? 0;
  }

  /** Writes what computes a node's value. */
  async write(node: InferenceNode): Promise<void> {
    this.values.push(await this.#compute(node));
  }

  async #compute(node: InferenceNode): Promise<number> {
    const { op, name } = node;
    const inputs = node.inputs.map((input) => this.values[input] ?? 0);
    const shape = [1, ...node.shape];
    const [x = 0] = inputs;
    switch (op.kind) {
      case 'input':
        return this.#tensor({ name: 'pixels', shape, type: 'float32', read: null });
      case 'affine': {
        const scaled = this.#operator('MUL', [x, await this.#weight(op.scale)], `${name}/scaled`, shape);
        return this.#operator('ADD', [scaled, await this.#weight(op.offset)], name, shape);
      }
      case 'conv':
      case 'depthwise':
        return this.#linear(node, op, x);
      case 'dense': {
        // Outputs come first.
        const kernel = await this.#weight(transpose(op.kernel, [1, 0]));
        const bias = await this.#bias(op.bias, op.kernel);
        return this.#operator('FULLY_CONNECTED', [x, kernel, bias], name, shape);
      }
      case 'activation':
        return this.#activation(op.activation, x, name, shape);
      case 'add':
        return this.#operator('ADD', inputs, name, shape);
      case 'multiply':
        return this.#operator('MUL', inputs, name, shape);
      case 'globalAveragePool': {
        const axes = this.#numbers(`${name}/axes`, [1, 2], [2]);
        return this.#operator('MEAN', [x, axes], name, shape, { keepsAxes: op.keepsAxes });
      }
      case 'maxPool': {
        const { size, strides } = op;
        const isSame = op.padding.flat().some((side) => side > 0);
        return this.#operator('MAX_POOL_2D', [x], name, shape, { window: { isSame, strides, size } });
      }
      default:
        return op satisfies never;
    }
  }

  async #linear({ name, shape, inputs }: InferenceNode, op: LinearOp, x: number): Promise<number> {
    const isDepthwise = op.kind === 'depthwise';
    const [height = 1, width = 1] = op.kernel.shape;
    const size = [height, width] as const;
    const source = this.network[inputs[0] ?? 0]?.shape ?? [];
    const isValid = op.padding.flat().every((side) => side === 0);
    const isSame = !isValid && isSamePadding(op.padding, source, size, op.strides);
    const padded = isValid || isSame ? x : this.#pad(op.padding, x, name, source);
    // `[out, height, width, in]`; of a depthwise one `[1, height, width, channels]`.
    const kernel = await this.#weight(transpose(op.kernel, [3, 0, 1, 2]));
    const bias = await this.#bias(op.bias, op.kernel, isDepthwise ? 2 : 3);
    const code = isDepthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D';
    const window = { isSame, strides: op.strides, size };
    return this.#operator(code, [padded, kernel, bias], name, [1, ...shape], { window });
  }

  /** What neither `SAME` nor `VALID` says is padded ahead. */
  #pad(
    padding: Padding2d,
    x: number,
    name: string,
    [height = 1, width = 1, channels = 1]: readonly number[],
  ): number {
    const [[top, bottom], [left, right]] = padding;
    const sides = this.#numbers(`${name}/padding`, [0, 0, top, bottom, left, right, 0, 0], [4, 2]);
    const shape = [1, height + top + bottom, width + left + right, channels];
    return this.#operator('PAD', [x, sides], `${name}/padded`, shape);
  }

  #activation(activation: string, x: number, name: string, shape: readonly number[]): number {
    switch (activation) {
      case 'relu':
        return this.#operator('RELU', [x], name, shape);
      case 'relu6':
        return this.#operator('RELU6', [x], name, shape);
      case 'sigmoid':
        return this.#operator('LOGISTIC', [x], name, shape);
      case 'swish': {
        const gate = this.#operator('LOGISTIC', [x], `${name}/gate`, shape);
        return this.#operator('MUL', [x, gate], name, shape);
      }
      default:
        return this.#operator('SOFTMAX', [x], 'probabilities', shape);
    }
  }

  #operator(
    code: keyof typeof OPERATORS,
    inputs: readonly number[],
    name: string,
    shape: readonly number[],
    settings: Pick<TfliteOperator, 'window' | 'keepsAxes'> = {},
  ): number {
    const output = this.#tensor({ name, shape, type: 'float32', read: null });
    this.operators.push({ code, inputs, output, ...settings });
    return output;
  }

  #tensor(tensor: TfliteTensor): number {
    return this.tensors.push(tensor) - 1;
  }

  #numbers(name: string, values: readonly number[], shape: readonly number[]): number {
    return this.#tensor({ name, shape, type: 'int32', read: () => Promise.resolve(Int32Array.from(values)) });
  }

  /** Operators want one; where there is none, zeros. */
  async #bias(bias: Weight | null, kernel: Weight, axis = kernel.shape.length - 1): Promise<number> {
    const zeros = (): Weight => constant(`${kernel.name}/no-bias`, new Float32Array(kernel.shape[axis] ?? 1));
    return this.#weight(bias ?? zeros());
  }

  async #weight(weight: Weight): Promise<number> {
    const { name, shape } = weight;
    const asHalves =
      this.precision === 'float16' && isRounded(weight, this.precision) && fitsHalf(await weight.read());
    if (!asHalves) return this.#tensor({ name, shape, type: 'float32', read: () => weight.read() });
    const read = async (): Promise<ArrayBufferView> => toHalves(await weight.read());
    const halves = this.#tensor({ name: `${name}/float16`, shape, type: 'float16', read });
    return this.#operator('DEQUANTIZE', [halves], name, shape);
  }
}

/** Whether padding is what TensorFlow's `SAME` gives for a picture of that shape. */
function isSamePadding(
  padding: Padding2d,
  source: readonly number[],
  size: readonly [number, number],
  strides: readonly [number, number],
): boolean {
  return [0, 1].every((axis) => {
    const [before, after] = padding[axis as 0 | 1];
    const side = source[axis] ?? 1;
    const stride = strides[axis as 0 | 1];
    const total = Math.max(0, (Math.ceil(side / stride) - 1) * stride + size[axis as 0 | 1] - side);
    return before === Math.floor(total / 2) && after === total - before;
  });
}
