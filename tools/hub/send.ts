/** Owns sending a stretch of a file, well or badly, and counting what was sent. */
import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import type { HubFile } from './folder.ts';

/** A stretch of a file, its end not included. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Bytes from `Range: bytes=a-b`; null where none is asked for, `unknown` where it cannot be had. */
export function rangeOf(header: string | undefined, sizeBytes: number): Stretch | null | 'unknown' {
  if (header === undefined) return null;
  const [, from, to] = /^bytes=(\d+)-(\d*)$/u.exec(header) ?? [];
  if (from === undefined) return 'unknown';
  const end = to === undefined || to === '' ? sizeBytes : Math.min(Number(to) + 1, sizeBytes);
  return Number(from) < end ? { start: Number(from), end } : 'unknown';
}

/**
 * Answers a request for a file, or a part of it.
 *
 * @param onBytes hears what was sent, as it is sent
 */
export async function sendFile(
  file: HubFile,
  header: string | undefined,
  response: ServerResponse,
  fault: Fault | null,
  onBytes: (count: number) => void,
): Promise<void> {
  const isChanged = fault?.kind === 'changed';
  const total = file.sizeBytes + (isChanged ? (fault.addedBytes ?? 0) : 0);
  response.setHeader('ETag', isChanged ? '"changed"' : file.etag);
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Content-Type', 'application/octet-stream');
  const range = fault?.kind === 'whole' ? null : rangeOf(header, total);
  if (range === 'unknown') {
    response.writeHead(416, { 'Content-Range': `bytes */${total}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: total };
  if (range !== null) response.setHeader('Content-Range', `bytes ${start}-${end - 1}/${total}`);
  // Without its length a body that is too short ends like any other.
  if (fault?.kind !== 'wrongLength') response.setHeader('Content-Length', end - start);
  response.writeHead(range === null ? 200 : 206);
  await sendBytes(file.disk, { start, end: Math.min(end, file.sizeBytes) }, response, fault, onBytes);
}

async function sendBytes(
  disk: string,
  { start, end }: Stretch,
  response: ServerResponse,
  fault: Fault | null,
  onBytes: (count: number) => void,
): Promise<void> {
  const most = lastByteOf(fault, end - start);
  let sent = 0;
  if (end > start) {
    // Slowness is felt from the beginning, not only after a large first chunk.
    const highWaterMark =
      fault?.kind === 'slow' ? Math.max(1, Math.round(fault.bytesPerSecond / 20)) : 2 ** 16;
    const chunks: AsyncIterable<Buffer> = createReadStream(disk, { start, end: end - 1, highWaterMark });
    for await (const chunk of chunks) {
      if (response.destroyed) return;
      const part = chunk.subarray(0, most - sent);
      if (fault?.kind === 'slow') await sleep((part.byteLength / fault.bytesPerSecond) * 1000);
      sent += part.byteLength;
      onBytes(part.byteLength);
      if (!response.write(part)) await drained(response);
      if (sent === most && most < end - start) break;
    }
  }
  if (fault?.kind === 'stall') return;
  if (fault?.kind === 'cut') {
    // What was written must be on its way before the connection breaks.
    await sleep(20);
    response.destroy();
  } else response.end();
}

/** How many bytes are sent of so many. */
function lastByteOf(fault: Fault | null, bytes: number): number {
  if (fault?.kind === 'cut' || fault?.kind === 'stall') return Math.min(bytes, fault.afterBytes);
  return fault?.kind === 'wrongLength' ? Math.max(0, bytes - fault.missingBytes) : bytes;
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.once('drain', settle).once('close', settle);
  });
