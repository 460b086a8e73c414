/** Owns what is kept on this machine as the page lists it: downloads, sets, prepared pictures; and sets as files. */
import { forgetPrepared, preparedBytes } from '../../data/pictures/prepared-room.ts';
import { deleteStoredSet, listStoredSets, readStoredSet } from '../../data/stored-sets/stored-sets.ts';
import { discardLeftActivations } from '../../frozen/storage/disk.ts';
import type { Platform } from '../../platform/platform.ts';
import { forgetMeasured, listMeasured } from '../device/measured-kernels.ts';
import type { SavedFile } from '../../protocol/messages.ts';
import type { Stored, StoredThing } from '../../protocol/stored.ts';

/** Everything. */
export async function listStored(platform: Platform): Promise<Stored> {
  return {
    ...(await platform.listStored()),
    sets: await listStoredSets(platform),
    preparedBytes: await preparedBytes(platform),
    measured: await listMeasured(platform),
  };
}

/**
 * Forgets one thing, and says what is left.
 *
 * @throws StudioError `storage/in-use` for what is open in this tab or another
 */
export async function deleteStored(platform: Platform, thing: StoredThing): Promise<Stored> {
  if ('url' in thing) await platform.deleteStored(thing.url);
  else if ('set' in thing) await deleteStoredSet(platform, thing.set);
  else if ('prepared' in thing) await forgetPrepared(platform);
  else await forgetMeasured(platform);
  return listStored(platform);
}

/** A stored set as a file. @throws StudioError `data/no-such-set`, `storage/…` */
export function saveKeptSet(platform: Platform, set: string, signal: AbortSignal): Promise<SavedFile> {
  return asFile(set, async (onBytes) => {
    for await (const bytes of readStoredSet(platform, set)) {
      signal.throwIfAborted();
      await onBytes(bytes);
    }
  });
}

/** What is written, as a file: the browser keeps large ones on disk, so that a set of any size takes little memory. */
export async function asFile(
  origin: string,
  write: (onBytes: (bytes: Uint8Array) => Promise<void>) => Promise<unknown>,
): Promise<SavedFile> {
  const parts: Blob[] = [];
  await write((bytes) => {
    parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>]));
    return Promise.resolve();
  });
  return { fileName: fileNameOf(origin, 'set', 'parquet'), blob: new Blob(parts) };
}

/** A file's name for what comes of a set. */
export function fileNameOf(origin: string, what: 'set' | 'edits', ending: string): string {
  const plain = origin
    .replace(/\.(parquet|zip)$/i, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  return `${[plain, what === 'set' && plain !== '' ? '' : what].filter((part) => part !== '').join('-')}.${ending}`;
}

/** Discards what closed tabs left that is of no use to anyone. */
export function discardLeft(platform: Platform): Promise<void> {
  return discardLeftActivations(platform);
}
