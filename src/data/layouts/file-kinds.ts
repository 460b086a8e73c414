/**
 * Owns which files of a folder or zip are looked at: pictures, by their names; tables that may hold labels; and what is passed
 * over, counted. What a picture's bytes are is found when it is read: a name says little.
 */
import type { FolderFile } from '../../platform/platform.ts';
import { isFolderPath } from '../../protocol/set/folder-paths.ts';
import { Tally } from '../cleaning/tally.ts';

/** Names of what is, or may be meant as, a picture: those that cannot be read are rows too, left out and counted by class. */
const PICTURE =
  /\.(jpe?g|jpe|jfif|pjpe?g|a?png|gif|webp|avif|bmp|dib|tiff?|hei[cf]|jxl|jp2|j2k|psd|ico|svg|dng|cr[23]|nef|arw|mp4|m4v|mov|avi|mkv|webm|pdf|npy)$/iu;
/** Whether a path is that of what is, or may be meant as, a picture. */
export function isPictureName(path: string): boolean {
  return PICTURE.test(path);
}

/** Files that may say which class a picture has. */
const TABLE = /(\.(csv|tsv|jsonl|labels)|metadata\.parquet|manifest\.json)$/iu;
/** What people put beside pictures without an ending. */
const PLAIN_NAME =
  /^(readme|licen[cs]e|copying|makefile|dockerfile|changelog|authors|notice|classes|labels)$/iu;
const HIDDEN = /^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/iu;

/** Whether a file or folder of that name is one that systems put beside those of people. */
export function isHiddenName(name: string): boolean {
  return HIDDEN.test(name);
}

/** The files of a set, sorted out. */
export interface SortedFiles {
  /** In the order of their paths by code units, which no language setting changes. */
  readonly pictures: readonly FolderFile[];
  readonly tables: readonly FolderFile[];
  /** Counts what is neither. */
  readonly passedOver: Tally;
}

/** Sorts files out; paths lose a `./` before them. Folders are none. */
export function sortFiles(files: readonly FolderFile[]): SortedFiles {
  const passedOver = new Tally();
  const pictures: FolderFile[] = [];
  const tables: FolderFile[] = [];
  for (const given of files) {
    if (isFolderPath(given.path)) continue;
    const file = given.path.startsWith('./') ? { ...given, path: withoutDot(given.path) } : given;
    const parts = file.path.split('/');
    const name = parts.at(-1)!;
    if (parts.some(isHiddenName)) passedOver.add({ noun: 'hidden file', example: file.path });
    else if (PICTURE.test(name) || (!/\.[^. ]{1,8}$/u.test(name) && !PLAIN_NAME.test(name)))
      pictures.push(file);
    else if (TABLE.test(name)) tables.push(file);
    else passOver(passedOver, file.path);
  }
  return { pictures: pictures.sort(byPath), tables: tables.sort(byPath), passedOver };
}

/** A path without `./` before it. */
export function withoutDot(path: string): string {
  return path.replace(/^(\.\/+)+/u, '');
}

/** Counts a file that is no picture, by its ending. */
export function passOver(passedOver: Tally, path: string): void {
  const ending = /\.([^./ ]{1,8})$/u.exec(path)?.[1]?.toLowerCase();
  passedOver.add({ noun: ending === undefined ? 'other file' : `.${ending} file`, example: path });
}

function byPath(one: FolderFile, other: FolderFile): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
}
