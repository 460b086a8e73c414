/**
 * Owns reading a Parquet file by row group: only the asked columns of one row group are in memory at a time.
 */
import { parquetMetadataAsync, parquetReadObjects, parquetSchema, type FileMetaData } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { ByteSource } from '../../platform/platform.ts';
import {
  asParquetError,
  damaged,
  noRows,
  notParquet,
  truncated,
  unsupportedCompression,
} from './parquet-errors.ts';
import { readLabelNames } from './hub-features.ts';

/** A row as an object of the asked columns. */
export type ParquetRow = Readonly<Record<string, unknown>>;

/** A Parquet file whose description was read and found sound. */
export interface ParquetFile {
  /** Names of the top-level columns. */
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** Rows of each row group. */
  readonly groupRows: readonly number[];
  readonly sizeBytes: number;
  /** Names of an integer label column that is declared as a `ClassLabel`, else null. */
  labelNames(column: string): readonly string[] | null;
  /**
   * Reads the columns of one row group.
   *
   * @throws StudioError `data/truncated`, `data/damaged`, `data/unsupported-compression`
   */
  readGroup(group: number, columns: readonly string[]): Promise<readonly ParquetRow[]>;
}

/**
 * Reads a file's description, which stands at its end.
 *
 * @throws StudioError `data/not-parquet`, `data/truncated`, `data/damaged`, `data/no-rows`
 */
export async function openParquet(file: ByteSource): Promise<ParquetFile> {
  await checkMagic(file);
  const metadata = await parquetMetadataAsync(file, { parsers, geoparquet: false }).catch(
    (thrown: unknown) => {
      throw asParquetError(thrown, 'its description');
    },
  );
  checkDescription(metadata, file.byteLength);
  const columns = parquetSchema(metadata).children.map((child) => child.element.name);
  const groupRows = metadata.row_groups.map((group) => Number(group.num_rows));
  return {
    columns,
    groupRows,
    rowCount: groupRows.reduce((sum, rows) => sum + rows, 0),
    sizeBytes: file.byteLength,
    labelNames: (column) => readLabelNames(metadata.key_value_metadata ?? [], column),
    readGroup: (group, wanted) => readGroup(file, metadata, groupRows, group, wanted),
  };
}

/** Every codec of the format but LZO. */
const READABLE_CODECS = ['UNCOMPRESSED', ...Object.keys(compressors)];

/** Text that claims to be JSON is handed on as text: whether it parses is for the label reader to say. */
const parsers = { jsonFromBytes: (bytes: Uint8Array) => new TextDecoder().decode(bytes) };

async function checkMagic(file: ByteSource): Promise<void> {
  if (file.byteLength < 12) throw notParquet(`what came has ${file.byteLength} bytes`);
  const ends = await Promise.all([file.slice(0, 4), file.slice(file.byteLength - 4, file.byteLength)]);
  const [first, last] = ends.map((end) => String.fromCharCode(...new Uint8Array(end)));
  if (last === 'PARE') throw damaged('it is encrypted, which Mien does not read');
  if (first !== 'PAR1') throw notParquet(`what came begins with ${JSON.stringify(first)}`);
  if (last !== 'PAR1') throw truncated('this one begins like one, but its end is missing');
}

function checkDescription(metadata: FileMetaData, byteLength: number): void {
  let rows = 0n;
  for (const group of metadata.row_groups) {
    rows += group.num_rows;
    for (const { meta_data: chunk } of group.columns) {
      if (chunk === undefined) throw damaged('a column is encrypted or kept in another file');
      if (!READABLE_CODECS.includes(chunk.codec)) throw unsupportedCompression(chunk.codec);
      const end = (chunk.dictionary_page_offset ?? chunk.data_page_offset) + chunk.total_compressed_size;
      if (end > BigInt(byteLength)) {
        throw truncated(`its description speaks of ${end} bytes or more, and ${byteLength} came`);
      }
    }
  }
  if (rows === 0n) throw noRows();
}

async function readGroup(
  file: ByteSource,
  metadata: FileMetaData,
  groupRows: readonly number[],
  group: number,
  columns: readonly string[],
): Promise<readonly ParquetRow[]> {
  const rowStart = groupRows.slice(0, group).reduce((sum, rows) => sum + rows, 0);
  try {
    return await parquetReadObjects({
      file,
      metadata,
      columns: [...columns],
      rowStart,
      rowEnd: rowStart + groupRows[group]!,
      compressors,
      parsers,
      // Pictures are bytes; columns that are declared as text are decoded all the same.
      utf8: false,
    });
  } catch (thrown) {
    throw asParquetError(thrown, `row group ${group + 1} of ${groupRows.length}`);
  }
}
