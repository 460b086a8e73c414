/**
 * Owns what of an ONNX file is read: the tensors that it stores and what it says of itself. Fields are read by their
 * numbers; what has no number here, the ops among it, is passed over.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { unreadable } from './weight-file.ts';

/** A tensor as it is stored. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** ONNX's number for the kind of its numbers. */
  readonly type: number;
  readonly bytes: Uint8Array;
}

export interface OnnxFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** More axes than any kernel has. */
const MAX_RANK = 8;

const PRODUCER = 'Mien';

/** Whether a file that starts with these bytes is ONNX, and written by Mien, which says so right behind the version. */
export function isOwnOnnx(head: Uint8Array): boolean {
  const producer = new TextDecoder('latin1').decode(head.subarray(4, 4 + PRODUCER.length));
  return head[0] === 0x08 && head[2] === 0x12 && head[3] === PRODUCER.length && producer === PRODUCER;
}

/** Reads `ModelProto`. @throws StudioError `model/weights-unreadable` */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  const tensors = new Map<string, StoredTensor>();
  const metadata = new Map<string, string>();
  try {
    for (const [field, value] of fieldsOf(bytes)) {
      if (field === 7 && value instanceof Uint8Array) readGraph(value, tensors);
      if (field !== 14 || !(value instanceof Uint8Array)) continue;
      const [key, text] = [1, 2].map((number) => textAt(value, number));
      if (key !== undefined) metadata.set(key, text ?? '');
    }
  } catch (cause) {
    // The library says with a RangeError or a plain Error that the bytes are no messages.
    if (cause instanceof Error && !('code' in cause))
      throw unreadable('The file should be made of ONNX’s messages; it is damaged.', cause);
    throw cause;
  }
  return { tensors, metadata };
}

function readGraph(graph: Uint8Array, tensors: Map<string, StoredTensor>): void {
  for (const [field, value] of fieldsOf(graph)) {
    if (field !== 5 || !(value instanceof Uint8Array)) continue;
    const [name, tensor] = readTensor(value);
    if (tensors.has(name)) throw unreadable(`The file has two tensors ${name}.`);
    tensors.set(name, tensor);
  }
}

/** Reads `TensorProto`. */
function readTensor(tensor: Uint8Array): [name: string, StoredTensor] {
  const shape: number[] = [];
  let [type, bytes]: [number, Uint8Array] = [0, new Uint8Array(0)];
  for (const [field, value] of fieldsOf(tensor)) {
    if (field === 1 && typeof value === 'number') shape.push(value);
    else if (field === 2 && typeof value === 'number') type = value;
    else if (field === 9 && value instanceof Uint8Array) bytes = value;
  }
  const name = textAt(tensor, 8) ?? '';
  if (shape.length > MAX_RANK || !shape.every((side) => Number.isSafeInteger(side) && side >= 0))
    throw unreadable(`Tensor ${name} should have a shape; it has [${shape.slice(0, MAX_RANK).join(', ')}].`);
  return [name, { shape, type, bytes }];
}

/** The fields of a message in order: whole numbers, and bytes of text or of messages inside; others are left out. */
function* fieldsOf(message: Uint8Array): Generator<readonly [field: number, value: number | Uint8Array]> {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type === WireType.Varint) yield [field, Number(reader.int64())];
    else if (type === WireType.LengthDelimited) yield [field, reader.bytes()];
    else reader.skip(type, field);
  }
}

function textAt(message: Uint8Array, number: number): string | undefined {
  for (const [field, value] of fieldsOf(message))
    if (field === number && value instanceof Uint8Array) return new TextDecoder().decode(value);
  return undefined;
}
