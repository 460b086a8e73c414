/**
 * Owns the `.tflite` file: tensors, operators and metadata as FlatBuffers' tables, the weights behind them, and the labels
 * in a zip at the end.
 */
import { Builder } from 'flatbuffers';
import { fileOf, type Chunk, type ExportedFile, type ExportInput } from '../exporter.ts';
import { invariant } from '../../protocol/errors.ts';
import { sizeOf } from '../network/weight.ts';
import { zipped } from '../package/zip.ts';
import {
  bytes,
  int32,
  int8,
  laterBytes,
  leadsOf,
  longs,
  offset,
  offsets,
  reals,
  table,
  text,
  wholes,
  type FieldValue,
} from './flatbuffer.ts';
import { OPERATORS, type Grid, type TfliteGraph, type TfliteOperator } from './graph.ts';
import { metadataOf, LABELS_FILE } from './metadata.ts';

/** `TensorType` and bytes of a number. */
const TYPES = { float32: [0, 4], float16: [1, 2], int32: [2, 4], int8: [9, 1] } as const;

/** The schema's. */
const VERSION = 3;

/** Tables begin with; they grow where they have to. */
const ROOM_BYTES = 65_536;

/** @param graph made when the file is written */
export function tfliteFile(
  path: string,
  input: ExportInput,
  graph: () => Promise<TfliteGraph>,
): ExportedFile {
  return {
    path,
    async *chunks() {
      yield* flatbuffer(input, await graph());
      // Readers of the metadata look for its files in a zip at the end.
      yield* zipped([fileOf(LABELS_FILE, `${input.labels.join('\n')}\n`)]);
    },
  };
}

/** Tables first, and behind them the weights, each read when its turn comes. */
async function* flatbuffer(input: ExportInput, graph: TfliteGraph): AsyncGenerator<Chunk> {
  const builder = new Builder(ROOM_BYTES);
  const metadata = metadataOf(input);
  const weights = graph.tensors.flatMap(({ read, shape, type }) =>
    read === null ? [] : { read, ...laterBytes(builder, sizeOf({ shape }) * TYPES[type][1]) },
  );
  // The first buffer is empty, by convention: computed tensors name it.
  const buffers = [table(builder, {}), ...weights.map((weight) => weight.table)];
  let stored = 0;
  const places = graph.tensors.map(({ read }) => (read === null ? 0 : (stored += 1)));
  buffers.push(table(builder, { 0: bytes(builder, metadata) }));
  const entry = table(builder, {
    0: text(builder, 'TFLITE_METADATA'),
    1: int32(buffers.length - 1),
  });
  const isWhole = graph.tensors.some(({ type }) => type === 'int8');
  const codes = [...new Set(graph.operators.map(({ code }) => code))];
  const model = table(builder, {
    0: int32(VERSION),
    1: offsets(
      builder,
      codes.map((code) => operatorCode(builder, code, isWhole ? (INTEGER_VERSIONS[code] ?? 2) : 1)),
    ),
    2: offsets(builder, [subgraph(builder, graph, places, codes)]),
    3: text(builder, 'Written by Mien'),
    4: offsets(builder, buffers),
    6: offsets(builder, [entry]),
  });
  builder.finish(model, 'TFL3');
  const tables = builder.asUint8Array() as Chunk;
  const leads = leadsOf(tables, weights);
  yield tables;
  for (const [index, { read, length }] of weights.entries()) {
    yield leads[index]!;
    const { buffer, byteOffset, byteLength } = await read();
    invariant(byteLength === length, 'a weight has as many numbers as its shape says');
    yield new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  }
}

function operatorCode(builder: Builder, code: TfliteOperator['code'], version: number): number {
  const number = OPERATORS[code];
  // Old readers know the first field, new ones the last.
  return table(builder, { 0: int8(number), 2: int32(version), 3: int32(number) });
}

/** Since which versions operators take whole numbers of 8 bits; 2 for those that are not named. */
const INTEGER_VERSIONS: Readonly<Partial<Record<TfliteOperator['code'], number>>> = {
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 3,
  FULLY_CONNECTED: 4,
  QUANTIZE: 1,
};

function subgraph(
  builder: Builder,
  graph: TfliteGraph,
  buffers: readonly number[],
  codes: readonly TfliteOperator['code'][],
): number {
  const tensors = graph.tensors.map(({ name, shape, type, grid }, place) =>
    table(builder, {
      0: wholes(builder, shape),
      1: int8(TYPES[type][0]),
      2: int32(buffers[place] ?? 0),
      3: text(builder, name),
      ...(grid !== undefined && { 4: offset(quantization(builder, grid)) }),
    }),
  );
  const operators = graph.operators.map((operator) => {
    const [type, options] = optionsOf(builder, operator);
    return table(builder, {
      0: int32(codes.indexOf(operator.code)),
      1: wholes(builder, operator.inputs),
      2: wholes(builder, [operator.output]),
      3: int8(type),
      4: offset(options),
    });
  });
  return table(builder, {
    0: offsets(builder, tensors),
    1: wholes(builder, [graph.input]),
    2: wholes(builder, [graph.output]),
    3: offsets(builder, operators),
    4: text(builder, 'main'),
  });
}

/** The schema's table of quantization parameters. */
function quantization(builder: Builder, { scales, zero, axis }: Grid): number {
  const zeros = scales.map(() => zero);
  return table(builder, { 2: reals(builder, scales), 3: longs(builder, zeros), 6: int32(axis) });
}

/** An operator's settings and which of `BuiltinOptions` they are; 0 for none. */
function optionsOf(builder: Builder, { code, window, keepsAxes }: TfliteOperator): [number, number] {
  const moves = (): Record<number, FieldValue> => ({
    0: int8(window?.isSame === true ? 0 : 1),
    1: int32(window?.strides[1] ?? 1),
    2: int32(window?.strides[0] ?? 1),
  });
  switch (code) {
    case 'CONV_2D':
      return [1, table(builder, { ...moves(), 4: int32(1), 5: int32(1) })];
    case 'DEPTHWISE_CONV_2D':
      return [2, table(builder, { ...moves(), 3: int32(1), 5: int32(1), 6: int32(1) })];
    case 'MAX_POOL_2D':
      return [
        5,
        table(builder, { ...moves(), 3: int32(window?.size[1] ?? 1), 4: int32(window?.size[0] ?? 1) }),
      ];
    case 'FULLY_CONNECTED':
      return [8, table(builder, {})];
    case 'SOFTMAX':
      return [9, table(builder, { 0: { float32: 1 } })];
    case 'ADD':
      return [11, table(builder, {})];
    case 'MUL':
      return [21, table(builder, {})];
    case 'PAD':
      return [22, table(builder, {})];
    case 'MEAN':
      return [27, table(builder, { 0: { flag: keepsAxes ?? false } })];
    default:
      return [0, 0];
  }
}
