/**
 * Owns where pictures of a folder or zip stand: which part their path puts them in, and which folders below that could be
 * their classes. As in Keras' `image_dataset_from_directory` the first folder is the class, and deeper ones are read into it.
 */
import type { FolderFile } from '../../platform/platform.ts';
import { isSplitName } from '../split/given-split.ts';

/** A picture, and what its path says. */
export interface PlacedPicture {
  readonly file: FolderFile;
  /** The folder that is called as a part, as it is written; null for none. */
  readonly split: string | null;
  /** The folder that could be its class; null for none. */
  readonly folder: string | null;
  /** What stands between that and its name; empty for nothing. */
  readonly below: string;
}

/** Where all of them stand. */
export interface Places {
  readonly pictures: readonly PlacedPicture[];
  /** Pictures beside folders that are called as parts: nobody can tell what they belong to. */
  readonly outside: readonly FolderFile[];
}

/** Reads the paths. */
export function placePictures(files: readonly FolderFile[]): Places {
  const wrapper = wrapperOf(files.map(({ path }) => path.split('/').slice(0, -1)));
  const all = files.map((file) => {
    const folders = file.path.split('/').slice(0, -1);
    return {
      file,
      folders: wrapper.every((name, at) => folders[at] === name) ? folders.slice(wrapper.length) : [],
    };
  });
  const tops = [...new Set(all.flatMap(({ folders }) => folders.slice(0, 1)))];
  if (tops.filter(isSplitName).length > 1) {
    const isInside = ({ folders: [top] }: (typeof all)[number]): boolean =>
      top !== undefined && isSplitName(top);
    return {
      pictures: all.filter(isInside).map(({ file, folders: [split, ...rest] }) => placed(file, split!, rest)),
      outside: all.filter((each) => !isInside(each)).map(({ file }) => file),
    };
  }
  const deeper = all.filter(({ folders }) => folders.length > 0).map(({ folders }) => folders[1]);
  const isSplitBelow =
    deeper.every((name) => name !== undefined && isSplitName(name)) && new Set(deeper).size > 1;
  return {
    pictures: all.map(({ file, folders: [top, second, ...rest] }) => {
      const isSplit = isSplitBelow && second !== undefined;
      const below = isSplit || second === undefined ? rest : [second, ...rest];
      return placed(file, isSplit ? second : null, top === undefined ? [] : [top, ...below]);
    }),
    outside: [],
  };
}

function placed(
  file: FolderFile,
  split: string | null,
  [folder, ...below]: readonly string[],
): PlacedPicture {
  return { file, split, folder: folder ?? null, below: below.join('/') };
}

/** The folders that all pictures are in which are in any, and which hold further ones: what was unpacked or picked one too high. */
function wrapperOf(all: readonly (readonly string[])[]): readonly string[] {
  const inFolders = all.filter((folders) => folders.length > 0);
  const wrapper: string[] = [];
  for (;;) {
    const depth = wrapper.length;
    const name = inFolders[0]?.[depth];
    const isShared = name !== undefined && inFolders.every((folders) => folders[depth] === name);
    if (!isShared || !inFolders.some((folders) => folders.length > depth + 1)) return wrapper;
    wrapper.push(name);
  }
}
