/**
 * Reads a TFLite file as far as a network without branches of control needs it: tensors with what is stored of them, and
 * operators in order, by the field numbers of TFLite's schema.
 *
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
 */
import { ByteBuffer } from 'flatbuffers';

/** `BuiltinOperator`, those that are read here. */
const OPERATORS: Readonly<Record<number, string>> = {
  0: 'add',
  2: 'concatenation',
  3: 'convolution',
  4: 'depthwise',
  6: 'dequantize',
  17: 'maxPool',
  19: 'relu',
  22: 'reshape',
  34: 'pad',
};

/** `TensorType`, and what holds it. */
const ARRAYS = { 0: Float32Array, 1: Uint16Array, 2: Int32Array } as const;

export interface ReadTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Float16 as its bits; null where the network computes it. */
  readonly values: Float32Array | Uint16Array | Int32Array | null;
}

export interface ReadOperator {
  readonly code: string;
  /** Indices of tensors; -1 for none. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Of convolutions and pools; 1 elsewhere. */
  readonly stride: number;
  readonly isSame: boolean;
  /** 0 for none, 1 for ReLU. */
  readonly activation: number;
}

export interface ReadNetwork {
  readonly tensors: readonly ReadTensor[];
  readonly operators: readonly ReadOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A table, by its fields' numbers. */
class Table {
  constructor(
    readonly bytes: ByteBuffer,
    readonly at: number,
  ) {}

  #field(index: number): number {
    const vtable = this.at - this.bytes.readInt32(this.at);
    const size = this.bytes.readInt16(vtable);
    const place = 4 + 2 * index;
    const offset = place < size ? this.bytes.readInt16(vtable + place) : 0;
    return offset === 0 ? 0 : this.at + offset;
  }

  int8(index: number): number {
    const at = this.#field(index);
    return at === 0 ? 0 : this.bytes.readInt8(at);
  }

  int32(index: number, missing = 0): number {
    const at = this.#field(index);
    return at === 0 ? missing : this.bytes.readInt32(at);
  }

  text(index: number): string {
    const at = this.#field(index);
    return at === 0 ? '' : String(this.bytes.__string(at));
  }

  table(index: number): Table | null {
    const at = this.#field(index);
    return at === 0 ? null : new Table(this.bytes, at + this.bytes.readInt32(at));
  }

  /** Where each element of a list begins, each so many bytes. */
  #list(index: number, bytes: number): number[] {
    const at = this.#field(index);
    if (at === 0) return [];
    const start = at + this.bytes.readInt32(at);
    return Array.from({ length: this.bytes.readInt32(start) }, (_, place) => start + 4 + place * bytes);
  }

  tables(index: number): Table[] {
    return this.#list(index, 4).map((at) => new Table(this.bytes, at + this.bytes.readInt32(at)));
  }

  wholes(index: number): number[] {
    return this.#list(index, 4).map((at) => this.bytes.readInt32(at));
  }

  /** A copy. */
  octets(index: number): Uint8Array<ArrayBuffer> {
    const at = this.#field(index);
    if (at === 0) return new Uint8Array();
    const start = at + this.bytes.readInt32(at);
    return Uint8Array.from(this.bytes.bytes().subarray(start + 4, start + 4 + this.bytes.readInt32(start)));
  }
}

/** Reads the first network of a file. */
export function readTflite(file: Uint8Array): ReadNetwork {
  const bytes = new ByteBuffer(file);
  const model = new Table(bytes, bytes.readInt32(0));
  const [graph] = model.tables(2);
  if (graph === undefined) throw new TypeError('a network was expected in the file');
  const codes = model.tables(1).map((code) => Math.max(code.int8(0), code.int32(3)));
  const buffers = model.tables(4);
  return {
    tensors: graph.tables(0).map((tensor) => ({
      name: tensor.text(3),
      shape: tensor.wholes(0),
      values: valuesOf(tensor.int8(1), buffers[tensor.int32(2)]?.octets(0)),
    })),
    operators: graph.tables(3).map((operator) => operatorOf(operator, codes[operator.int32(0)] ?? -1)),
    inputs: graph.wholes(1),
    outputs: graph.wholes(2),
  };
}

function valuesOf(type: number, octets: Uint8Array<ArrayBuffer> | undefined): ReadTensor['values'] {
  if (octets === undefined || octets.length === 0) return null;
  const Values = ARRAYS[type as keyof typeof ARRAYS] as (typeof ARRAYS)[0] | undefined;
  if (Values === undefined) throw new TypeError(`tensors of type ${type.toString()} are not read`);
  return new Values(octets.buffer);
}

function operatorOf(operator: Table, number: number): ReadOperator {
  const code = OPERATORS[number];
  if (code === undefined) throw new TypeError(`operators of kind ${number.toString()} are not read`);
  const options = operator.table(4);
  const moves = code === 'convolution' || code === 'depthwise' || code === 'maxPool';
  // The place of the activation among an operator's settings.
  const activation = { convolution: 3, depthwise: 4, maxPool: 5, add: 0 }[code];
  return {
    code,
    inputs: operator.wholes(1),
    outputs: operator.wholes(2),
    stride: moves ? (options?.int32(1, 1) ?? 1) : 1,
    isSame: moves && options?.int8(0) === 0,
    activation: activation === undefined ? 0 : (options?.int8(activation) ?? 0),
  };
}
