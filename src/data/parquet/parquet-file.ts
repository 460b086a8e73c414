/** Owns opening a Parquet file: its description, checked, and its columns, which are read page by page. */
import { parquetMetadata, parquetSchema, type FileMetaData, type SchemaTree } from 'hyparquet';
import { z } from 'zod';
import { hashBytes } from '../../lib/bytes/hash.ts';
import { parseJson } from '../../lib/json.ts';
import type { ByteSource } from '../../platform/platform.ts';
import { extentOf, readCells, type Cell } from './pages/pages.ts';
import {
  asParquetError,
  damaged,
  noRows,
  notParquet,
  tooManyRows,
  truncated,
  unsupportedCompression,
} from './parquet-errors.ts';
import { checkThrift } from './thrift-check.ts';
import { isReadable } from './pages/unpack.ts';

/** A Parquet file whose description was read and found sound. */
export interface ParquetFile {
  /** Names of the top-level columns. */
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** Rows of each row group. */
  readonly groupRows: readonly number[];
  readonly sizeBytes: number;
  /** Another text for another file, as far as its description and its version tell. */
  readonly identity: string;
  /** Names of an integer label column that is declared as a `ClassLabel`, else null. */
  labelNames(column: string, field?: string): readonly string[] | null;
  /** The fields of a column, for example `bytes` and `path`; those of fields with dots between. None where it has one value. */
  fields(column: string): readonly string[];
  /** Whether a column, or that field of it, holds lists. */
  isList(column: string, field: string): boolean;
  /**
   * Reads a column of one row group, a page at a time.
   *
   * @param column a top-level column, present in `columns`
   * @param field which of its fields to read, for example `bytes`; the first where it has none of that name
   * @param lists whether a row's whole list is wanted in place of its first value
   * @returns batches of one cell a row; null where there is no value
   * @throws StudioError `data/damaged`, `data/page-too-large`, `data/unsupported-…`
   */
  readColumn(
    group: number,
    column: string,
    field: string,
    how?: { readonly lists?: boolean; readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<readonly Cell[]>;
}

/** More rows than any set of pictures that a browser could hold; a few bytes can claim billions. */
const MAX_ROWS = 10_000_000;

/** The largest descriptions, of sets with thousands of row groups, have some megabytes. */
const MAX_DESCRIPTION_BYTES = 2 ** 26;

/**
 * Reads a file's description, which stands at its end.
 *
 * @throws StudioError `data/not-parquet`, `data/truncated`, `data/damaged`, `data/unsupported-compression`,
 * `data/no-rows`, `data/too-many-rows`
 */
export async function openParquet(file: ByteSource): Promise<ParquetFile> {
  const footer = await readFooter(file);
  const { metadata, root } = describe(footer, file.byteLength);
  const groupRows = metadata.row_groups.map((group) => Number(group.num_rows));
  return {
    columns: root.children.map((child) => child.element.name),
    groupRows,
    rowCount: groupRows.reduce((sum, rows) => sum + rows, 0),
    sizeBytes: file.byteLength,
    identity: [file.byteLength, file.version ?? '', hashBytes(footer)].join(' '),
    labelNames: (column, field = '') => readLabelNames(metadata.key_value_metadata ?? [], column, field),
    fields: (column) =>
      leavesOf(root, column)
        .map(fieldOf)
        .filter((field) => field !== ''),
    isList: (column, field) =>
      findLeaf(root, column, field).some(({ element }) => element.repetition_type === 'REPEATED'),
    async *readColumn(group, column, field, { lists = false, signal } = {}) {
      try {
        const chunk = findChunk(metadata, root, group, column, field);
        yield* readCells(file, chunk, lists, signal);
      } catch (thrown) {
        throw asParquetError(thrown, `column "${column}" of row group ${group + 1}`);
      }
    },
  };
}

async function readFooter(file: ByteSource): Promise<Uint8Array> {
  const { byteLength } = file;
  if (byteLength < 12) throw notParquet(`what came has ${byteLength} bytes`);
  const first = toText(await file.slice(0, 4));
  const tail = await file.slice(byteLength - 8, byteLength);
  const last = toText(tail.slice(4));
  if (last === 'PARE' || first === 'PARE') throw damaged('it is encrypted, which Mien does not read');
  if (first !== 'PAR1') throw notParquet(`what came begins with ${JSON.stringify(first)}`);
  if (last !== 'PAR1') throw truncated('this one begins like one, but its end is missing');
  const length = new DataView(tail).getUint32(0, true);
  if (length > byteLength - 12 || length > MAX_DESCRIPTION_BYTES) {
    throw damaged(`its description would take ${length} of ${byteLength} bytes`);
  }
  return new Uint8Array(await file.slice(byteLength - 8 - length, byteLength));
}

interface Description {
  readonly metadata: FileMetaData;
  readonly root: SchemaTree;
}

function describe(footer: Uint8Array, byteLength: number): Description {
  try {
    checkThrift(footer, 0);
    const metadata = parquetMetadata(footer, { geoparquet: false });
    // hyparquet takes every value for what it should be; in a damaged file it may be of any kind.
    if (!DescriptionSchema.safeParse(metadata).success) throw damaged('its description is damaged');
    checkGroups(metadata, byteLength);
    return { metadata, root: parquetSchema(metadata) };
  } catch (thrown) {
    throw asParquetError(thrown, 'its description');
  }
}

/** The kinds of what is read of a description here. */
const DescriptionSchema = z.object({
  schema: z.array(z.object({ name: z.string(), num_children: z.int().min(0).optional() })).min(1),
  row_groups: z.array(
    z.object({
      num_rows: z.bigint().min(0n),
      columns: z.array(
        z.object({
          meta_data: z
            .object({
              path_in_schema: z.array(z.string()),
              num_values: z.bigint().min(0n),
              total_compressed_size: z.bigint().min(0n),
              data_page_offset: z.bigint(),
              dictionary_page_offset: z.bigint().optional(),
            })
            .optional(),
        }),
      ),
    }),
  ),
});

function checkGroups(metadata: FileMetaData, byteLength: number): void {
  const rows = metadata.row_groups.reduce((sum, group) => sum + group.num_rows, 0n);
  // Before all else: what has no rows need not lie anywhere.
  if (rows === 0n) throw noRows();
  for (const group of metadata.row_groups) {
    for (const { meta_data: chunk } of group.columns) {
      if (chunk === undefined) throw damaged('a column is encrypted or kept in another file');
      if (!isReadable(chunk.codec)) throw unsupportedCompression(chunk.codec);
      const { start, end } = extentOf(chunk);
      if (!(start >= 4 && end >= start)) throw damaged('a column lies at an impossible place');
      if (end > byteLength) throw truncated(`its description speaks of ${end} bytes, and ${byteLength} came`);
    }
  }
  if (rows > MAX_ROWS) throw tooManyRows(rows, MAX_ROWS);
}

function findChunk(
  metadata: FileMetaData,
  root: SchemaTree,
  group: number,
  column: string,
  field: string,
): Parameters<typeof readCells>[1] {
  const path = findLeaf(root, column, field);
  const names = path.slice(1).map((step) => step.element.name);
  const rowGroup = metadata.row_groups[group]!;
  const found = rowGroup.columns.find(({ meta_data: chunk }) => isSamePath(chunk?.path_in_schema, names));
  if (found?.meta_data === undefined) throw damaged(`it has no values for ${names.join('.')}`);
  return { metadata: found.meta_data, path, rows: Number(rowGroup.num_rows) };
}

/** The schema from the root to the field of that name below a column, or to the column's first field. */
function findLeaf(root: SchemaTree, column: string, field: string): SchemaTree[] {
  const leaves = leavesOf(root, column);
  return leaves.find((path) => fieldOf(path) === field) ?? leaves[0]!;
}

function leavesOf(root: SchemaTree, column: string): SchemaTree[][] {
  const top = root.children.find((child) => child.element.name === column)!;
  return leavesBelow([root, top]);
}

/** What people call a leaf below its column: without what the format puts in between for lists. */
function fieldOf(path: readonly SchemaTree[]): string {
  const isOfList = (at: number): boolean =>
    path[at]!.element.repetition_type === 'REPEATED' ||
    (path[at - 1]!.element.repetition_type === 'REPEATED' && path[at - 1]!.children.length === 1);
  return path
    .slice(2)
    .filter((_, index) => !isOfList(index + 2))
    .map(({ element }) => element.name)
    .join('.');
}

function leavesBelow(path: readonly SchemaTree[]): SchemaTree[][] {
  const { children } = path.at(-1)!;
  return children.length === 0 ? [[...path]] : children.flatMap((child) => leavesBelow([...path, child]));
}

function isSamePath(path: readonly string[] | undefined, names: readonly string[]): boolean {
  return path?.length === names.length && names.every((name, index) => path[index] === name);
}

function toText(bytes: ArrayBuffer): string {
  return String.fromCharCode(...new Uint8Array(bytes));
}

/**
 * What the library `datasets` writes into a file beside the schema: the features, of which a `ClassLabel` names the
 * classes behind an integer column.
 *
 * @see https://huggingface.co/docs/datasets/about_dataset_features
 */
const ClassLabelSchema = z.object({ names: z.array(z.string()), _type: z.literal('ClassLabel') });
/** Lists of such, as older and newer versions write them. */
const ClassLabelsSchema = z.union([
  ClassLabelSchema,
  z.tuple([ClassLabelSchema]).transform(([feature]) => feature),
  z.object({ feature: ClassLabelSchema }).transform(({ feature }) => feature),
]);
const HubMetadataSchema = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) });

/** The feature of a field within a structure, or a sequence of such; that of the column where it has no such field. */
function fieldFeature(feature: unknown, field: string): unknown {
  const inner = (feature as { readonly feature?: unknown } | null)?.feature ?? feature;
  const whole = (Array.isArray(inner) ? inner[0] : inner) as Readonly<Record<string, unknown>> | null;
  return field !== '' && typeof whole === 'object' && whole !== null && Object.hasOwn(whole, field)
    ? whole[field]
    : feature;
}

/** The class names of an integer column, or null where none are declared. */
function readLabelNames(
  entries: readonly { readonly key: string; readonly value?: string }[],
  column: string,
  field: string,
): readonly string[] | null {
  const text = entries.find((entry) => entry.key === 'huggingface')?.value;
  if (text === undefined) return null;
  const metadata = HubMetadataSchema.safeParse(parseJson(text));
  if (!metadata.success || !Object.hasOwn(metadata.data.info.features, column)) return null;
  const feature = ClassLabelsSchema.safeParse(fieldFeature(metadata.data.info.features[column], field));
  return feature.success ? feature.data.names : null;
}
