/** Owns what is kept on this machine as the page lists it: downloads, sets, prepared pictures; and sets as files. */
import type { OpenDatasetOptions } from '../../data/dataset.ts';
import { openSource } from '../../data/open-dataset.ts';
import { forgetPrepared, preparedBytes } from '../../data/pictures/prepared-sets.ts';
import {
  deleteStoredSet,
  keepSet,
  listStoredSets,
  readStoredSet,
} from '../../data/stored-sets/stored-sets.ts';
import { writeSet } from '../../data/stored-sets/write-set.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SavedFile } from '../../protocol/messages.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import type { Stored, StoredThing } from '../../protocol/stored.ts';

/** The set that is open: what it is opened again with. */
export interface OpenSet {
  readonly recipe: Recipe;
  readonly given: Omit<OpenDatasetOptions, 'onProgress' | 'signal'>;
}

type Progress = Pick<OpenDatasetOptions, 'onProgress'> & { readonly signal: AbortSignal };

/** Everything. @param openPrefix what the keys of the open set's prepared pictures begin with */
export async function listStored(platform: Platform, openPrefix: string | null): Promise<Stored> {
  return {
    ...(await platform.listStored()),
    sets: await listStoredSets(platform),
    preparedBytes: await preparedBytes(platform, openPrefix),
  };
}

/** Forgets one thing. */
export async function deleteStored(
  platform: Platform,
  thing: StoredThing,
  openPrefix: string | null,
): Promise<void> {
  if ('url' in thing) await platform.deleteStored(thing.url);
  else if ('set' in thing) await deleteStoredSet(platform, thing.set);
  else await forgetPrepared(platform, openPrefix);
}

/** Keeps the open set. @throws StudioError `storage/…`, `data/…`, `net/…` */
export async function keepOpenSet(platform: Platform, open: OpenSet, progress: Progress): Promise<void> {
  const { signal, onProgress } = progress;
  const { source, opened } = await openSource(open.recipe, platform, { ...open.given, signal });
  await keepSet(platform, opened, {
    sourceLabel: source.entry.label,
    signal,
    onRows: (rows) => onProgress(rows, opened.rowCount, 'pictures', 'Keeping the pictures'),
  });
}

/** The open set as a file. @throws StudioError `data/…`, `net/…` */
export async function saveOpenSet(platform: Platform, open: OpenSet, progress: Progress): Promise<SavedFile> {
  const { signal, onProgress } = progress;
  const { opened } = await openSource(open.recipe, platform, { ...open.given, signal });
  const parts: Blob[] = [];
  await writeSet(opened, {
    signal,
    onBytes: (bytes) => {
      parts.push(toBlob(bytes));
      return Promise.resolve();
    },
    onRows: (rows) => onProgress(rows, opened.rowCount, 'pictures', 'Writing the pictures'),
  });
  return { fileName: fileNameOf(opened.origin), blob: new Blob(parts) };
}

/** A kept set as a file. @throws StudioError `data/no-such-set`, `storage/…` */
export async function saveKeptSet(platform: Platform, set: string, signal: AbortSignal): Promise<SavedFile> {
  const parts: Blob[] = [];
  for await (const bytes of readStoredSet(platform, set)) {
    signal.throwIfAborted();
    parts.push(toBlob(bytes));
  }
  return { fileName: fileNameOf(set), blob: new Blob(parts) };
}

/** The browser keeps large ones on disk, so that a set of any size takes little memory. */
const toBlob = (bytes: Uint8Array): Blob => new Blob([bytes as Uint8Array<ArrayBuffer>]);

function fileNameOf(origin: string): string {
  const plain = origin
    .replace(/\.(parquet|zip)$/i, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  return `${plain === '' ? 'set' : plain}.parquet`;
}
