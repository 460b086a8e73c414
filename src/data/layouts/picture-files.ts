/** Owns reading pictures that lie in files as rows. The sources `folder`, `zip` and `webcam` read through it. */
import { listingHash } from '../../protocol/identity.ts';
import type { FolderFile } from '../../platform/platform.ts';
import type { OpenedSource, SourceRow } from '../sources/source.ts';
import { layOut, type LayoutOptions, type PictureRow } from './layout.ts';

/** No picture that can be decoded has more bytes; a larger file is a row that does not decode. */
const MAX_PICTURE_BYTES = 2 ** 27;

/** Rows handed over at a time, and bytes that they have together. */
const BATCH_ROWS = 32;
const BATCH_BYTES = 2 ** 26;

/**
 * Opens files of pictures as a set.
 *
 * @param from what it is called, and what else tells one version of it from another
 * @throws StudioError `data/no-rows`, `data/no-labels`
 */
export async function openPictureFiles(
  files: readonly FolderFile[],
  options: LayoutOptions,
  from: { readonly origin: string; readonly version?: string; readonly sizeBytes?: number },
): Promise<OpenedSource> {
  const { rows, listed, columns } = await layOut(files, options);
  // A table that is changed changes labels, so all files count.
  const identity = listingHash([...files].sort((one, other) => (one.path < other.path ? -1 : 1)));
  return {
    origin: from.origin,
    identity: from.version === undefined ? identity : `${from.version} ${identity}`,
    noun: 'pictures',
    sizeBytes: from.sizeBytes ?? rows.reduce((sum, { file }) => sum + file.sizeBytes, 0),
    rowCount: rows.length,
    labelNames: null,
    labelKind: 'name',
    ...{ listed, columns },
    readRows: (signal) => readRows(rows, signal),
  };
}

async function* readRows(
  rows: readonly PictureRow[],
  signal?: AbortSignal,
): AsyncGenerator<readonly SourceRow[]> {
  for (let from = 0; from < rows.length;) {
    signal?.throwIfAborted();
    let [to, bytes] = [from, 0];
    do {
      bytes += rows[to]!.file.sizeBytes;
      to += 1;
    } while (to < rows.length && to - from < BATCH_ROWS && bytes < BATCH_BYTES);
    yield await Promise.all(rows.slice(from, to).map(toRow));
    from = to;
  }
}

async function toRow({ file, label, group, split }: PictureRow): Promise<SourceRow> {
  // No bytes are no picture: the row is left out as one that does not decode.
  const picture = file.sizeBytes <= MAX_PICTURE_BYTES ? await file.read() : new Uint8Array(0);
  return { picture, path: file.path, label, group, split };
}
