/**
 * Owns FlatBuffers' tables as TFLite's schema has them: by the index of a field, since no package has the schema.
 *
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
 */
import type { Builder } from 'flatbuffers';

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

/** Bytes that begin at a multiple of 16, as the schema asks for. */
export function bytes(builder: Builder, values: Uint8Array): FieldValue {
  builder.prep(16, values.length);
  return offset(builder.createByteVector(values));
}
