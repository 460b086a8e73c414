/**
 * Stores of bytes in IndexedDB: a database for each, with two entries a key, the bytes under `['bytes', key]` and their
 * number under `['size', key]`, so that a list reads no bytes. Writes that come while one is under way go together.
 */
import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import {
  storageFull,
  storageUnavailable,
  type ByteStore,
  type StoredKey,
  type StoreEntry,
  type StoreName,
} from './byte-store.ts';

interface Write {
  readonly entries: readonly StoreEntry[];
  readonly whileThere: string | undefined;
}

const bytesKey = (key: string): IDBValidKey => ['bytes', key];
const sizeKey = (key: string): IDBValidKey => ['size', key];

/** All keys that begin alike: no text that UTF-16 can write comes after the last unit. */
const below = (kind: 'bytes' | 'size', prefix: string): IDBKeyRange =>
  IDBKeyRange.bound([kind, prefix], [kind, `${prefix}\uffff`]);

/**
 * Opens a store of this browser; nothing is touched before it is used.
 *
 * @param beforeWrite Called before each write: the time to ask the browser not to clear what is kept.
 */
export function openByteStore(name: StoreName, beforeWrite: () => void = () => undefined): ByteStore {
  const use = guarded(name, createStore(`mien-kept-${name}`, 'bytes'));
  const write = inBatches((writes: readonly Write[]) => writeAll(use, writes));
  return {
    getMany: (keys) =>
      use('readonly', (all) =>
        Promise.all(keys.map((key) => promisifyRequest<Uint8Array | undefined>(all.get(bytesKey(key))))),
      ),
    setMany: (entries, whileThere) => {
      beforeWrite();
      return write({ entries, whileThere });
    },
    deleteMany: (keys) =>
      use('readwrite', (all) => {
        for (const key of keys) {
          all.delete(sizeKey(key));
          all.delete(bytesKey(key));
        }
        return finished(all);
      }),
    deleteAll: (prefix) =>
      use('readwrite', (all) => {
        all.delete(below('size', prefix));
        all.delete(below('bytes', prefix));
        return finished(all);
      }),
    list: (prefix = '') => use('readonly', (all) => list(all, prefix)),
    roomBytes,
  };
}

async function writeAll(use: UseStore, writes: readonly Write[]): Promise<void> {
  await use('readwrite', (all) => {
    for (const { entries, whileThere } of writes) {
      if (whileThere === undefined) {
        putAll(all, entries);
        continue;
      }
      // In the same transaction, so that what is deleted meanwhile leaves nothing behind.
      const asked = all.getKey(sizeKey(whileThere));
      asked.onsuccess = () => {
        if (asked.result !== undefined) putAll(all, entries);
      };
    }
    return finished(all);
  });
}

function putAll(all: IDBObjectStore, entries: readonly StoreEntry[]): void {
  for (const [key, bytes] of entries) {
    all.put(bytes.byteLength, sizeKey(key));
    all.put(ownBytes(bytes), bytesKey(key));
  }
}

/** A view is kept with all the memory behind it, so a part of a larger stretch is copied; shared memory cannot be. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  return isWhole ? bytes : bytes.slice();
}

async function list(all: IDBObjectStore, prefix: string): Promise<StoredKey[]> {
  const range = below('size', prefix);
  const [keys, sizes] = await Promise.all([
    promisifyRequest(all.getAllKeys(range)),
    promisifyRequest(all.getAll(range)),
  ]);
  return keys.map((key, index) => ({
    key: (key as [string, string])[1],
    sizeBytes: Number(sizes[index]),
  }));
}

const finished = (all: IDBObjectStore): Promise<undefined> => promisifyRequest(all.transaction);

async function roomBytes(): Promise<number | null> {
  // Only secure pages are told; IndexedDB is there all the same.
  if (!('storage' in navigator)) return null;
  const { quota, usage } = await navigator.storage.estimate();
  return quota === undefined || usage === undefined ? null : quota - usage;
}

/** What the browser says of its storage, in our words. */
function guarded(name: StoreName, use: UseStore): UseStore {
  return async (mode, callback) => {
    try {
      return await use(mode, callback);
    } catch (cause) {
      const isFull = cause instanceof DOMException && cause.name === 'QuotaExceededError';
      throw isFull ? storageFull(name, cause) : storageUnavailable(name, cause);
    }
  };
}

/** Runs one batch at a time; what comes meanwhile waits for the next and goes together. */
function inBatches<Item>(carryOut: (items: readonly Item[]) => Promise<void>): (item: Item) => Promise<void> {
  let waiting: { readonly items: Item[]; readonly done: Promise<void> } | null = null;
  let last: Promise<unknown> = Promise.resolve();
  return (item) => {
    if (waiting !== null) {
      waiting.items.push(item);
      return waiting.done;
    }
    const items = [item];
    const done = last.then(() => {
      waiting = null;
      return carryOut(items);
    });
    waiting = { items, done };
    // A batch that failed has told those who waited for it; the next one is tried all the same.
    last = done.catch(() => undefined);
    return done;
  };
}
