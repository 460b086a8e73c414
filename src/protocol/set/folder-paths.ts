/**
 * Owns how a folder travels among the files of a set: as a path that ends in a slash, as in a zip. Only folders without
 * files need it, which nothing else would tell of.
 */

/** The path of a folder itself. */
export function folderPath(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

/** Whether a path is that of a folder, not of a file. */
export function isFolderPath(path: string): boolean {
  return path.endsWith('/');
}
