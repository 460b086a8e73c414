/** Owns which of the things that could say a picture's class is taken: its folder, a table beside it, or its name. */
import { countOf } from '../../lib/format.ts';
import type { FolderFile } from '../../platform/platform.ts';
import { countedText } from '../../protocol/set/cleaning-words.ts';
import type { Remark } from '../../protocol/set/dataset.ts';
import { StudioError } from '../../protocol/errors.ts';
import { isFolderPath } from '../../protocol/set/folder-paths.ts';
import type { Tally } from '../cleaning/tally.ts';
import { passOver } from './file-kinds.ts';
import { bareFolders } from './bare-folders.ts';
import { isMetadata, readLabelTable, type LabelTable } from './label-tables.ts';
import type { PlacedPicture } from './place-pictures.ts';

/** What says the classes; `auto` takes what is found. */
export type LabelsFrom = 'auto' | 'folders' | 'table' | 'names';

/** How each picture's class is found. */
export interface ChosenLabels {
  readonly labelOf: (picture: PlacedPicture) => string | number | null;
  /** The part that a table puts it in, or null. */
  readonly splitOf: (picture: PlacedPicture) => string | null;
  readonly remarks: readonly Remark[];
}

/** What there is to choose from. */
export interface LabelSigns {
  readonly pictures: readonly PlacedPicture[];
  readonly tables: readonly FolderFile[];
  readonly labelsFrom: LabelsFrom;
  /** Takes the tables that say nothing. */
  readonly passedOver: Tally;
  /** Of all files of the set, and of folders, for messages. */
  readonly paths: readonly string[];
}

const noSplit = (): null => null;

/**
 * Chooses.
 *
 * @throws StudioError `data/no-rows`, `data/no-labels`
 */
export async function chooseLabels(signs: LabelSigns): Promise<ChosenLabels> {
  const { pictures, labelsFrom, passedOver } = signs;
  if (pictures.length === 0) throw noPictures(signs.paths, passedOver);
  const folders = new Set(pictures.flatMap(({ folder }) => folder ?? []));
  const project = projectLabels(signs);
  if (project !== null && labelsFrom === 'auto') return project;
  const read = labelsFrom === 'folders' || labelsFrom === 'names' ? [] : await readTables(signs);
  const metadata = read.filter(isMetadata);
  // Labels that say of themselves what they are go before folders, as in `datasets`; others speak where folders do not.
  const isTable = labelsFrom === 'table' || metadata.length > 0 || folders.size < 2;
  const taken = metadata.length > 0 ? metadata : [...read].sort(byWorth).slice(0, 1);
  const used = isTable ? taken.map(({ path }) => path) : [];
  for (const { path } of signs.tables) if (!used.includes(path)) passOver(passedOver, path);
  if (isTable && taken.length > 0) return tableLabels(taken, pictures, folders);
  if (labelsFrom === 'table') throw noLabels(signs, 'A table beside the pictures');
  const names = folders.size < 2 || labelsFrom === 'names' ? nameLabels(pictures) : null;
  if (names !== null) return names;
  if (labelsFrom === 'names') throw noLabels(signs, 'A class before the first dot of each name');
  if (folders.size === 0) throw noLabels(signs, 'A folder for each class');
  return { labelOf: ({ folder }) => folder, splitOf: noSplit, remarks: [] };
}

/**
 * The table that labels most pictures goes first. One that gives all of them one class goes last, as Kaggle's
 * `sample_submission.csv` does for the pictures that are to be guessed.
 */
function byWorth(one: LabelTable, other: LabelTable): number {
  const classes = ({ byPicture }: LabelTable): number =>
    Math.min(2, new Set([...byPicture.values()].map(({ label }) => label)).size);
  return classes(other) - classes(one) || other.byPicture.size - one.byPicture.size;
}

async function readTables({ tables, pictures }: LabelSigns): Promise<LabelTable[]> {
  const paths = pictures.map(({ file }) => file.path);
  const read = await Promise.all(tables.map((table) => readLabelTable(table, paths)));
  return read.filter((table) => table !== null);
}

function tableLabels(
  tables: readonly LabelTable[],
  pictures: readonly PlacedPicture[],
  folders: ReadonlySet<string>,
): ChosenLabels {
  const of = ({ file }: PlacedPicture) =>
    tables.map(({ byPicture }) => byPicture.get(file.path)).find(Boolean);
  const names = tables.map(({ path }) => path).join(', ');
  const unmatched = tables.reduce((sum, table) => sum + table.unmatched, 0);
  const unnamed = pictures.filter((picture) => of(picture) === undefined).length;
  const beside = folders.size > 1 ? ', not from the folders' : '';
  const misses = [
    unmatched === 0 ? '' : ` ${countOf(unmatched, 'row')} of it name no picture of the set.`,
    unnamed === 0
      ? ''
      : ` ${countOf(unnamed, 'picture')} ${unnamed === 1 ? 'is' : 'are'} not in it and so without a label.`,
  ];
  return {
    labelOf: (picture) => of(picture)?.label ?? null,
    splitOf: (picture) => of(picture)?.split ?? null,
    remarks: [
      {
        message: `Labels are taken from ${names}${beside}.${misses.join('')}`,
        hint:
          folders.size > 1
            ? 'To take the folders, set “Labels from” where the set is chosen (labelsFrom in a recipe).'
            : '',
      },
    ],
  };
}

/** `cat.12.jpg`, as Edge Impulse and Kaggle name pictures; null where names have no such classes. */
function nameLabels(pictures: readonly PlacedPicture[]): ChosenLabels | null {
  const labelOf = ({ file }: PlacedPicture): string | null =>
    /^([^.]+)\.[^.]+\.[^.]+$/u.exec(file.path.replace(/^.*\//u, ''))?.[1] ?? null;
  const counts = new Map<string, number>();
  for (const picture of pictures) {
    const label = labelOf(picture);
    if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const named = [...counts.values()].reduce((sum, count) => sum + count, 0);
  // Classes have several pictures each: names that are all different say no class.
  if (counts.size < 2 || named < pictures.length / 2 || named < counts.size * 2) return null;
  const unnamed = pictures.length - named;
  const rest =
    unnamed === 0
      ? ''
      : ` ${countOf(unnamed, 'picture')} ${unnamed === 1 ? 'has' : 'have'} no such name and so no label.`;
  return {
    labelOf,
    splitOf: noSplit,
    remarks: [{ message: `Labels are what stands before the first dot of each name.${rest}`, hint: '' }],
  };
}

/** A project that Teachable Machine saved: `Class 1-!-0.png` beside `manifest.json`. */
function projectLabels({ pictures, tables }: LabelSigns): ChosenLabels | null {
  const labelOf = ({ file }: PlacedPicture): string | null =>
    /^(.*)-!-[^/]*$/u.exec(file.path.replace(/^.*\//u, ''))?.[1] ?? null;
  const isProject = tables.some(({ path }) => /(^|\/)manifest\.json$/u.test(path));
  if (!isProject || !pictures.every((picture) => labelOf(picture) !== null)) return null;
  return {
    labelOf,
    splitOf: noSplit,
    remarks: [{ message: 'This is a project of Teachable Machine; its classes are taken.', hint: '' }],
  };
}

function noPictures(paths: readonly string[], passedOver: Tally): StudioError {
  const empty = [...bareFolders(paths, [])].filter(([, count]) => count === 0).map(([path]) => path);
  const folders = { noun: 'empty folder', plural: 'empty folders', count: empty.length, hint: '' };
  const found = [...passedOver.list(), { ...folders, classes: [], examples: empty }]
    .filter(({ count }) => count > 0)
    .map(countedText);
  const files = paths.filter((path) => !isFolderPath(path)).length;
  return new StudioError({
    code: 'data/no-rows',
    message: `Folders of JPEG, PNG, GIF, WebP, AVIF or BMP pictures were expected; of ${countOf(files, 'file')} none is one${found.length === 0 ? '' : `: there are ${found.join(', ')}`}.`,
    hint: 'Put the pictures of each class into a folder that has the name of the class.',
  });
}

function noLabels({ pictures, tables }: LabelSigns, wanted: string): StudioError {
  const examples = pictures.slice(0, 3).map(({ file }) => file.path);
  const beside =
    tables.length === 0
      ? 'no table lies beside them'
      : `none of ${tables.map(({ path }) => path).join(', ')} says their classes`;
  return new StudioError({
    code: 'data/no-labels',
    message: `${wanted} was expected; ${countOf(pictures.length, 'picture')} came, such as ${examples.join(', ')}, and ${beside}.`,
    hint: 'Put the pictures of each class into a folder that has the name of the class, or lay a metadata.csv beside them with the columns file_name and label.',
  });
}
