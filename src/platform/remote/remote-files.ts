/** Files on servers as a platform offers them, with or without a store of downloads. */
import type { StudioError } from '../../protocol/errors.ts';
import { BestEffortStore, type StoreHealth } from '../stores/best-effort-store.ts';
import type { DownloadStore } from '../stores/download-store.ts';
import { openHttpRange } from './http-range.ts';
import { inUse, type Owned } from '../stores/owned.ts';
import type { RemoteFiles, RemoteOptions } from '../platform.ts';
import { fetchJson, fetchStoredJson } from './remote-json.ts';
import { openStoredRange } from './stored-range.ts';

const ownedNameOf = (url: string): string => `download/${url}`;

/**
 * @param store null where nothing is kept
 * @param owned what is being read is not deleted under the reader
 */
export function remoteFiles(store: DownloadStore | null, owned: Owned): RemoteFiles {
  const health: StoreHealth = { trouble: null };
  /** What was last said of the store. */
  let said: StudioError | null = null;
  const listening = (options: RemoteOptions): RemoteOptions => ({
    ...options,
    onNotice: (notice) => {
      if (notice.code.startsWith('storage/')) said = notice;
      options.onNotice?.(notice);
    },
  });
  const reading = async <Value>(url: string, read: () => Promise<Value>): Promise<Value> => {
    const release = await owned.use(ownedNameOf(url));
    try {
      return await read();
    } finally {
      await release();
    }
  };
  return {
    openRemote: async (url, options) => {
      if (store === null) return openHttpRange(url, options);
      const source = await reading(url, () => openStoredRange(url, store, { ...listening(options), health }));
      return { ...source, slice: (start, end) => reading(url, () => source.slice(start, end)) };
    },
    readRemoteJson: (url, options) =>
      store === null
        ? fetchJson(url, options)
        : reading(url, () => fetchStoredJson(url, new BestEffortStore(store, health), options)),
    lookUpJson: (url, options) => fetchJson(url, options),
    listStored: async () => {
      const downloads = [...((await store?.list()) ?? [])];
      downloads.sort((one, other) => other.storedAtMs - one.storedAtMs);
      return { downloads, trouble: (said ?? health.trouble)?.toWire() ?? null };
    },
    deleteStored: async (url) => {
      if (store === null) return;
      const isDone = await owned.discardIfFree(ownedNameOf(url), () => store.remove(url));
      if (!isDone) throw inUse((await store.describe(url))?.label ?? url);
      // There is room again: files that are being read go on to be kept.
      health.trouble = null;
      said = null;
    },
  };
}
