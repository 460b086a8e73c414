/** Files that are dropped, pasted or picked, alone or in folders. */
import { isFolderPath } from '../../protocol/set/folder-paths.ts';
import { droppedFiles } from '../drop/dropped-files.ts';

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
  const files = await droppedFiles(transfer);
  return files.filter(({ name }) => !isFolderPath(name)).map((file) => ({ name: file.name, file }));
}
