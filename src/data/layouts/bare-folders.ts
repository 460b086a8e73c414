/**
 * Owns the folders of a set in which there is no picture: empty ones, and ones of other files. They make no class, which must
 * be said, for whoever made them may have meant one.
 */
import { countOf } from '../../lib/format.ts';
import type { FolderFile } from '../../platform/platform.ts';
import type { Remark } from '../../protocol/set/dataset.ts';
import { isHiddenName } from './file-kinds.ts';

/** As many are named. */
const NAMES_TOLD = 8;

/**
 * What is said of folders without pictures; nothing where each has some.
 *
 * @param paths of all files, and of folders as `folder-paths.ts` has them
 * @param pictures those that are pictures by their names
 */
export function bareFolderRemarks(
  paths: readonly string[],
  pictures: readonly Pick<FolderFile, 'path'>[],
): Remark[] {
  const bare = [...bareFolders(paths, pictures)].sort(([one], [other]) => (one < other ? -1 : 1));
  if (bare.length === 0) return [];
  const named = bare
    .slice(0, NAMES_TOLD)
    .map(([path, files]) => `“${path}” (${files === 0 ? 'empty' : countOf(files, 'file')})`);
  const more = bare.length > NAMES_TOLD ? ` and ${(bare.length - NAMES_TOLD).toString()} more` : '';
  const [hold, make] = bare.length === 1 ? ['holds', 'makes'] : ['hold', 'make'];
  return [
    {
      message: `${countOf(bare.length, 'folder')} ${hold} no picture and ${make} no class: ${named.join(', ')}${more}.`,
      hint: 'If one is to be a class, put pictures into it and open the set again.',
    },
  ];
}

/** The uppermost folders below which no picture lies, each with how many files do. */
export function bareFolders(
  paths: readonly string[],
  pictures: readonly Pick<FolderFile, 'path'>[],
): ReadonlyMap<string, number> {
  const filled = new Set(pictures.flatMap(({ path }) => foldersOf(path)));
  const bare = new Map<string, number>();
  for (const path of paths) {
    const parts = path.split('/');
    const name = parts.at(-1)!;
    const folder = foldersOf(path).find((each) => !filled.has(each));
    if (folder === undefined || folder.split('/').some(isHiddenName)) continue;
    const isFile = name !== '' && !parts.some(isHiddenName);
    bare.set(folder, (bare.get(folder) ?? 0) + (isFile ? 1 : 0));
  }
  return bare;
}

/** The folders that a path leads through, from the uppermost on. */
function foldersOf(path: string): string[] {
  const folders = path.split('/').slice(0, -1);
  return folders.map((_, index) => folders.slice(0, index + 1).join('/'));
}
