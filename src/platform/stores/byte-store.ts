/**
 * Owns what a store of bytes is: texts as keys, bytes as values, and nothing known of what they mean. Each kind of
 * thing that is kept on this machine has a store of its own, which is made when something is first kept in it.
 */
import { StudioError } from '../../protocol/errors.ts';

/** The stores there are: what is kept in each, as its errors say it. */
export const STORES = {
  downloads: 'a part of a download',
  pictures: 'pictures resized for the network',
  sets: 'the pictures of a set',
  edits: 'what you changed in a set',
  checkpoints: 'the run as far as it has come',
  activations: 'what the frozen part computed',
  runs: 'a run that ended',
  studies: 'a study on the queue',
  measurements: 'what was measured of the GPU',
  leases: 'who uses what',
  versions: 'which version of Mien wrote what',
} as const;

export type StoreName = keyof typeof STORES;

/** A key and its bytes. */
export type StoreEntry = readonly [key: string, bytes: Uint8Array];

/** A key that is there, and how many bytes it has. */
export interface StoredKey {
  readonly key: string;
  readonly sizeBytes: number;
}

/**
 * Keeps bytes under keys. Keys are texts of any kind; those that begin alike are listed and deleted together, so they
 * are best written like paths, for example `run-7/epoch-3/weights`.
 *
 * Every method throws StudioError `storage/full` or `storage/unavailable`, and nothing else.
 */
export interface ByteStore {
  /** The bytes of each key, in the order asked for; undefined where there are none. */
  readonly getMany: (keys: readonly string[]) => Promise<(Uint8Array | undefined)[]>;
  /**
   * Keeps all or, when it fails, none. Calls that come while one is under way are written together. A process that dies
   * in Node may leave the first of them: the last entry comes last, so let it be the one that makes the others count.
   *
   * @param whileThere keeps nothing, silently, where this key is gone: what it belongs to was deleted meanwhile
   */
  readonly setMany: (entries: readonly StoreEntry[], whileThere?: string) => Promise<void>;
  readonly deleteMany: (keys: readonly string[]) => Promise<void>;
  /** Deletes all keys that begin so. */
  readonly deleteAll: (prefix: string) => Promise<void>;
  /** The keys that begin so, sorted by code units. */
  readonly list: (prefix?: string) => Promise<StoredKey[]>;
  /** Bytes that can still be kept on this machine; null where that is not known. */
  readonly roomBytes: () => Promise<number | null>;
}

/** There is no room left. */
export function storageFull(name: StoreName, cause?: unknown): StudioError {
  return new StudioError({
    code: 'storage/full',
    message: `There is no room left on this machine to keep ${STORES[name]}.`,
    hint: 'Work goes on without it. To have it kept, free some disk space or delete what is stored.',
    cause,
  });
}

/** There is no storage, or it does not work. */
export function storageUnavailable(name: StoreName, cause?: unknown): StudioError {
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  return new StudioError({
    code: 'storage/unavailable',
    message: `The storage of this machine was to keep ${STORES[name]}; it cannot be used${reason}.`,
    hint: 'Work goes on without it, and nothing is there next time. A private window keeps nothing; use an ordinary one.',
    cause,
  });
}
