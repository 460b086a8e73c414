/**
 * Owns protobuf's wire format as ONNX's messages need it: fields by number, and messages so large that they are written
 * as a stream, their length known before their bytes are made.
 *
 * The generated classes of `onnx-proto` build a message whole, weights and all, and look for Node's `require` through
 * `eval`, which the page's policy forbids and the browser reports.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Chunk } from '../exporter.ts';

/** A field's number and its value: a whole number, text, or bytes (a message too). */
export type Field = readonly [number: number, value: number | string | Chunk];

/** A message of few bytes. */
export function message(...fields: readonly Field[]): Chunk {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'number') writer.tag(number, WireType.Varint).int64(value);
    else if (typeof value === 'string') writer.tag(number, WireType.LengthDelimited).string(value);
    else writer.tag(number, WireType.LengthDelimited).bytes(value);
  }
  return writer.finish();
}

/** Bytes whose number is known before they are made. */
export interface Stream {
  readonly length: number;
  readonly chunks: () => AsyncIterable<Chunk>;
}

/** A field that holds a stream: bytes, or a message. */
export function streamField(number: number, value: Stream): Stream {
  const writer = new BinaryWriter();
  const head = writer.tag(number, WireType.LengthDelimited).uint32(value.length).finish();
  return joined([head, value]);
}

/** Fields one behind the other: protobuf lets them come in any order. */
export function joined(parts: readonly (Chunk | Stream)[]): Stream {
  return {
    length: parts.reduce((sum, { length }) => sum + length, 0),
    async *chunks() {
      for (const part of parts) {
        if (part instanceof Uint8Array) yield part;
        else yield* part.chunks();
      }
    },
  };
}
