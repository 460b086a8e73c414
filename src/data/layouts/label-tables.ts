/**
 * Owns tables that lie beside pictures and say which class each has: the Hub's `metadata.csv`, `.jsonl` or `.parquet`, Roboflow's
 * `_classes.csv` with a column for each class, Kaggle's `train.csv`, and Edge Impulse's `info.labels`.
 *
 * @see https://huggingface.co/docs/datasets/image_dataset#imagefolder
 */
import { parseJson } from '../../lib/json.ts';
import type { FolderFile } from '../../platform/platform.ts';
import { isSplitName } from '../split/given-split.ts';
import { openParquet } from '../parquet/parquet-file.ts';
import { readCsv } from '../../lib/csv.ts';

/** What a table says of one picture. */
export interface TableLabel {
  /** Text, or a number where all labels of the table are whole ones; null where it says none. */
  readonly label: string | number | null;
  /** The table's own word for the part, or null. */
  readonly split: string | null;
}

/** A table that names pictures. */
export interface LabelTable {
  readonly path: string;
  readonly byPicture: ReadonlyMap<string, TableLabel>;
  /** Rows that name no picture. */
  readonly unmatched: number;
}

const FILE_COLUMN =
  /^(file_?names?|files?|file_?path|filepath|path|images?|img|image_?(id|name|path|file)|photo|picture|id|name)$/iu;
const LABEL_COLUMN =
  /^(labels?|class(es)?|class_?name|class_?label|category|target|species|breed|emotion|diagnosis|dx|type|tag|y)$/iu;
const SPLIT_COLUMN = /^(split|set|subset|partition|usage)$/iu;
/** Tables of any folder; a larger one is no list of labels. */
const MAX_TABLE_BYTES = 2 ** 27;

/** Whether the table is one that says of itself that it has the labels of pictures beside it. */
export const isMetadata = ({ path }: Pick<FolderFile, 'path'>): boolean =>
  /(^|\/)(metadata\.(csv|jsonl|parquet)|_classes\.csv)$/iu.test(path);

/**
 * Reads a table.
 *
 * @param pictures paths of the set's pictures
 * @returns null where it names none of them, or says nothing that can be a class
 */
export async function readLabelTable(
  file: FolderFile,
  pictures: readonly string[],
): Promise<LabelTable | null> {
  if (file.sizeBytes > MAX_TABLE_BYTES) return null;
  const rows = await readRows(file);
  const [head = [], ...body] = rows;
  if (body.length === 0) return null;
  const find = finder(file.path, pictures);
  const fileColumn = fileColumnOf(head, body, find);
  if (fileColumn === -1) return null;
  const labelOf = labelReader(head, body, fileColumn);
  if (labelOf === null) return null;
  const splitColumn = head.findIndex((name) => SPLIT_COLUMN.test(name));
  const isSplit = splitColumn !== -1 && body.every((row) => isSplitName(row[splitColumn] ?? ''));
  const byPicture = new Map<string, TableLabel>();
  let unmatched = 0;
  for (const row of body) {
    const picture = find(row[fileColumn] ?? '');
    if (picture === undefined) unmatched += 1;
    else byPicture.set(picture, { label: labelOf(row), split: isSplit ? (row[splitColumn] ?? null) : null });
  }
  return byPicture.size === 0 ? null : { path: file.path, byPicture, unmatched };
}

/** All rows as text, the head first. */
async function readRows(file: FolderFile): Promise<string[][]> {
  const bytes = await file.read();
  if (/\.parquet$/iu.test(file.path)) return readParquetRows(bytes);
  const text = new TextDecoder().decode(bytes);
  if (/\.labels$/iu.test(file.path)) return edgeImpulseRows(parseJson(text));
  if (!/\.jsonl$/iu.test(file.path)) return readCsv(text);
  const objects = text
    .split('\n')
    .map((line) => parseJson(line))
    .filter((value): value is Record<string, unknown> => typeof value === 'object' && value !== null);
  const head = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  return [head, ...objects.map((object) => head.map((name) => textOf(object[name])))];
}

async function readParquetRows(bytes: Uint8Array): Promise<string[][]> {
  const data = bytes.slice();
  const file = await openParquet({
    byteLength: data.length,
    slice: (start, end) => Promise.resolve(data.slice(start, end).buffer),
  });
  const columns = await Promise.all(
    file.columns.map(async (column) => {
      const cells: string[] = [];
      for (const group of file.groupRows.keys()) {
        for await (const some of file.readColumn(group, column, ''))
          cells.push(
            ...some.map((cell) => textOf(cell instanceof Uint8Array ? new TextDecoder().decode(cell) : cell)),
          );
      }
      return cells;
    }),
  );
  return [
    [...file.columns],
    ...Array.from({ length: file.rowCount }, (_, row) => columns.map((cells) => cells[row]!)),
  ];
}

/** `{ files: [{ path, label: { type: "label", label } }] }`. */
function edgeImpulseRows(value: unknown): string[][] {
  const { files } = (value ?? {}) as { readonly files?: unknown };
  if (!Array.isArray(files)) return [];
  const rows = files.map(
    (file: { readonly path?: unknown; readonly label?: { readonly label?: unknown } }) => [
      textOf(file.path),
      textOf(file.label?.label),
    ],
  );
  return [['path', 'label'], ...rows];
}

const textOf = (value: unknown): string =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value) ? String(value) : '';

type Find = (name: string) => string | undefined;

/** Finds the picture that a table means: by its path from the table or from the top, else by its name, with or without ending. */
function finder(tablePath: string, pictures: readonly string[]): Find {
  const folder = tablePath.replace(/[^/]*$/u, '');
  // `train.csv` speaks of what is in `train/`, whatever else has the same names.
  const own = `${folder}${/([^/]*)\.\w+$/u.exec(tablePath)?.[1] ?? ''}/`;
  const ofOwn = pictures.filter((path) => path.startsWith(own));
  const all = new Set(pictures);
  const byName = uniqueBy(ofOwn.length > 0 ? ofOwn : pictures.filter((path) => path.startsWith(folder)));
  return (name) => {
    const path = name.replaceAll('\\', '/').replace(/^(\.?\/)+/u, '');
    if (path === '') return undefined;
    const whole = [`${folder}${path}`, `${own}${path}`, path].find((one) => all.has(one));
    return whole ?? byName.get(path.replace(/^.*\//u, ''));
  };
}

/** Pictures by name, and by name without ending, where only one has it. */
function uniqueBy(pictures: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string | null>();
  for (const path of pictures) {
    const name = path.replace(/^.*\//u, '');
    for (const key of new Set([name, name.replace(/\.[^.]*$/u, '')]))
      found.set(key, found.has(key) ? null : path);
  }
  return new Map([...found].filter((entry): entry is [string, string] => entry[1] !== null));
}

function fileColumnOf(head: readonly string[], body: readonly (readonly string[])[], find: Find): number {
  const named = [...head.keys()].filter((column) => FILE_COLUMN.test(head[column]!));
  return named.find((column) => body.some((row) => find(row[column] ?? '') !== undefined)) ?? -1;
}

/** Reads a row's class: from a label column, or from a column for each class; null where there is neither. */
function labelReader(
  head: readonly string[],
  body: readonly (readonly string[])[],
  fileColumn: number,
): ((row: readonly string[]) => string | number | null) | null {
  const others = [...head.keys()].filter(
    (column) => column !== fileColumn && !SPLIT_COLUMN.test(head[column]!),
  );
  const isOneHot =
    others.length > 1 && body.every((row) => others.every((at) => /^[01](\.0+)?$/u.test(row[at] ?? '')));
  if (isOneHot) {
    return (row) => {
      const [label, second] = others.filter((column) => Number(row[column]) === 1);
      return label === undefined || second !== undefined ? null : head[label]!;
    };
  }
  const labelColumn =
    others.find((column) => LABEL_COLUMN.test(head[column]!)) ?? (others.length === 1 ? others[0]! : -1);
  if (labelColumn === -1) return null;
  const isNumeric = body.every((row) => /^(-?\d{1,9})?$/u.test(row[labelColumn] ?? ''));
  return (row) => {
    const label = row[labelColumn] ?? '';
    return label === '' ? null : isNumeric ? Number(label) : label;
  };
}
