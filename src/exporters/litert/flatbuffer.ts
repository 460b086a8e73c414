/**
 * Owns FlatBuffers' tables as TFLite's schema has them: by the index of a field, since no package has the schema.
 *
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
 */
import type { Builder } from 'flatbuffers';
import type { Chunk } from '../exporter.ts';

/** Of bytes, as the schema asks for. */
const ALIGNMENT = 16;

/** Of a list's length, ahead of what is in it. */
const LENGTH_BYTES = 4;

/** What a field holds: a number of one of the widths, or what was written before it. */
export type FieldValue =
  | { readonly int8: number }
  | { readonly int32: number }
  | { readonly float32: number }
  | { readonly flag: boolean }
  | { readonly offset: number };

export const int8 = (value: number): FieldValue => ({ int8: value });
export const int32 = (value: number): FieldValue => ({ int32: value });
export const offset = (value: number): FieldValue => ({ offset: value });

/** Writes a table's fields by their indices, all that are given; returns its place. */
export function table(builder: Builder, fields: Readonly<Record<number, FieldValue>>): number {
  const entries = Object.entries(fields).map(([index, value]) => [Number(index), value] as const);
  builder.startObject(Math.max(-1, ...entries.map(([index]) => index)) + 1);
  for (const [index, value] of entries) {
    // Fields at 0 are left out, as everywhere: the schema's default of those written here is 0.
    if ('int8' in value) builder.addFieldInt8(index, value.int8, 0);
    else if ('int32' in value) builder.addFieldInt32(index, value.int32, 0);
    else if ('float32' in value) builder.addFieldFloat32(index, value.float32, 0);
    else if ('flag' in value) builder.addFieldInt8(index, Number(value.flag), 0);
    else builder.addFieldOffset(index, value.offset, 0);
  }
  return builder.endObject();
}

/** A list of tables or texts that were written before. */
export function offsets(builder: Builder, places: readonly number[]): FieldValue {
  builder.startVector(4, places.length, 4);
  for (const place of places.toReversed()) builder.addOffset(place);
  return offset(builder.endVector());
}

/** A list of whole numbers of 32 bits. */
export function wholes(builder: Builder, values: readonly number[]): FieldValue {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) builder.addInt32(value);
  return offset(builder.endVector());
}

/** A list of whole numbers of 64 bits. */
export function longs(builder: Builder, values: readonly number[]): FieldValue {
  builder.startVector(8, values.length, 8);
  for (const value of values.toReversed()) builder.addInt64(BigInt(value));
  return offset(builder.endVector());
}

export function reals(builder: Builder, values: readonly number[]): FieldValue {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) builder.addFloat32(value);
  return offset(builder.endVector());
}

export function text(builder: Builder, value: string): FieldValue {
  return offset(builder.createString(value));
}

/** Bytes that are there already. */
export function bytes(builder: Builder, values: Uint8Array): FieldValue {
  builder.prep(ALIGNMENT, values.length);
  return offset(builder.createByteVector(values));
}

/** A table of one list of bytes, which comes behind all tables: {@link leadsOf} says where. */
export interface LaterBytes {
  readonly table: number;
  readonly length: number;
}

export function laterBytes(builder: Builder, length: number): LaterBytes {
  // A field of 0 would be left out.
  return { table: table(builder, { 0: int32(-1) }), length };
}

/**
 * Points tables to their bytes behind the finished ones: lists may lie anywhere behind what names them, so they need not be
 * there while tables are made.
 *
 * @param tables all that was built; its fields are filled in
 * @returns what comes ahead of each list's bytes, so that they begin at a multiple of 16: a gap, and how many they are
 */
export function leadsOf(tables: Chunk, lists: readonly LaterBytes[]): Chunk[] {
  const view = new DataView(tables.buffer, tables.byteOffset, tables.byteLength);
  let end = tables.length;
  return lists.map(({ table: place, length }) => {
    const start = Math.ceil((end + LENGTH_BYTES) / ALIGNMENT) * ALIGNMENT;
    const at = tables.length - place;
    // A table begins with how far ahead of it the offsets of its fields are, behind two sizes.
    const field = at + view.getUint16(at - view.getInt32(at, true) + 4, true);
    view.setUint32(field, start - LENGTH_BYTES - field, true);
    const lead = new Uint8Array(start - end);
    new DataView(lead.buffer).setUint32(lead.length - LENGTH_BYTES, length, true);
    end = start + length;
    return lead;
  });
}
