/** Owns fetching small JSON files, with or without keeping the last answer for when there is no network. */
import { asStudioError } from '../../protocol/errors.ts';
import type { BestEffortStore } from '../stores/best-effort-store.ts';
import { versionOf, type DownloadStore } from '../stores/download-store.ts';
import { authorization } from './http-range.ts';
import { failureOf, netError, waitAfter, type Failure } from './http-retry.ts';
import type { RemoteOptions } from '../platform.ts';

/** A list that cannot be had has something to fall back to: less patience than for a file. */
const MAX_TRIES = 3;

/**
 * Fetches.
 *
 * @throws StudioError `net/…`
 */
export async function fetchJson(url: string, options: RemoteOptions, maxTries = MAX_TRIES): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await tryOnce(url, options);
    if ('value' in outcome) return outcome.value;
    if (!outcome.error.retryable || tries >= maxTries) throw outcome.error;
    await waitAfter(outcome, tries, options);
  }
}

async function tryOnce(
  url: string,
  { signal, token }: RemoteOptions,
): Promise<Failure | { readonly value: unknown }> {
  const gone = (what: string, cause: unknown): Failure => {
    signal?.throwIfAborted();
    return { error: netError('unreachable', url, what, cause), waitMs: null };
  };
  let response: Response;
  try {
    const headers = authorization(token);
    response = await fetch(url, { headers, signal: signal ?? null, cache: 'no-store' });
  } catch (cause) {
    return gone('the server could not be reached', cause);
  }
  if (!response.ok) return failureOf(response, url);
  try {
    return { value: await response.json() };
  } catch (cause) {
    return gone('the answer is no JSON', cause);
  }
}

/**
 * Fetches and keeps; gives what was kept where the server cannot be reached. One block is the whole file.
 *
 * @throws StudioError `net/…`
 */
export async function fetchStoredJson(
  url: string,
  store: BestEffortStore<DownloadStore>,
  options: RemoteOptions,
): Promise<unknown> {
  const stored = await store.read((working) => working.describe(url));
  const bytes = stored && (await store.read((working) => working.read(stored, 0)));
  try {
    // No patience where there is something to go on with.
    const value = await fetchJson(url, options, bytes === undefined ? MAX_TRIES : 1);
    await keep(url, store, options.label, value);
    return value;
  } catch (error) {
    if (bytes === undefined || !asStudioError(error).retryable) throw error;
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  }
}

async function keep(
  url: string,
  store: BestEffortStore<DownloadStore>,
  label: string,
  value: unknown,
): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const { byteLength } = bytes;
  const version = versionOf(byteLength, null, byteLength);
  const record = { url, version, label, byteLength, etag: null, blockBytes: byteLength };
  await store.write((working) => working.begin({ ...record, storedAtMs: Date.now() }));
  await store.write((working) => working.write(record, 0, bytes));
}
