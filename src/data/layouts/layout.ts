/**
 * Owns how a folder or zip of pictures becomes rows: which layout it has is recognised, said, and may be named in the recipe.
 * Labels come from folders, from a table that lies beside the pictures, or from the pictures' names.
 */
import { countOf } from '../../lib/format.ts';
import type { FolderFile } from '../../platform/platform.ts';
import type { Remark } from '../../protocol/set/dataset.ts';
import type { Listed, SourceRow } from '../sources/source.ts';
import { bareFolderRemarks } from './bare-folders.ts';
import { sortFiles, withoutDot } from './file-kinds.ts';
import { chooseLabels, type ChosenLabels, type LabelsFrom } from './labels-from.ts';
import { placePictures, type PlacedPicture } from './place-pictures.ts';

/** The options of `folder-options.ts`. */
export interface LayoutOptions {
  readonly takesSplit: boolean;
  readonly labelsFrom: LabelsFrom;
  /** Which of the folders below the classes to read; empty for all. */
  readonly subfolder: string;
}

/** A picture that is a row. */
export interface PictureRow extends Pick<SourceRow, 'split'> {
  readonly file: FolderFile;
  readonly label: string | number | null;
  readonly group: string | null;
}

/** All of a set's pictures, in the order of their paths. */
export interface Layout {
  readonly rows: readonly PictureRow[];
  readonly listed: Listed;
  readonly columns: { readonly group: boolean; readonly split: boolean };
}

/**
 * Finds out how pictures are laid out.
 *
 * @throws StudioError `data/no-rows` where there are none, `data/no-labels` where nothing says their classes
 */
export async function layOut(
  files: readonly FolderFile[],
  { takesSplit, labelsFrom, subfolder }: LayoutOptions,
): Promise<Layout> {
  const { pictures: found, tables, passedOver } = sortFiles(files);
  const paths = files.map(({ path }) => withoutDot(path));
  const places = placePictures(found);
  for (const { path } of places.outside)
    passedOver.add({
      noun: 'picture beside the folders of the parts',
      plural: 'pictures beside the folders of the parts',
      example: path,
    });
  const isWanted = ({ below }: PlacedPicture): boolean =>
    subfolder === '' || below.split('/')[0] === subfolder;
  for (const { file, folder } of places.pictures.filter((each) => !isWanted(each)))
    passedOver.add({
      noun: `picture outside “${subfolder}”`,
      plural: `pictures outside “${subfolder}”`,
      label: folder,
      example: file.path,
    });
  const pictures = places.pictures.filter(isWanted);
  const labels = await chooseLabels({ pictures, tables, labelsFrom, passedOver, paths });
  const splitOf = (picture: PlacedPicture): string | null => labels.splitOf(picture) ?? picture.split;
  const given = [...new Set(pictures.flatMap((picture) => splitOf(picture) ?? []))];
  const usesSplit = takesSplit && given.length > 1;
  const groupOf = copyGroups(pictures, labels);
  return {
    rows: pictures.map((picture) => ({
      file: picture.file,
      label: labels.labelOf(picture),
      group: groupOf(picture),
      split: usesSplit ? splitOf(picture) : null,
    })),
    listed: {
      passedOver: passedOver.list(),
      remarks: [
        ...labels.remarks,
        ...bareFolderRemarks(paths, found),
        ...splitRemarks(given, takesSplit),
        ...subfolderRemarks(pictures, subfolder),
        ...groupRemarks(pictures, groupOf),
      ],
    },
    columns: { group: pictures.some((picture) => groupOf(picture) !== null), split: usesSplit },
  };
}

function splitRemarks(given: readonly string[], takesSplit: boolean): Remark[] {
  const names = given.map((name) => `“${name}”`).join(', ');
  if (given.length > 1 && takesSplit)
    return [{ message: `The set’s own parts are taken: ${names}.`, hint: '' }];
  if (given.length > 1) {
    return [
      {
        message: `This set brings parts of its own along, ${names}; they are put together and drawn anew by the recipe’s shares.`,
        hint: 'To take them as they are, choose “Split by top folders” where the set is chosen (splitFolders in a recipe).',
      },
    ];
  }
  if (!takesSplit) return [];
  const what = 'It has no parts of its own (folders called train, validation and test)';
  return [{ message: `${what}, so it is split by the recipe’s shares.`, hint: '' }];
}

/** Every class has the same folders below it: perhaps only one of them holds what is to be learned. */
function subfolderRemarks(pictures: readonly PlacedPicture[], subfolder: string): Remark[] {
  const byClass = new Map<string, Set<string>>();
  for (const { folder, below } of pictures) {
    if (folder === null) continue;
    byClass.set(folder, (byClass.get(folder) ?? new Set()).add(below.split('/')[0]!));
  }
  const texts = [...byClass.values()].map((names) => [...names].sort().join('\n'));
  const names = [...([...byClass.values()][0] ?? [])].filter((name) => name !== '').sort();
  if (subfolder !== '' || byClass.size < 2 || names.length < 2 || new Set(texts).size > 1) return [];
  return [
    {
      message: `Every class has the same folders, ${names.map((name) => `“${name}”`).join(', ')}; the pictures of all of them are read, as Keras does.`,
      hint: 'If only one of them holds what is to be learned, name it under “Folder within each class” where the set is chosen (subfolder in a recipe).',
    },
  ];
}

/** What Roboflow calls versions of one picture: its name, .rf. and a hash. */
const COPY = /^(.+)\.rf\.[0-9a-z]{8,}\.\w+$/iu;

/** The picture that a picture is a version of, where there are several. */
function copyGroups(
  pictures: readonly PlacedPicture[],
  labels: ChosenLabels,
): (picture: PlacedPicture) => string | null {
  const keyOf = (picture: PlacedPicture): string | null => {
    const original = COPY.exec(picture.file.path.replace(/^.*\//u, ''))?.[1];
    return original === undefined ? null : `${String(labels.labelOf(picture))}/${original}`;
  };
  const counts = new Map<string | null, number>();
  for (const picture of pictures) counts.set(keyOf(picture), (counts.get(keyOf(picture)) ?? 0) + 1);
  return (picture) => {
    const key = keyOf(picture);
    return key !== null && counts.get(key)! > 1 ? key : null;
  };
}

function groupRemarks(
  pictures: readonly PlacedPicture[],
  groupOf: (picture: PlacedPicture) => string | null,
): Remark[] {
  const groups = pictures.flatMap((picture) => groupOf(picture) ?? []);
  if (groups.length === 0) return [];
  const originals = countOf(new Set(groups).size, 'picture');
  return [
    {
      message: `${countOf(groups.length, 'file is an altered copy', 'files are altered copies')} of ${originals} (by their names, as Roboflow makes them); copies of one picture stay in one part.`,
      hint: '',
    },
  ];
}
