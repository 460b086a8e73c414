/**
 * Owns how the pictures of a set travel in a file of runs, where somebody asked for it: as one Parquet file, with their
 * names within the set, by which it is the same set elsewhere. There it is stored, and the runs' recipes name it.
 */
import { findSource } from '../../../data/sources/registry.ts';
import { openSetFile } from '../../../data/sources/stored.ts';
import { storeSetFile } from '../../../data/stored-sets/stored-sets.ts';
import type { ByteSource, Platform } from '../../../platform/platform.ts';
import { StudioError } from '../../../protocol/errors.ts';
import type { SavedFile } from '../../../protocol/messages.ts';
import type { KeptRecord } from '../../../protocol/runs/kept.ts';
import type { OpenSet, SetWork } from '../../set/open-set.ts';

/** What a file says of the pictures in it. */
export interface PicturesIndex {
  /** Of their set: runs that were trained on it have them. */
  readonly contentHash: string;
  /** What the set is called. */
  readonly label: string;
  /** The source that it came from, in the user's words. */
  readonly source: string;
}

/** Pictures as they are written. */
export interface PicturesToWrite {
  readonly about: PicturesIndex;
  readonly blob: Blob;
}

export const picturesPath = ({ contentHash }: Pick<PicturesIndex, 'contentHash'>): string =>
  `sets/${contentHash}.parquet`;

/**
 * Those of the open set.
 *
 * @param records of the runs that they go with
 * @throws StudioError `export/pictures-elsewhere`, `export/pictures-edited`, `data/none-open`, `data/…`, `net/…`
 */
export async function picturesOfOpenSet(
  set: OpenSet,
  records: readonly KeptRecord[],
  work: SetWork,
): Promise<PicturesToWrite> {
  const { contentHash, origin, source, edits } = set.dataset.summary;
  if (edits !== undefined) throw editedSet();
  const isOf = ({ dataset }: KeptRecord): boolean => dataset?.contentHash === contentHash;
  if (!records.some(isOf)) throw elsewhere(origin);
  const { blob }: SavedFile = await set.save(work);
  return { about: { contentHash, label: origin, source }, blob };
}

/**
 * Stores pictures of a file.
 *
 * @returns what the set is called here
 * @throws StudioError `data/…` where they cannot be read, `storage/…`; nothing is stored then
 */
export async function takePictures(
  platform: Platform,
  { label, source }: PicturesIndex,
  file: ByteSource,
): Promise<string> {
  const { rowCount } = await openSetFile(file, label);
  return storeSetFile(platform, file, { label, source, pictures: rowCount });
}

/** A record whose recipe names the stored set in the place of what was on the other machine. */
export function onStoredSet(record: KeptRecord, { contentHash }: PicturesIndex, label: string): KeptRecord {
  if (record.dataset?.contentHash !== contentHash) return record;
  const { recipe } = record.result;
  const names = new Set(findSource('stored').entry.options.map(({ name }) => name));
  const options = Object.fromEntries(Object.entries(recipe.dataset).filter(([name]) => names.has(name)));
  const dataset = { ...options, source: 'stored', set: label };
  return { ...record, result: { ...record.result, recipe: { ...recipe, dataset } } };
}

function elsewhere(origin: string): StudioError {
  return new StudioError({
    code: 'export/pictures-elsewhere',
    message: `The pictures of the runs were to go along; the open set, ${origin}, is not the one that they were trained on.`,
    hint: 'Open one of the runs in the studio, which opens its set; or save them without pictures.',
  });
}

function editedSet(): StudioError {
  return new StudioError({
    code: 'export/pictures-edited',
    message:
      'The pictures of the open set were to go along; it is edited here, and edits travel as a file of their own.',
    hint: 'Save the edited set as a set of its own, under Data, or save the runs without pictures.',
  });
}
