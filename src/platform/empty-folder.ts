/** Owns what stands for a folder without files in a list of files. */
import { folderPath } from '../protocol/set/folder-paths.ts';
import type { FolderFile } from './platform.ts';

/** @param path of the folder, relative to the one that is listed */
export function emptyFolder(path: string): FolderFile {
  return { path: folderPath(path), sizeBytes: 0, read: () => Promise.resolve(new Uint8Array(0)) };
}
