/**
 * Owns what a store of downloads is: files known by their stable address, each cut into numbered blocks. Whoever
 * fetches decides what to keep; a store keeps, lists and forgets.
 */
import { StudioError } from '../protocol/errors.ts';
import type { StoredDownload } from '../protocol/stored.ts';

/** One version of a file. Blocks of different versions never mix. */
export interface DownloadKey {
  /** The address that was asked for, never the one it redirects to. */
  readonly url: string;
  /** From {@link versionOf}. */
  readonly version: string;
}

/** What is known of a file beside its blocks. */
export interface DownloadRecord extends DownloadKey {
  /** What the user knows it by. */
  readonly label: string;
  readonly byteLength: number;
  readonly etag: string | null;
  /** Of every block; the last may be shorter. */
  readonly blockBytes: number;
  /** When its download began, in ms since 1970. */
  readonly storedAtMs: number;
}

/**
 * Keeps blocks of files.
 *
 * Every method throws StudioError `storage/full` or `storage/unavailable`, and nothing else.
 */
export interface DownloadStore {
  /** What is kept of an address; undefined for nothing. */
  readonly describe: (url: string) => Promise<DownloadRecord | undefined>;
  /** Starts to keep a file; blocks of other versions of it are dropped, those of this one stay. */
  readonly begin: (record: DownloadRecord) => Promise<void>;
  readonly read: (key: DownloadKey, block: number) => Promise<Uint8Array | undefined>;
  /** Does nothing where this version of the file is no longer kept: it was deleted meanwhile. */
  readonly write: (key: DownloadKey, block: number, bytes: Uint8Array) => Promise<void>;
  readonly list: () => Promise<readonly StoredDownload[]>;
  readonly remove: (url: string) => Promise<void>;
  /** Bytes that can still be kept; null where that is not known. */
  readonly roomBytes: () => Promise<number | null>;
}

/** A text that is the same for the same version of a file, cut in the same way. */
export function versionOf(byteLength: number, etag: string | null, blockBytes: number): string {
  return `${byteLength}/${blockBytes}/${etag ?? ''}`;
}

/** Bytes of block `block` of a file. */
export function blockLength({ byteLength, blockBytes }: DownloadRecord, block: number): number {
  return Math.min(blockBytes, byteLength - block * blockBytes);
}

/** A line of the list, for a file of which some blocks are kept. */
export function storedDownload(record: DownloadRecord, blocks: readonly number[]): StoredDownload {
  const { url, label, byteLength, storedAtMs } = record;
  const storedBytes = blocks.reduce((sum, block) => sum + blockLength(record, block), 0);
  return { url, label, byteLength, storedBytes, storedAtMs };
}

/** There is no room left. */
export function storageFull(cause?: unknown): StudioError {
  return new StudioError({
    code: 'storage/full',
    message: 'A part of a download was to be kept on this machine; there is no room left for it.',
    hint: 'Work goes on, but this part will be downloaded again next time. To change that, free some disk space or delete stored downloads.',
    cause,
  });
}

/** There is no storage, or it does not work. */
export function storageUnavailable(cause?: unknown): StudioError {
  return new StudioError({
    code: 'storage/unavailable',
    message: `Downloads were to be kept on this machine; its storage cannot be used${cause instanceof Error ? ` (${cause.message})` : ''}.`,
    hint: 'Work goes on, but everything will be downloaded again next time. A private window keeps nothing; use an ordinary one.',
    cause,
  });
}
