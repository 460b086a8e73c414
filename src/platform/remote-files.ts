/** Files on servers as a platform offers them, with or without a store of downloads. */
import type { StudioError } from '../protocol/errors.ts';
import { BestEffortStore, type StoreHealth } from './best-effort-store.ts';
import type { DownloadStore } from './download-store.ts';
import { openHttpRange } from './http-range.ts';
import type { RemoteFiles, RemoteOptions } from './platform.ts';
import { fetchJson, fetchStoredJson } from './remote-json.ts';
import { openStoredRange } from './stored-range.ts';

/** @param store null where nothing is kept */
export function remoteFiles(store: DownloadStore | null): RemoteFiles {
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
  return {
    openRemote: (url, options) =>
      store === null
        ? openHttpRange(url, options)
        : openStoredRange(url, store, { ...listening(options), health }),
    readRemoteJson: (url, options) =>
      store === null
        ? fetchJson(url, options)
        : fetchStoredJson(url, new BestEffortStore(store, health), options),
    lookUpJson: (url, options) => fetchJson(url, options),
    listStored: async () => {
      const downloads = [...((await store?.list()) ?? [])];
      downloads.sort((one, other) => other.storedAtMs - one.storedAtMs);
      return { downloads, trouble: (said ?? health.trouble)?.toWire() ?? null };
    },
    deleteStored: async (url) => {
      await store?.remove(url);
      // There is room again: files that are being read go on to be kept.
      health.trouble = null;
      said = null;
    },
  };
}
