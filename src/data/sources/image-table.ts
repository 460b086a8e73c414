/**
 * Owns how a table with a picture column and a label column becomes rows: the Hub's `image {bytes, path}` or plain
 * bytes, and any label column. The sources `sample`, `parquet` and `hub` read through it.
 */
import type { OptionSpec } from '../../protocol/catalog.ts';
import { textOption, type Options } from '../../protocol/options.ts';
import { wordOf } from '../cleaning/labels.ts';
import { columnMissing } from '../parquet/parquet-errors.ts';
import type { ParquetFile } from '../parquet/parquet-file.ts';
import type { OpenedSource, SourceRow } from './source.ts';

/** Names of the columns; of picture and label empty to look for a usual one, of the others empty for none. */
export interface TableColumns {
  readonly image: string;
  readonly label: string;
  readonly group: string;
  readonly split: string;
}

/** Options of every source that reads a table. */
export const tableOptions: readonly OptionSpec[] = [
  columnOption(
    'imageColumn',
    'Picture column',
    'holds the pictures; empty to look for a usual name',
    'image',
  ),
  columnOption('labelColumn', 'Label column', 'holds the classes; empty to look for a usual name', 'label'),
  columnOption(
    'groupColumn',
    'Group column',
    'tells what must stay in one part, such as the person; or empty',
    '',
  ),
  columnOption('splitColumn', 'Split column', 'says train, validation or test for each row; or empty', ''),
];

function columnOption(name: string, label: string, what: string, placeholder: string): OptionSpec {
  return { kind: 'string', name, label, help: `Name of the column that ${what}.`, default: '', placeholder };
}

/** The columns that options name. */
export function columnsOf(options: Options): TableColumns {
  return {
    image: textOption(options, 'imageColumn'),
    label: textOption(options, 'labelColumn'),
    group: textOption(options, 'groupColumn'),
    split: textOption(options, 'splitColumn'),
  };
}

const USUAL_IMAGE = ['image', 'img', 'picture', 'photo'];
const USUAL_LABEL = ['label', 'labels', 'qa', 'emotion', 'class', 'category', 'target', 'fine_label'];

/**
 * Settles which columns to read.
 *
 * @throws StudioError `data/column-missing`
 */
export function findColumns(wanted: TableColumns, present: readonly string[]): TableColumns {
  return {
    image: findImageColumn(wanted.image, present),
    label: findColumn('labelColumn', wanted.label, USUAL_LABEL, present),
    group: wanted.group === '' ? '' : findColumn('groupColumn', wanted.group, [], present),
    split: wanted.split === '' ? '' : findColumn('splitColumn', wanted.split, [], present),
  };
}

/** The column of pictures alone. @throws StudioError `data/column-missing` */
export function findImageColumn(wanted: string, present: readonly string[]): string {
  return findColumn('imageColumn', wanted, USUAL_IMAGE, present);
}

/** What a table's rows have beside picture and label. */
export function columnsIn(file: ParquetFile, columns: TableColumns): NonNullable<OpenedSource['columns']> {
  return {
    questions: file.hasField(columns.label, 'question'),
    group: columns.group !== '',
    split: columns.split !== '',
  };
}

/** Reads all rows of a file, one page of pictures at a time. */
export async function* readTable(
  file: ParquetFile,
  columns: TableColumns,
  signal?: AbortSignal,
): AsyncGenerator<readonly SourceRow[]> {
  for (const group of file.groupRows.keys()) {
    const labels = await readWhole(file, group, columns.label, signal);
    const questions = file.hasField(columns.label, 'question')
      ? await readWhole(file, group, columns.label, signal, 'question')
      : [];
    const groups = await readWhole(file, group, columns.group, signal);
    const splits = await readWhole(file, group, columns.split, signal);
    const paths = file.hasField(columns.image, 'path')
      ? await readWhole(file, group, columns.image, signal, 'path')
      : [];
    let next = 0;
    for await (const cells of file.readColumn(group, columns.image, 'bytes', signal)) {
      const start = next;
      next += cells.length;
      yield cells.map((cell, index) => ({
        picture: toPicture(cell),
        path: wordOf(paths[start + index]) ?? '',
        label: labels[start + index],
        question: questions[start + index],
        group: groups[start + index],
        split: splits[start + index],
      }));
    }
  }
}

/** A column without pictures, which is small; of no column no cells. */
async function readWhole(
  file: ParquetFile,
  group: number,
  column: string,
  signal?: AbortSignal,
  field = 'answer',
): Promise<unknown[]> {
  const whole: unknown[] = [];
  if (column === '') return whole;
  for await (const cells of file.readColumn(group, column, field, signal)) {
    for (const cell of cells) whole.push(cell);
  }
  return whole;
}

function findColumn(
  option: string,
  wanted: string,
  usual: readonly string[],
  present: readonly string[],
): string {
  if (wanted === '') {
    const found = usual.find((name) => present.includes(name));
    if (found !== undefined) return found;
    throw columnMissing(option, `named ${usual.slice(0, 3).join(', ')} or the like`, present);
  }
  if (present.includes(wanted)) return wanted;
  throw columnMissing(option, `"${wanted}"`, present);
}

/** A cell that only names a path has no bytes: the file it names did not come along. */
function toPicture(cell: unknown): Uint8Array | null {
  return cell instanceof Uint8Array && cell.length > 0 ? cell : null;
}
