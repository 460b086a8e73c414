/** Files that are dropped, pasted or picked, alone or in folders. */

/** A picture's file, by what the page calls it. */
export interface OpenedFile {
  readonly name: string;
  readonly file: File;
}

/** What was opened. */
export interface Opened {
  readonly pictures: readonly OpenedFile[];
  /** Files beside them that are no pictures. */
  readonly others: number;
}

const PICTURE_NAME = /\.(jpe?g|png|gif|webp|avif)$/i;

/** One file is taken for a picture whatever it is called, so that what is wrong with it is said. */
export function openedOf(files: readonly OpenedFile[]): Opened {
  if (files.length === 1) return { pictures: files, others: 0 };
  const pictures = files.filter(
    ({ name, file }) => PICTURE_NAME.test(name) || (file.type.startsWith('image/') && !name.includes('.svg')),
  );
  return { pictures, others: files.length - pictures.length };
}

/** Picked files, and those of a picked folder. */
export function fromList(list: FileList | null): OpenedFile[] {
  return Array.from(list ?? [], (file) => ({
    name: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
    file,
  }));
}

/** Dropped files, and all that are in dropped folders. */
export async function fromDrop(transfer: DataTransfer): Promise<OpenedFile[]> {
  // Entries can be asked for only while the drop is handled; what is in them, later.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter(
    (entry) => entry !== null,
  );
  if (entries.length === 0) return fromList(transfer.files);
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<OpenedFile[]> {
  const name = entry.fullPath.replace(/^\//, '');
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ name, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: OpenedFile[] = [];
  // A reader gives a hundred at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return found;
    found.push(...(await Promise.all(some.map(filesOf))).flat());
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
