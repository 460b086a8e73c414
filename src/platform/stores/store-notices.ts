/** Owns what is said of downloads while work goes on: that one does not fit, and that one has changed. */
import { formatBytes } from '../../lib/format.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { DownloadRecord, DownloadStore } from './download-store.ts';
import type { FileVersion } from '../remote/http-range.ts';

/** As many of the stored files are named, and none so small that deleting it helps nobody. */
const MOST_NAMED = 3;
const LEAST_NAMED_BYTES = 100_000;

/**
 * How much of a file there is no room for, and what could be deleted; null where all of it fits.
 *
 * @param wantedBytes How much of it will be read in all.
 */
export async function roomNotice(
  store: DownloadStore,
  record: DownloadRecord,
  wantedBytes: number = record.byteLength,
): Promise<StudioError | null> {
  const room = await store.roomBytes();
  const stored = await store.list();
  const mine = stored.find(({ url }) => url === record.url)?.storedBytes ?? 0;
  const needed = Math.max(0, Math.min(wantedBytes, record.byteLength) - mine);
  if (room === null || room >= needed) return null;
  return noRoom(record.label, needed, Math.max(0, room), othersOf(stored, record));
}

/** The same when a block could not be written, whatever the browser thought of the room. */
export async function fullNotice(
  store: DownloadStore,
  record: DownloadRecord,
  cause: StudioError,
): Promise<StudioError> {
  if (cause.code !== 'storage/full') return cause;
  const stored = await store.list();
  const mine = stored.find(({ url }) => url === record.url)?.storedBytes ?? 0;
  return noRoom(record.label, record.byteLength - mine, null, othersOf(stored, record));
}

function othersOf(stored: Awaited<ReturnType<DownloadStore['list']>>, { url: mine }: DownloadRecord): string {
  return whatCanGo(stored.filter(({ url }) => url !== mine));
}

/** What the user could delete to make room, the largest first. */
export function whatCanGo(
  stored: readonly { readonly label: string; readonly storedBytes: number }[],
): string {
  const others = stored
    .filter(({ storedBytes }) => storedBytes >= LEAST_NAMED_BYTES)
    .sort((one, other) => other.storedBytes - one.storedBytes)
    .slice(0, MOST_NAMED)
    .map(({ label, storedBytes }) => `${label} (${formatBytes(storedBytes)})`);
  return others.length === 0
    ? 'Nothing large is stored that could be deleted: free some disk space.'
    : `You can delete under Stored: ${others.join(', ')}.`;
}

function noRoom(label: string, neededBytes: number, roomBytes: number | null, others: string): StudioError {
  const room = roomBytes === null ? 'there is no room left' : `there is room for ${formatBytes(roomBytes)}`;
  return new StudioError({
    code: 'storage/full',
    message: `To keep all of ${label} on this machine takes ${formatBytes(neededBytes)} more; ${room}.`,
    hint: `Work goes on and what is stored stays, but what does not fit will be downloaded again next time. ${others}`,
  });
}

/** The server has another version than the one that is here. */
export function changedNotice({ label, byteLength }: DownloadRecord, now: FileVersion): StudioError {
  const sizes =
    byteLength === now.byteLength
      ? `of the same size, ${formatBytes(byteLength)}`
      : `${formatBytes(now.byteLength)} instead of ${formatBytes(byteLength)}`;
  return new StudioError({
    code: 'net/changed',
    message: `${label} has changed on the server since it was stored here: it is another file now, ${sizes}.`,
    hint: 'The new file is downloaded in place of the stored one. Results may differ from those before; a commit as the revision keeps one version.',
  });
}
