/**
 * Owns how folders of pictures become rows: the folder that holds a picture names its class, as in Keras'
 * `image_dataset_from_directory`; top folders may name the split. The sources `folder` and `zip` read through it.
 */
import type { OptionSpec } from '../../protocol/catalog.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { FolderFile } from '../../platform/platform.ts';
import { isSplitName } from '../split/given-split.ts';
import type { SourceRow } from './source.ts';

/** Options of every source that reads folders. */
export const folderOptions: readonly OptionSpec[] = [
  {
    kind: 'boolean',
    name: 'splitFolders',
    label: 'Split by top folders',
    help: 'Takes folders called train, validation and test as the split, in place of the fractions.',
    default: false,
  },
];

const PICTURE_NAME = /\.(jpe?g|png|gif|webp|avif)$/i;

/** No picture that can be decoded has more bytes; a larger file is a row that does not decode. */
const MAX_PICTURE_BYTES = 2 ** 27;

/** Rows handed over at a time. */
const BATCH_ROWS = 32;

/**
 * The pictures among some files, in the order of their paths, which is the same everywhere.
 *
 * @throws StudioError `data/no-rows` when there are none
 */
export function findPictures(files: readonly FolderFile[]): FolderFile[] {
  const pictures = files.filter(({ path }) => PICTURE_NAME.test(path) && !isHidden(path));
  if (pictures.length === 0) {
    throw new StudioError({
      code: 'data/no-rows',
      message: `Folders of JPEG, PNG, GIF, WebP or AVIF pictures were expected; of ${files.length} files none is one.`,
      hint: 'Put the pictures of each class into a folder that has the name of the class.',
    });
  }
  // By code units, which no language setting changes.
  return pictures.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/**
 * Reads pictures as rows; one that is in no folder has no label.
 *
 * @param takesSplit whether folders called train, validation and test are the split
 */
export async function* readPictures(
  pictures: readonly FolderFile[],
  takesSplit: boolean,
  signal?: AbortSignal,
): AsyncGenerator<readonly SourceRow[]> {
  for (let from = 0; from < pictures.length; from += BATCH_ROWS) {
    signal?.throwIfAborted();
    const some = pictures.slice(from, from + BATCH_ROWS);
    yield await Promise.all(some.map((picture) => toRow(picture, takesSplit)));
  }
}

async function toRow(picture: FolderFile, takesSplit: boolean): Promise<SourceRow> {
  const folders = picture.path.split('/').slice(0, -1);
  const split = takesSplit ? (folders.find(isSplitName) ?? NO_SPLIT_FOLDER) : null;
  // No bytes are no picture: the row is left out as one that does not decode.
  const bytes = picture.sizeBytes <= MAX_PICTURE_BYTES ? await picture.read() : new Uint8Array(0);
  return { picture: bytes, path: picture.path, label: folders.at(-1) ?? null, split };
}

/** No split's name: a picture outside the split's folders is an error that says so. */
const NO_SPLIT_FOLDER = 'in no such folder';

/** Files that systems leave behind, such as `.DS_Store` and `__MACOSX/`. */
function isHidden(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
}
