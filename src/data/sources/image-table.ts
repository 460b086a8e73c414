/**
 * Owns how a table with a picture column and a label column becomes rows: pictures in any of the forms of
 * `parquet/picture-cells.ts`, and any label column, or a field of one. The sources `sample`, `parquet`, `stored` and `hub`
 * read through it.
 */
import type { OptionSpec } from '../../protocol/catalog.ts';
import { textOption, type Options } from '../../protocol/recipe/options.ts';
import { wordOf } from '../cleaning/labels.ts';
import { CellList } from '../parquet/list-cells.ts';
import type { Cell } from '../parquet/pages/pages.ts';
import type { ParquetFile } from '../parquet/parquet-file.ts';
import { readPictureCell } from '../parquet/picture-cells.ts';
import { findPlace, type TableColumns, type TablePlace, type TablePlaces } from './table-columns.ts';
import type { OpenedSource, SeveralLabels, SourceRow } from './source.ts';

/** Options of every source that reads a table. */
export const tableOptions: readonly OptionSpec[] = [
  columnOption(
    'imageColumn',
    'Picture column',
    'holds the pictures; empty to look for a usual name',
    'image',
  ),
  columnOption(
    'labelColumn',
    'Label column',
    'holds the classes, or of a field of it, such as label.name; empty to look for a usual name',
    'label',
  ),
  columnOption(
    'groupColumn',
    'Group column',
    'tells what must stay in one part, such as the person; or empty',
    '',
  ),
  columnOption('splitColumn', 'Split column', 'says train, validation or test for each row; or empty', ''),
  {
    kind: 'choice',
    name: 'severalLabels',
    label: 'Rows with several labels',
    help: 'What to do with rows that have several labels, of which a network for single ones can learn one.',
    default: 'first',
    choices: [
      { value: 'first', label: 'take the first' },
      { value: 'leaveOut', label: 'leave them out' },
    ],
  },
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

/** What options say of rows with several labels. */
export const severalLabelsOf = (options: Options): SeveralLabels =>
  options['severalLabels'] === 'leaveOut' ? 'leaveOut' : 'first';

/** A table whose columns are settled. */
export interface ImageTable extends Pick<OpenedSource, 'labelNames' | 'labelKind' | 'columns'> {
  /** Whether labels are lists with a single 1, whose place is the class. */
  readonly isOneHot: boolean;
  readonly places: TablePlaces;
}

/**
 * Settles which columns to read, and how.
 *
 * @throws StudioError `data/column-missing`; what reading throws
 */
export async function openTable(file: ParquetFile, wanted: TableColumns): Promise<ImageTable> {
  const { image, label, group, split } = wanted;
  const places: TablePlaces = {
    image: findPlace(file, 'image', image),
    label: findPlace(file, 'label', label),
    group: group === '' ? null : findPlace(file, 'group', group),
    split: split === '' ? null : findPlace(file, 'split', split),
  };
  const { column, field } = places.label;
  const questions = file.fields(column).includes('question');
  return {
    places,
    labelNames: file.labelNames(column, field),
    ...(questions ? { labelKind: 'answer' } : {}),
    isOneHot: !questions && (await isOneHot(file, places)),
    columns: { questions, group: places.group !== null, split: places.split !== null },
  };
}

/** What a source says of a table's rows. */
export function factsOfTable(
  { labelNames, labelKind, columns, isOneHot: one }: ImageTable,
  severalLabels: SeveralLabels = 'first',
): Pick<OpenedSource, 'labelNames' | 'labelKind' | 'columns' | 'severalLabels' | 'listed'> {
  const message =
    'Each row’s label is a list with a single 1 (one-hot); the place of the 1, from 0, is the class.';
  return {
    labelNames,
    ...(labelKind === undefined ? {} : { labelKind }),
    ...(columns === undefined ? {} : { columns }),
    severalLabels,
    listed: { passedOver: [], remarks: one ? [{ message, hint: '' }] : [] },
  };
}

/** By the rows of the first row group: lists of one length, of noughts and a single 1. */
async function isOneHot(file: ParquetFile, { label }: TablePlaces): Promise<boolean> {
  if (!file.isList(label.column, label.field)) return false;
  const lists = (await readWhole(file, 0, label)).filter(
    (cell): cell is CellList => cell instanceof CellList,
  );
  const [first] = lists;
  return (
    first !== undefined &&
    first.values.length > 1 &&
    lists.every((list) => placeOfOne(list, first.values.length) !== null)
  );
}

/** Where the single 1 of a list stands; null where it is not such a list. */
function placeOfOne({ values }: CellList, length: number): number | null {
  const numbers = values.map(Number);
  const isSo = numbers.length === length && numbers.every((value) => value === 0 || value === 1);
  return isSo && numbers.filter((value) => value === 1).length === 1 ? numbers.indexOf(1) : null;
}

/** Reads all rows of a file, one page of pictures at a time. */
export async function* readTable(
  file: ParquetFile,
  { places, columns, isOneHot: one }: ImageTable,
  signal?: AbortSignal,
): AsyncGenerator<readonly SourceRow[]> {
  const { image, label } = places;
  for (const group of file.groupRows.keys()) {
    const labels = await readWhole(file, group, label, signal);
    const questions =
      columns?.questions === true
        ? await readWhole(file, group, { ...label, field: 'question' }, signal)
        : [];
    const groups = await readWhole(file, group, places.group, signal);
    const splits = await readWhole(file, group, places.split, signal);
    let next = 0;
    for await (const cells of readPictures(file, group, image, signal)) {
      const start = next;
      next += cells.length;
      yield cells.map((cell, index) => {
        return {
          ...cell,
          label: labelCell(labels[start + index], one),
          question: questions[start + index],
          group: groups[start + index],
          split: splits[start + index],
        };
      });
    }
  }
}

/**
 * Reads the pictures of a row group alone, one page at a time.
 *
 * @param image of `findPlace(file, 'image', …)`
 */
export async function* readPictures(
  file: ParquetFile,
  group: number,
  image: TablePlace,
  signal?: AbortSignal,
): AsyncGenerator<readonly Pick<SourceRow, 'picture' | 'inPlace' | 'path'>[]> {
  const hasPath = file.fields(image.column).includes('path');
  const paths = hasPath ? await readWhole(file, group, { ...image, field: 'path' }, signal) : [];
  const lists = file.isList(image.column, image.field);
  let next = 0;
  for await (const cells of file.readColumn(group, image.column, image.field, { lists, signal })) {
    const start = next;
    next += cells.length;
    yield cells.map((cell, index) => {
      const path = wordOf(paths[start + index]) ?? '';
      return { ...readPictureCell(cell, path), path };
    });
  }
}

/** A list as the values in it; the place of the 1 where lists are such. */
function labelCell(cell: Cell | undefined, isOneHot: boolean): unknown {
  if (!(cell instanceof CellList)) return cell;
  if (isOneHot) return placeOfOne(cell, cell.values.length) ?? cell.values.map(Number);
  return cell.values.map((value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value));
}

/** A column without pictures, which is small; of no column no cells. Of questions and answers the first counts, else whole lists. */
async function readWhole(
  file: ParquetFile,
  group: number,
  place: TablePlaces['group'],
  signal?: AbortSignal,
): Promise<Cell[]> {
  const whole: Cell[] = [];
  if (place === null) return whole;
  const { column, field } = place;
  const lists = file.isList(column, field) && !file.fields(column).includes('question');
  for await (const cells of file.readColumn(group, column, field, { lists, signal })) {
    for (const cell of cells) whole.push(cell);
  }
  return whole;
}
