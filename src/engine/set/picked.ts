/** Owns what was picked on the page: what it is called, and how it comes to a source. */
import type { FolderFile } from '../../platform/platform.ts';
import type { Picked } from '../../protocol/messages.ts';
import type { PickedNames } from '../checkpoints/checkpoint.ts';

/** The folder's or the file's name; null where nothing was picked. */
function pickedName([first]: readonly File[] = []): string | null {
  return first === undefined ? null : (first.name.split('/')[0] ?? first.name);
}

/** The names of all that was picked for a run. */
export function pickedNames({ files, weightFiles }: Picked): PickedNames {
  return { pictures: pickedName(files), weights: pickedName(weightFiles) };
}

/** A picked folder comes as its files, each with its path; a picked file comes alone. */
export function pickedOf(files: readonly File[] = []): { file?: Blob; folder?: readonly FolderFile[] } {
  const [first] = files;
  if (first === undefined) return {};
  if (!first.name.includes('/')) return { file: first };
  return {
    folder: files.map((file) => ({
      // Without the picked folder's own name.
      path: file.name.replace(/^[^/]*\//, ''),
      sizeBytes: file.size,
      version: file.lastModified,
      read: async () => new Uint8Array(await file.arrayBuffer()),
    })),
  };
}
