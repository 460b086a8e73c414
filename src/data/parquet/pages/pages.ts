/**
 * Owns walking the pages of one column of one row group: each is fetched, checked and unpacked by itself, so that a
 * row group of any size takes the memory of one page. hyparquet reads the descriptions and unpacks the codecs; the
 * values are read here, because mostly the first of each row is wanted and nothing a page claims may be taken on trust.
 */
import type { ColumnMetaData, PageHeader, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { ByteSource } from '../../../platform/platform.ts';
import { ByteCursor } from '../byte-cursor.ts';
import { ListReader, type CellList } from '../list-cells.ts';
import { firstCells, readPage, type CellColumn } from './page-cells.ts';
import { readPlainValues, type CellValue } from './page-values.ts';
import { damaged, pageTooLarge } from '../parquet-errors.ts';
import { checkThrift } from '../thrift-check.ts';
import { unpack } from './unpack.ts';

/** Most bytes of one page, unpacked. Writers cut pages at about 1 MB, or after 1,024 values of any size. */
const MAX_PAGE_BYTES = 2 ** 29;

/** Bytes fetched at once: few requests over a network, and little memory. */
const WINDOW_BYTES = 2 ** 22;

/** Statistics in a header hold the smallest and the largest value: for pictures, two pictures. */
const MAX_HEADER_BYTES = 2 ** 18;

/** One column of one row group. */
export interface ColumnChunk {
  readonly metadata: ColumnMetaData;
  /** The schema from the root to the column. */
  readonly path: readonly SchemaTree[];
  /** Rows of the row group. */
  readonly rows: number;
}

/** What a row holds: null where it has no value. */
export type Cell = CellValue | CellList | null;

/**
 * Reads a column page by page.
 *
 * @param lists whether a row's whole list is wanted in place of its first value
 * @returns batches of one cell a row
 * @throws StudioError `data/damaged`, `data/page-too-large`, `data/unsupported-…`; plain errors of hyparquet
 */
export async function* readCells(
  file: ByteSource,
  chunk: ColumnChunk,
  lists: boolean,
  signal?: AbortSignal,
): AsyncGenerator<readonly Cell[]> {
  const { codec } = chunk.metadata;
  const column = describe(chunk);
  let dictionary: readonly CellValue[] | null = null;
  const reader = lists ? new ListReader(column) : null;
  let rows = 0;
  for await (const { header, bytes } of walkPages(file, chunk, signal)) {
    if (header.type === 'DICTIONARY_PAGE') {
      const plain = unpack(bytes, codec, header.uncompressed_page_size);
      const count = header.dictionary_page_header?.num_values ?? 0;
      dictionary = readPlainValues(new ByteCursor(plain), column.kind, count);
    } else if (header.type !== 'INDEX_PAGE') {
      const page = readPage(header, bytes, codec, column, dictionary);
      const cells = reader?.add(page.levels, page.values) ?? firstCells(page, column);
      rows += cells.length;
      if (rows > chunk.rows) break;
      yield cells;
    }
  }
  const last = reader?.finish() ?? [];
  rows += last.length;
  if (last.length > 0 && rows <= chunk.rows) yield last;
  if (rows !== chunk.rows) throw damaged(`a column has not the ${chunk.rows} rows that were announced`);
}

function describe({ metadata, path }: ColumnChunk): CellColumn {
  const below = path.slice(1).map(({ element }) => element.repetition_type);
  return {
    kind: { type: metadata.type, fixedLength: path.at(-1)!.element.type_length },
    deepestRepetition: below.filter((repetition) => repetition === 'REPEATED').length,
    deepestDefinition: below.filter((repetition) => repetition !== 'REQUIRED').length,
  };
}

interface Page {
  readonly header: PageHeader;
  /** As stored, packed. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

async function* walkPages(file: ByteSource, chunk: ColumnChunk, signal?: AbortSignal): AsyncGenerator<Page> {
  const { start, end } = extentOf(chunk.metadata);
  let valuesLeft = Number(chunk.metadata.num_values);
  let window: Window = { at: start, bytes: new Uint8Array(0) };
  let position = start;
  while (position < end && valuesLeft > 0) {
    signal?.throwIfAborted();
    window = await widen(file, window, position, Math.min(position + MAX_HEADER_BYTES, end), end);
    const from = position - window.at;
    position = window.at + checkThrift(window.bytes, from);
    const { buffer, byteOffset } = window.bytes;
    const header = parquetHeader({ view: new DataView(buffer, byteOffset + from), offset: 0 });
    checkSizes(header, end - position, chunk.metadata);
    valuesLeft -= countValues(header, valuesLeft);
    const size = header.compressed_page_size;
    window = await widen(file, window, position, position + size, end);
    const at = position - window.at;
    const bytes = window.bytes.subarray(at, at + size);
    position += size;
    // A page that fills its window is all that is kept while its rows are worked on.
    if (at + size === window.bytes.length) window = { at: position, bytes: new Uint8Array(0) };
    yield { header, bytes };
  }
}

/** Where a column's pages lie in the file: its dictionary, if any, comes first. */
export function extentOf(metadata: ColumnMetaData): { readonly start: number; readonly end: number } {
  const { dictionary_page_offset: dictionary, data_page_offset: data } = metadata;
  // Some writers leave a 0 where there is no dictionary.
  const start = Number(
    dictionary === undefined || dictionary === 0n || dictionary > data ? data : dictionary,
  );
  return { start, end: start + Number(metadata.total_compressed_size) };
}

interface Window {
  /** Where in the file it begins. */
  readonly at: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The window if it holds the bytes from `from` to `to`, or else a new one that does and goes on where it can. */
async function widen(
  file: ByteSource,
  window: Window,
  from: number,
  to: number,
  end: number,
): Promise<Window> {
  if (from >= window.at && to <= window.at + window.bytes.length) return window;
  const wanted = Math.min(end, Math.max(to, from + WINDOW_BYTES));
  const bytes = new Uint8Array(await file.slice(from, wanted));
  if (bytes.length !== wanted - from)
    throw damaged(`only ${bytes.length} of ${wanted - from} bytes are there`);
  return { at: from, bytes };
}

/** Refuses what would make unpacking allocate beyond reason. */
function checkSizes(header: PageHeader, bytesLeft: number, metadata: ColumnMetaData): void {
  const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
  if (!(packed >= 0 && packed <= bytesLeft && unpacked >= 0)) throw damaged('a page has an impossible size');
  if (unpacked > MAX_PAGE_BYTES) throw pageTooLarge(unpacked);
  if (metadata.codec === 'UNCOMPRESSED' && packed !== unpacked) throw damaged('a page has two sizes');
  const entries = header.dictionary_page_header?.num_values ?? 0;
  // An entry takes a bit at least.
  if (!(entries >= 0 && entries <= unpacked * 8)) throw damaged('a dictionary has an impossible length');
}

function countValues(header: PageHeader, valuesLeft: number): number {
  const values = header.data_page_header?.num_values ?? header.data_page_header_v2?.num_values ?? 0;
  if (!(values >= 0 && values <= valuesLeft)) throw damaged('a page has more values than its column');
  return values;
}
