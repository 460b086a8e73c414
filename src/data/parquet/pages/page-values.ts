/** Owns the values on a page: numbers and flags as such, everything else as bytes. */
import type { Encoding, ParquetType } from 'hyparquet';
import type { ByteCursor } from '../byte-cursor.ts';
import { readDeltaBytes, readDeltaLengths, readDeltas } from './delta.ts';
import { damaged, unsupportedEncoding } from '../parquet-errors.ts';
import { readRuns } from './runs.ts';

/** A value as stored: text and pictures are bytes. */
export type CellValue = number | bigint | boolean | Uint8Array;

/** How a column's values are stored. */
export interface ValueKind {
  readonly type: ParquetType;
  /** Bytes of a value of type `FIXED_LEN_BYTE_ARRAY`. */
  readonly fixedLength: number | undefined;
}

/**
 * Reads `count` values.
 *
 * @param dictionary the column's dictionary, if it had one
 * @throws StudioError `data/damaged`, `data/unsupported-encoding`
 */
export function readValues(
  cursor: ByteCursor,
  encoding: Encoding,
  kind: ValueKind,
  count: number,
  dictionary: readonly CellValue[] | null,
): CellValue[] {
  switch (encoding) {
    case 'PLAIN':
      return readPlainValues(cursor, kind, count);
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      return lookUp(dictionary, readIndices(cursor, count));
    case 'RLE':
      if (kind.type !== 'BOOLEAN') throw unsupportedEncoding(`RLE of ${kind.type}`);
      cursor.int32(); // the runs' length in bytes
      return Array.from(readRuns(cursor, 1, count), (bit) => bit === 1);
    case 'DELTA_BINARY_PACKED':
      return Array.from(readDeltas(cursor, count));
    case 'DELTA_LENGTH_BYTE_ARRAY':
      return readDeltaLengths(cursor, count);
    case 'DELTA_BYTE_ARRAY':
      return readDeltaBytes(cursor, count);
    default:
      throw unsupportedEncoding(encoding);
  }
}

/** Reads `count` values that stand one after another, as on a dictionary's page. */
export function readPlainValues(cursor: ByteCursor, kind: ValueKind, count: number): CellValue[] {
  if (kind.type === 'BOOLEAN') {
    const bytes = cursor.take(Math.ceil(count / 8));
    return Array.from({ length: count }, (_, i) => ((bytes[i >> 3]! >> (i & 7)) & 1) === 1);
  }
  const least = kind.type === 'FIXED_LEN_BYTE_ARRAY' ? (kind.fixedLength ?? 0) : 4;
  if (least === 0 || count > cursor.left / least) throw damaged('a page has fewer bytes than values');
  return Array.from({ length: count }, () => readPlainValue(cursor, kind));
}

function readPlainValue(cursor: ByteCursor, { type, fixedLength }: ValueKind): CellValue {
  switch (type) {
    case 'INT32':
      return cursor.int32();
    case 'INT64':
      return cursor.int64();
    case 'FLOAT':
      return cursor.float();
    case 'DOUBLE':
      return cursor.double();
    case 'BYTE_ARRAY':
      return cursor.take(cursor.int32());
    case 'FIXED_LEN_BYTE_ARRAY':
      return cursor.take(fixedLength ?? 0);
    case 'INT96':
    case 'BOOLEAN':
      throw unsupportedEncoding(type);
    default:
      throw unsupportedEncoding(String(type satisfies never));
  }
}

function readIndices(cursor: ByteCursor, count: number): Uint32Array {
  // A page of nulls alone may end before the width.
  return count === 0 ? new Uint32Array(0) : readRuns(cursor, cursor.uint8(), count);
}

function lookUp(dictionary: readonly CellValue[] | null, indices: Uint32Array): CellValue[] {
  return Array.from(indices, (index) => {
    const value = dictionary?.[index];
    if (value === undefined) throw damaged('a page points outside its dictionary');
    return value;
  });
}
