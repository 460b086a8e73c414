/** Files on servers as a platform offers them, with or without a store of downloads. */
import type { StudioError } from '../protocol/errors.ts';
import { asStudioError } from '../protocol/errors.ts';
import { versionOf, type DownloadStore } from './download-store.ts';
import { openHttpRange } from './http-range.ts';
import { failureOf, netError } from './http-retry.ts';
import { CarefulStore } from './kept-blocks.ts';
import type { RemoteFiles, RemoteOptions } from './platform.ts';
import { openStoredRange } from './stored-range.ts';

/** @param store null where nothing is kept */
export function remoteFiles(store: DownloadStore | null): RemoteFiles {
  let trouble: StudioError | null = null;
  const onTrouble = (error: StudioError): void => {
    trouble = error;
  };
  return {
    openRemote: (url, options) =>
      store === null ? openHttpRange(url, options) : openStoredRange(url, store, { ...options, onTrouble }),
    readRemoteJson: (url, options) =>
      store === null
        ? fetchJson(url, options)
        : readStoredJson(url, new CarefulStore(store, onTrouble), options),
    listStored: async () => {
      const downloads = [...((await store?.list()) ?? [])];
      downloads.sort((one, other) => other.storedAtMs - one.storedAtMs);
      return { downloads, trouble: trouble?.toWire() ?? null };
    },
    deleteStored: async (url) => {
      await store?.remove(url);
      // There is room again.
      trouble = null;
    },
  };
}

/** One block is the whole file. */
async function readStoredJson(url: string, store: CarefulStore, options: RemoteOptions): Promise<unknown> {
  try {
    const value = await fetchJson(url, options);
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const { byteLength } = bytes;
    const version = versionOf(byteLength, null, byteLength);
    const record = { url, version, label: options.label, byteLength, etag: null, blockBytes: byteLength };
    await store.use((working) => working.begin({ ...record, storedAtMs: Date.now() }));
    await store.use((working) => working.write(record, 0, bytes));
    return value;
  } catch (error) {
    if (!asStudioError(error).retryable) throw error;
    const record = await store.use((working) => working.describe(url));
    const bytes = record && (await store.use((working) => working.read(record, 0)));
    if (bytes === undefined) throw error;
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  }
}

async function fetchJson(url: string, { signal }: RemoteOptions): Promise<unknown> {
  const response = await fetch(url, { signal: signal ?? null }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw netError('unreachable', url, 'the connection failed', cause);
  });
  if (!response.ok) throw failureOf(response, url).error;
  return (await response.json().catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw netError('unreachable', url, 'the answer is no JSON', cause);
  })) as unknown;
}
