/** Owns what a drop brings: files, and all files of folders, each of those with its path as its name. */

/** The files of a drop. Must be called while the drop is being handled: afterwards the browser has forgotten it. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<readonly File[]> {
  const entries = [...items].map((item) => (item.kind === 'file' ? item.webkitGetAsEntry() : null));
  const known = entries.filter((entry) => entry !== null);
  // A drop that a program makes has files and no entries.
  if (known.length === 0) return [...files];
  const lists = await Promise.all(known.map(filesOf));
  return lists.flat();
}

async function filesOf(entry: FileSystemEntry): Promise<readonly File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    const path = entry.fullPath.replace(/^\//, '');
    if (!path.includes('/')) return [file];
    const { type, lastModified } = file;
    return [new File([file], path, { type, lastModified })];
  }
  const lists: (readonly File[])[] = [];
  for (const inner of await entriesOf(entry as FileSystemDirectoryEntry)) lists.push(await filesOf(inner));
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
