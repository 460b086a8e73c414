/**
 * Owns the room that sets take which were opened before: what each place is, which of them nobody uses, and which go when
 * the store is full. A place that is in use, here or in another tab, is never discarded.
 */
import { formatBytes } from '../../lib/format.ts';
import type { ByteStore } from '../../platform/stores/byte-store.ts';
import type { Owned } from '../../platform/stores/owned.ts';
import type { Platform } from '../../platform/platform.ts';
import { whatCanGo } from '../../platform/stores/store-notices.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { Preparing } from '../../protocol/recipe/preparing.ts';
import { parseJson } from '../../lib/json.ts';
import { listStoredSets } from '../stored-sets/stored-sets.ts';

/**
 * Raise it when decoding, resizing, cleaning or the shape of `CleanedRows` changes: what is kept is then made anew, and
 * what an earlier version kept is forgotten.
 */
export const VERSION = 4;
/** What is known of a set before its rows are read. */
export interface PreparedOrigin extends Preparing {
  /** What the user knows the set by. */
  readonly label: string;
  /** The same only for a set that need not be read again. */
  readonly listing: string;
  /** The same for all that may hold the same and are worth reading for it; null where reading costs as much as it saves. */
  readonly outline: string | null;
}

/** What a place says of itself. */
export interface About extends Omit<PreparedOrigin, 'listing'> {
  readonly version: typeof VERSION;
  readonly usedAtMs: number;
  /** The ways in which it was opened. */
  readonly listings: readonly string[];
  /** Of all rows of its source; null until they are here. */
  readonly sourceHash: string | null;
}

/** What a prepared set is called while it is in use. */
export const ownedNameOf = (prefix: string): string => `pictures/${prefix}`;

/** Bytes of the prepared sets that nobody uses. */
export async function preparedBytes(platform: Platform): Promise<number> {
  let free = 0;
  await eachFree(platform, ({ sizeBytes }) => {
    free += sizeBytes;
    return Promise.resolve();
  });
  return free;
}

/** Forgets all prepared sets but those that are open, here or in another tab. */
export async function forgetPrepared(platform: Platform): Promise<void> {
  const store = platform.openStore('pictures');
  await eachFree(platform, async ({ prefix }) => store?.deleteAll(prefix));
}

interface SizedPlace {
  readonly prefix: string;
  readonly sizeBytes: number;
}

/** Does something with each prepared set that nobody uses, and that nobody begins to use meanwhile. */
async function eachFree(platform: Platform, work: (place: SizedPlace) => Promise<void>): Promise<void> {
  const places = new Map<string, SizedPlace>();
  for (const { key, sizeBytes } of (await platform.openStore('pictures')?.list()) ?? []) {
    const prefix = prefixOf(key);
    places.set(prefix, { prefix, sizeBytes: sizeBytes + (places.get(prefix)?.sizeBytes ?? 0) });
  }
  for (const place of places.values())
    await platform.owned.discardIfFree(ownedNameOf(place.prefix), () => work(place));
}

const prefixOf = (key: string): string => key.slice(0, key.indexOf('/') + 1);

/** That a set's pictures do not fit: how much they take, and what could be deleted for them. */
export async function picturesFull(
  platform: Platform,
  { label, size }: PreparedOrigin,
  count: number,
  cause: StudioError,
): Promise<StudioError> {
  const { downloads } = await platform.listStored();
  const sets = (await listStoredSets(platform)).map((set) => ({ ...set, storedBytes: set.sizeBytes }));
  const others = [...downloads, ...sets].filter((stored) => stored.label !== label);
  return new StudioError({
    code: 'storage/full',
    message: `To keep the pictures of ${label} as they are after resizing takes ${formatBytes(count * size * size * 3)}; there is not so much room left on this machine.`,
    hint: `Work goes on and what is stored stays, but they will be resized again next time. ${whatCanGo(others)}`,
    cause,
  });
}

/** A store that, when it is full, forgets the prepared sets that nobody used for longest: they can be made again. */
export function makingRoom(store: ByteStore, owned: Owned): ByteStore {
  return {
    ...store,
    setMany: async (entries, whileThere) => {
      for (;;) {
        try {
          await store.setMany(entries, whileThere);
          return;
        } catch (error) {
          if (!(error instanceof StudioError) || error.code !== 'storage/full') throw error;
          if (!(await forgetOldest(store, owned))) throw error;
        }
      }
    },
  };
}

/** Whether there was one to forget. */
async function forgetOldest(store: ByteStore, owned: Owned): Promise<boolean> {
  const prefixes = [...new Set((await store.list()).map(({ key }) => prefixOf(key)))];
  const abouts = await store.getMany(prefixes.map((prefix) => `${prefix}about`));
  const places = prefixes.map((prefix, index) => ({
    prefix,
    usedAtMs: aboutOf(abouts[index])?.usedAtMs ?? 0,
  }));
  places.sort((one, other) => one.usedAtMs - other.usedAtMs);
  for (const { prefix } of places) {
    if (await owned.discardIfFree(ownedNameOf(prefix), () => store.deleteAll(prefix))) return true;
  }
  return false;
}

/** What a place says of itself; undefined where it was damaged since. */
export const aboutOf = (bytes: Uint8Array | undefined): About | undefined =>
  bytes && (fromJson(bytes) as About | undefined);

/** What we wrote ourselves, of this version; undefined where it was damaged since. */
export function fromJson(bytes: Uint8Array): unknown {
  return parseJson(new TextDecoder().decode(bytes));
}
