/**
 * Owns Parquet's delta encodings, which some writers use for numbers and lengths.
 *
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/#delta-encoding-delta_binary_packed--5
 */
import type { ByteCursor } from '../byte-cursor.ts';
import { damaged } from '../parquet-errors.ts';
import { unpackBits } from './runs.ts';

/** DELTA_BINARY_PACKED: whole numbers as differences; exact up to 2^53, which labels and lengths are. */
export function readDeltas(cursor: ByteCursor, count: number): Float64Array {
  const blockLength = cursor.varint();
  const parts = cursor.varint();
  const announced = cursor.varint();
  const partLength = blockLength / parts;
  if (announced !== count || !Number.isInteger(partLength) || partLength === 0 || partLength % 8 !== 0) {
    throw damaged('a page of differences has an impossible layout');
  }
  const values = new Float64Array(count);
  if (count === 0) return values;
  let value = cursor.zigzag();
  values[0] = value;
  for (let done = 1; done < count;) {
    const least = cursor.zigzag();
    const widths = cursor.take(parts);
    for (let part = 0; part < parts && done < count; part += 1) {
      const width = widths[part]!;
      if (width > 64) throw damaged('a page holds numbers of more than 64 bits');
      const steps = new Float64Array(Math.min(partLength, count - done));
      // The last part may be cut short after its values.
      unpackBits(cursor.take(Math.min((partLength * width) / 8, cursor.left)), width, steps);
      for (const step of steps) {
        value += least + step;
        values[done] = value;
        done += 1;
      }
    }
  }
  return values;
}

/** DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes. */
export function readDeltaLengths(cursor: ByteCursor, count: number): Uint8Array[] {
  return Array.from(readDeltas(cursor, count), (length) => cursor.take(length));
}

/** DELTA_BYTE_ARRAY: each value begins with so many bytes of the one before. */
export function readDeltaBytes(cursor: ByteCursor, count: number): Uint8Array[] {
  const shared = readDeltas(cursor, count);
  const rests = readDeltaLengths(cursor, count);
  // Sharing could unpack a page to its square: no more is unpacked than labels have any use for.
  let budget = MAX_SHARED_BYTES;
  let previous: Uint8Array = new Uint8Array(0);
  return rests.map((rest, index) => {
    const length = shared[index]!;
    budget -= length;
    if (!(length >= 0 && length <= previous.length) || budget < 0) {
      throw damaged('a page shares more bytes between its values than there are');
    }
    const value = new Uint8Array(length + rest.length);
    value.set(previous.subarray(0, length));
    value.set(rest, length);
    previous = value;
    return value;
  });
}

const MAX_SHARED_BYTES = 2 ** 28;
