/** Owns what was picked on the page: how it comes to a source, and what tells one choice from another. */
import type { FolderFile } from '../../platform/platform.ts';
import type { Picked } from '../../protocol/messages.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import type { PickedNames } from '../checkpoints/checkpoint.ts';

/** Files that the page made itself have their path as their name. */
function pathOf(file: File): string {
  return file.webkitRelativePath === '' ? file.name : file.webkitRelativePath;
}

/** The folder's or the file's name; null where nothing was picked. */
function pickedName([first]: readonly File[] = []): string | null {
  return first === undefined ? null : (pathOf(first).split('/')[0] ?? first.name);
}

/** The names of all that was picked for a run. */
export function pickedNames({ files, weightFiles }: Picked): PickedNames {
  return { pictures: pickedName(files), weights: pickedName(weightFiles) };
}

/** A picked folder comes as its files, each with its path; a picked file comes alone. */
export function pickedOf(files: readonly File[] = []): { file?: Blob; folder?: readonly FolderFile[] } {
  const [first] = files;
  if (first === undefined) return {};
  if (!pathOf(first).includes('/')) return { file: first };
  return {
    folder: files.map((file) => ({
      // Without the picked folder's own name.
      path: pathOf(file).replace(/^[^/]*\//, ''),
      sizeBytes: file.size,
      modifiedMs: file.lastModified,
      read: async () => new Uint8Array(await file.arrayBuffer()),
    })),
  };
}

/** The same for the same file of weights. */
export function weightsKey(file: string, files: readonly File[] = []): string {
  return JSON.stringify([file, filesKey(files)]);
}

function filesKey(files: readonly File[]): unknown {
  return files.map(({ name, size, lastModified }) => [name, size, lastModified]);
}

/** Two recipes with the same key read the same pictures, cleaned, split and resized alike. */
export function datasetKey({ dataset, split, image }: Recipe, files: readonly File[] = []): string {
  return JSON.stringify([dataset, split, image, filesKey(files)]);
}
