/**
 * Owns the network in whole numbers of 8 bits, for phones and boards without floating point: weights, and every value that
 * is computed. It is made from the graph of float32 and from between what each value lay on training pictures.
 *
 * A number q stands for `(q - zero) * scale`. Kernels have a scale for each output channel and no zero; a bias has 32 bits
 * and the scale `scale of x * scale of kernel`, so that a convolution is sums of products of whole numbers:
 * `y = scale_x * scale_k * (sum((q_x - zero_x) * q_k) + q_b)`. What lies beyond a value's range is held at its end: a ReLU
 * whose range begins at 0 is that and nothing more, and is no operator here.
 *
 * @see https://ai.google.dev/edge/litert/models/quantization_spec
 */
import { bytesBy, scalesOf } from '../network/precision.ts';
import type { Range } from '../network/run.ts';
import type { Grid, NodeGraph, TfliteGraph, TfliteOperator, TfliteTensor } from './graph.ts';

const LOW = -128;
const HIGH = 127;

/** What sigmoids and probabilities are held by, by the specification. */
const SHARES: Grid = { scales: [1 / 256], zero: LOW, axis: 0 };

/** Bytes of pixels stand for themselves. */
const PIXELS: Range = { low: 0, high: 255 };

/** A bias stays far from the ends of its 32 bits, where sums would wrap around. */
const LARGEST_BIAS = 2 ** 30;

/** @param ranges of the network's nodes, in their order */
export async function integerGraph(graph: NodeGraph, ranges: readonly Range[]): Promise<TfliteGraph> {
  const writer = new IntegerWriter(graph, ranges);
  await writer.write();
  return writer;
}

class IntegerWriter implements TfliteGraph {
  readonly tensors: TfliteTensor[] = [];
  readonly operators: TfliteOperator[] = [];
  input = 0;
  output = 0;
  /** Tensors of whole numbers, by those of float32 that they stand for. */
  readonly #places = new Map<number, number>();
  readonly #ranges: Map<number, Range>;
  /** ReLUs that are the end of a range, by the tensor that they read. */
  readonly #dissolved = new Map<number, number>();

  constructor(
    readonly graph: NodeGraph,
    ranges: readonly Range[],
  ) {
    this.#ranges = new Map(graph.values.map((place, node) => [place, ranges[node] ?? PIXELS]));
    const computed = new Set(graph.operators.map(({ output }) => output));
    for (const { code, inputs, output } of graph.operators) {
      const [x = 0] = inputs;
      const readers = graph.operators.filter((one) => one.inputs.includes(x));
      if (!code.startsWith('RELU') || readers.length > 1 || !computed.has(x)) continue;
      this.#dissolved.set(x, output);
      this.#ranges.set(x, this.#rangeOf(output));
    }
  }

  async write(): Promise<void> {
    const { graph } = this;
    const pixels = graph.tensors[graph.input]!;
    this.#ranges.set(graph.input, PIXELS);
    this.input = this.#push(pixels);
    const whole = this.#computed(`${pixels.name}/int8`, pixels.shape, gridOf(PIXELS));
    this.operators.push({ code: 'QUANTIZE', inputs: [this.input], output: whole });
    this.#places.set(graph.input, whole);
    for (const operator of graph.operators) await this.#operator(operator);
    const { name, shape } = graph.tensors[graph.output]!;
    const probabilities = this.#place(graph.output);
    this.tensors[probabilities] = { ...this.tensors[probabilities]!, name: `${name}/int8` };
    this.output = this.#push({ name, shape, type: 'float32', read: null });
    this.operators.push({ code: 'DEQUANTIZE', inputs: [probabilities], output: this.output });
  }

  async #operator(operator: TfliteOperator): Promise<void> {
    const { code, inputs, output } = operator;
    const [x = 0] = inputs;
    if (this.#dissolved.get(x) === output) {
      this.#places.set(output, this.#place(x));
      return;
    }
    const isLinear = code === 'CONV_2D' || code === 'DEPTHWISE_CONV_2D' || code === 'FULLY_CONNECTED';
    const places = isLinear ? await this.#linear(operator) : [];
    if (!isLinear) for (const input of inputs) places.push(await this.#operand(input));
    const { name, shape } = this.graph.tensors[output]!;
    const made = this.#computed(name, shape, await this.#gridOf(operator));
    this.#places.set(output, made);
    this.operators.push({ ...operator, inputs: places, output: made });
  }

  /** Picture, kernel and bias of a convolution or a dense layer. */
  async #linear({ code, inputs }: TfliteOperator): Promise<number[]> {
    const [x, kernel, bias] = inputs.map((input) => this.graph.tensors[input]!);
    const axis = code === 'DEPTHWISE_CONV_2D' ? 3 : 0;
    const scaleOfX = this.tensors[this.#place(inputs[0]!)]?.grid?.scales[0] ?? 1;
    const shape = kernel!.shape;
    const numbers = await floatsOf(kernel!);
    const summands = await floatsOf(bias!);
    // A channel that is next to nothing beside its bias has a scale by which the bias still fits.
    const scales = scalesOf(numbers, shape, axis).map((scale, channel) =>
      Math.max(scale, Math.abs(summands[channel]!) / (scaleOfX * LARGEST_BIAS)),
    );
    const kernelPlace = this.#push({
      ...kernel!,
      type: 'int8',
      read: async () => bytesBy(await floatsOf(kernel!), shape, axis, scales),
      grid: { scales: [...scales], zero: 0, axis },
    });
    const biasScales = Array.from(scales, (scale) => scale * scaleOfX);
    const biasPlace = this.#push({
      ...bias!,
      type: 'int32',
      read: async () =>
        Int32Array.from(await floatsOf(bias!), (value, channel) => Math.round(value / biasScales[channel]!)),
      grid: { scales: biasScales, zero: 0, axis: 0 },
    });
    return [x === undefined ? 0 : this.#place(inputs[0]!), kernelPlace, biasPlace];
  }

  /** A value that was computed, axes and sides as they are, or a constant in whole numbers. */
  async #operand(input: number): Promise<number> {
    const known = this.#places.get(input);
    if (known !== undefined) return known;
    const tensor = this.graph.tensors[input]!;
    if (tensor.type === 'int32') return this.#push(tensor);
    const grid = gridOf(await this.#constantRange(input));
    const read = async (): Promise<Int8Array> =>
      Int8Array.from(await floatsOf(tensor), (value) => onGrid(value, grid));
    return this.#push({ ...tensor, type: 'int8', read, grid });
  }

  async #gridOf({ code, inputs, output }: TfliteOperator): Promise<Grid> {
    switch (code) {
      case 'LOGISTIC':
      case 'SOFTMAX':
        return SHARES;
      case 'PAD':
      case 'MAX_POOL_2D':
        return this.tensors[this.#place(inputs[0]!)]?.grid ?? SHARES;
      default: {
        if (!this.#ranges.has(output)) this.#ranges.set(output, await this.#productRange(inputs));
        return gridOf(this.#rangeOf(output));
      }
    }
  }

  /** Between what a product lies of which a factor is constant: it is no node of the network. */
  async #productRange([x = 0, factor = 0]: readonly number[]): Promise<Range> {
    const [one, other] = [this.#rangeOf(x), await this.#constantRange(factor)];
    const ends = [one.low, one.high].flatMap((end) => [end * other.low, end * other.high]);
    return { low: Math.min(...ends), high: Math.max(...ends) };
  }

  async #constantRange(input: number): Promise<Range> {
    const values = await floatsOf(this.graph.tensors[input]!);
    return { low: Math.min(...values), high: Math.max(...values) };
  }

  #rangeOf(tensor: number): Range {
    return this.#ranges.get(tensor) ?? PIXELS;
  }

  #place(tensor: number): number {
    return this.#places.get(tensor) ?? 0;
  }

  #computed(name: string, shape: readonly number[], grid: Grid): number {
    return this.#push({ name, shape, type: 'int8', read: null, grid });
  }

  #push(tensor: TfliteTensor): number {
    return this.tensors.push(tensor) - 1;
  }
}

/** The finest grid that reaches over a range; 0 is on it, by which pictures are padded. */
function gridOf({ low, high }: Range): Grid {
  const [from, to] = [Math.min(0, low), Math.max(0, high)];
  const scale = to === from ? 1 : Math.fround((to - from) / (HIGH - LOW));
  return { scales: [scale], zero: Math.min(HIGH, Math.max(LOW, Math.round(LOW - from / scale))), axis: 0 };
}

/** The whole number that stands for a value, or the end that it lies beyond. */
function onGrid(value: number, { scales: [scale = 1], zero }: Grid): number {
  return Math.min(HIGH, Math.max(LOW, Math.round(value / scale) + zero));
}

async function floatsOf({ read }: TfliteTensor): Promise<Float32Array> {
  return (await read?.()) as Float32Array;
}
