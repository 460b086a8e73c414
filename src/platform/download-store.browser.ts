/**
 * The store of downloads in IndexedDB: a database of its own with one record a file, under `['file', url]`, and one
 * entry a block, under `['block', url, version, number]`. Writes that come while one is under way go together.
 */
import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import type { StoredDownload } from '../protocol/stored.ts';
import {
  storageFull,
  storageUnavailable,
  storedDownload,
  type DownloadKey,
  type DownloadRecord,
  type DownloadStore,
} from './download-store.ts';

interface Write {
  readonly key: DownloadKey;
  readonly block: number;
  readonly bytes: Uint8Array;
}

/** An empty list comes after every text and number in IndexedDB's order: the end of all keys that begin alike. */
const LAST: [] = [];

const fileKey = (url: string): IDBValidKey => ['file', url];
const blockKey = ({ url, version }: DownloadKey, block: number): IDBValidKey => [
  'block',
  url,
  version,
  block,
];
const blocksOf = ({ url, version }: DownloadKey): IDBKeyRange =>
  IDBKeyRange.bound(['block', url, version], ['block', url, version, LAST], true, true);
const allBlocksOf = (url: string): IDBKeyRange =>
  IDBKeyRange.bound(['block', url], ['block', url, LAST], true, true);

/**
 * Opens the store of this browser; nothing is touched before it is used.
 *
 * @param beforeFirstWrite Called once: the time to ask the browser not to clear what is kept.
 */
export function openDownloadStore(beforeFirstWrite: () => void = () => undefined): DownloadStore {
  const use = guarded(createStore('mien-downloads', 'downloads'));
  let hasWritten = false;
  const write = inBatches((writes: readonly Write[]) => writeAll(use, writes));
  return {
    describe: (url) => use('readonly', (entries) => get<DownloadRecord>(entries, fileKey(url))),
    begin: (record) => {
      if (!hasWritten) beforeFirstWrite();
      hasWritten = true;
      return begin(use, record);
    },
    read: (key, block) => use('readonly', (entries) => get<Uint8Array>(entries, blockKey(key, block))),
    write: (key, block, bytes) => write({ key, block, bytes }),
    list: () => use('readonly', list),
    remove: (url) =>
      use('readwrite', (entries) => {
        entries.delete(fileKey(url));
        entries.delete(allBlocksOf(url));
        return finished(entries);
      }),
    roomBytes,
  };
}

async function begin(use: UseStore, record: DownloadRecord): Promise<void> {
  const { url, version } = record;
  await use('readwrite', (entries) => {
    entries.put(record, fileKey(url));
    entries.delete(IDBKeyRange.bound(['block', url], ['block', url, version], true, true));
    entries.delete(IDBKeyRange.bound(['block', url, version, LAST], ['block', url, LAST], true, true));
    return finished(entries);
  });
}

async function writeAll(use: UseStore, writes: readonly Write[]): Promise<void> {
  await use('readwrite', (entries) => {
    for (const { key, block, bytes } of writes) {
      const asked = entries.get(fileKey(key.url)) as IDBRequest<DownloadRecord | undefined>;
      // In the same transaction, so that a file that is deleted meanwhile leaves no blocks behind.
      asked.onsuccess = () => {
        if (asked.result?.version === key.version) entries.put(bytes, blockKey(key, block));
      };
    }
    return finished(entries);
  });
}

async function list(entries: IDBObjectStore): Promise<StoredDownload[]> {
  const files = IDBKeyRange.bound(['file'], ['file', LAST], true, true);
  const records = (await promisifyRequest(entries.getAll(files))) as DownloadRecord[];
  return Promise.all(
    records.map(async (record) => {
      const keys = await promisifyRequest(entries.getAllKeys(blocksOf(record)));
      return storedDownload(
        record,
        keys.map((key) => Number((key as IDBValidKey[])[3])),
      );
    }),
  );
}

function get<Value>(entries: IDBObjectStore, key: IDBValidKey): Promise<Value | undefined> {
  return promisifyRequest(entries.get(key) as IDBRequest<Value | undefined>);
}

const finished = (entries: IDBObjectStore): Promise<undefined> => promisifyRequest(entries.transaction);

async function roomBytes(): Promise<number | null> {
  // Only secure pages are told; IndexedDB is there all the same.
  if (!('storage' in navigator)) return null;
  const { quota, usage } = await navigator.storage.estimate();
  return quota === undefined || usage === undefined ? null : quota - usage;
}

/** What the browser says of its storage, in our words. */
function guarded(use: UseStore): UseStore {
  return async (mode, callback) => {
    try {
      return await use(mode, callback);
    } catch (cause) {
      const isFull = cause instanceof DOMException && cause.name === 'QuotaExceededError';
      throw isFull ? storageFull(cause) : storageUnavailable(cause);
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
