/** Owns what a drop brings: files, and all of folders, each with its path as its name. */
import { folderPath } from '../../protocol/set/folder-paths.ts';

/**
 * The files of a drop; a folder that holds none is among them as `folder-paths.ts` has it. Several things of which one is a
 * folder come as one folder that is called by all of their names. Must be called while the drop is being handled:
 * afterwards the browser has forgotten it.
 */
export async function droppedFiles({ items, files }: DataTransfer): Promise<readonly File[]> {
  const entries = [...items].map((item) => (item.kind === 'file' ? item.webkitGetAsEntry() : null));
  const known = entries.filter((entry) => entry !== null);
  // A drop that a program makes has files and no entries.
  if (known.length === 0) return [...files];
  const inFolder = known.length > 1 && known.some(({ isDirectory }) => isDirectory);
  const within = inFolder ? `${known.map(({ name }) => name).join(', ')}/` : '';
  const lists = await Promise.all(known.map((entry) => filesOf(entry, within)));
  return lists.flat();
}

async function filesOf(entry: FileSystemEntry, within: string): Promise<readonly File[]> {
  const path = within + entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    if (!path.includes('/')) return [file];
    const { type, lastModified } = file;
    return [new File([file], path, { type, lastModified })];
  }
  const inner = await entriesOf(entry as FileSystemDirectoryEntry);
  if (inner.length === 0) return [new File([], folderPath(path))];
  const lists: (readonly File[])[] = [];
  for (const each of inner) lists.push(await filesOf(each, within));
  return lists.flat();
}

/** A reader hands out a hundred entries at a time, and none when there are no more. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return all;
    all.push(...some);
  }
}
