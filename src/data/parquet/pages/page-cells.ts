/**
 * Owns how a page's levels and values make rows. Unless lists are asked for (`list-cells.ts`), only a row's first value is
 * taken: a picture has no second, and of the Hub's question-and-answer lists the first answer is the label.
 *
 * @see https://parquet.apache.org/docs/file-format/data-pages/
 */
import type { CompressionCodec, DataPageHeader, PageHeader } from 'hyparquet';
import { ByteCursor } from '../byte-cursor.ts';
import { readValues, type CellValue, type ValueKind } from './page-values.ts';
import { damaged, unsupportedEncoding } from '../parquet-errors.ts';
import { bitWidth, readRuns } from './runs.ts';
import { unpack } from './unpack.ts';

/** A column, as its levels need it. */
export interface CellColumn {
  readonly kind: ValueKind;
  /** How many lists a value is in. */
  readonly deepestRepetition: number;
  /** How many of the steps to a value may be missing. */
  readonly deepestDefinition: number;
}

/** Entries of a page with where they stand: a level list is null where its column needs none. */
export interface Levels {
  readonly count: number;
  readonly repetition: Uint32Array | null;
  readonly definition: Uint32Array | null;
}

/** A page, unpacked: where its values stand, and those that are there. */
export interface PageContent {
  readonly levels: Levels;
  readonly values: readonly CellValue[];
}

/**
 * Reads what is on a page.
 *
 * @param bytes the page as stored, packed
 * @throws StudioError `data/damaged`, `data/unsupported-…`; plain errors of the codec
 */
export function readPage(
  header: PageHeader,
  bytes: Uint8Array<ArrayBuffer>,
  codec: CompressionCodec,
  column: CellColumn,
  dictionary: readonly CellValue[] | null,
): PageContent {
  const first = header.data_page_header;
  if (first !== undefined) {
    const cursor = new ByteCursor(unpack(bytes, codec, header.uncompressed_page_size));
    const levels = readLevels(cursor, first, column);
    const values = readValues(cursor, first.encoding, column.kind, countPresent(levels, column), dictionary);
    return { levels, values };
  }
  const second = header.data_page_header_v2;
  if (second === undefined) throw damaged('a page has no description');
  const plain = new ByteCursor(bytes);
  // In this version levels stand before the packed part, their lengths in the header.
  const repetitionBytes = plain.take(second.repetition_levels_byte_length);
  const definitionBytes = plain.take(second.definition_levels_byte_length);
  const levels: Levels = {
    count: second.num_values,
    repetition: readLevel(new ByteCursor(repetitionBytes), column.deepestRepetition, second.num_values),
    definition: readLevel(new ByteCursor(definitionBytes), column.deepestDefinition, second.num_values),
  };
  const length = header.uncompressed_page_size - repetitionBytes.length - definitionBytes.length;
  if (length < 0) throw damaged('a page has an impossible size');
  const packed = plain.take(plain.left);
  const isPacked = second.is_compressed !== false && packed.length > 0;
  const cursor = new ByteCursor(isPacked ? unpack(packed, codec, length) : packed);
  const values = readValues(cursor, second.encoding, column.kind, countPresent(levels, column), dictionary);
  return { levels, values };
}

function readLevels(cursor: ByteCursor, header: DataPageHeader, column: CellColumn): Levels {
  const next = (deepest: number, encoding: string | undefined): Uint32Array | null => {
    if (deepest === 0) return null;
    if (encoding !== 'RLE') throw unsupportedEncoding(`${encoding ?? 'unknown'} levels`);
    const runs = new ByteCursor(cursor.take(cursor.int32()));
    return readLevel(runs, deepest, header.num_values);
  };
  const repetition = next(column.deepestRepetition, header.repetition_level_encoding);
  const definition = next(column.deepestDefinition, header.definition_level_encoding);
  return { count: header.num_values, repetition, definition };
}

function readLevel(runs: ByteCursor, deepest: number, count: number): Uint32Array | null {
  return deepest === 0 ? null : readRuns(runs, bitWidth(deepest), count);
}

function countPresent({ count, definition }: Levels, { deepestDefinition }: CellColumn): number {
  if (definition === null) return count;
  let present = 0;
  for (const level of definition) if (level === deepestDefinition) present += 1;
  return present;
}

/** A cell for each row that begins on a page: its first value, or null where it has none. */
export function firstCells({ levels, values }: PageContent, column: CellColumn): (CellValue | null)[] {
  const cells: (CellValue | null)[] = [];
  let next = 0;
  for (let i = 0; i < levels.count; i += 1) {
    const isPresent = levels.definition === null || levels.definition[i] === column.deepestDefinition;
    const beginsRow = levels.repetition === null || levels.repetition[i] === 0;
    if (beginsRow) cells.push(isPresent ? values[next]! : null);
    if (isPresent) next += 1;
  }
  return cells;
}
