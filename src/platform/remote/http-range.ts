/**
 * Owns reading a stretch of a file over HTTP, as the Hub's rules want it: one `Range: bytes=a-b` a request, no other
 * header but a token, the address asked anew each time (the Hub redirects to addresses that expire), patience when there are too
 * many requests, and going on where a broken transfer stopped.
 */
import { StudioError } from '../../protocol/errors.ts';
import type { RemoteSource } from '../platform.ts';
import { failureOf, netError, waitAfter, type Failure, type WaitOptions } from './http-retry.ts';

export interface HttpRangeOptions extends WaitOptions {
  /** Sent to the address's own server; a redirect to another one goes without it. */
  readonly token?: string | undefined;
  /** Bytes that came since the last call; for progress while one long stretch is read. */
  readonly onBytes?: ((count: number) => void) | undefined;
  /** Bytes fetched with the request that asks for the size, and kept; a header that is read next costs no other. */
  readonly firstBytes?: number | undefined;
  /** Tries of one request, the first one included. */
  readonly maxTries?: number | undefined;
  /** For tests. */
  readonly fetch?: typeof fetch | undefined;
}

const MAX_TRIES = 5;

/** A server without ranges sends the whole file; more than this is not kept in memory. */
const MAX_WHOLE_BYTES = 128 * 2 ** 20;

/** What tells one version of a file from another. */
export interface FileVersion {
  readonly byteLength: number;
  readonly etag: string | null;
}

/** The head of an answer. */
interface Answer extends FileVersion {
  readonly isWhole: boolean;
}

/** Bytes of a file, and which version of it they are of. */
export interface FilePart extends FileVersion {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Opens a file by its address; one request, which tells its size.
 *
 * @throws StudioError `net/not-found`, `net/forbidden`, `net/rate-limited`, `net/server`, `net/unreachable`,
 * `net/no-ranges`; reading throws these and `net/changed`
 */
export async function openHttpRange(url: string, options: HttpRangeOptions = {}): Promise<RemoteSource> {
  const first = await fetchPart(url, 0, Math.max(1, options.firstBytes ?? 1), options);
  const { byteLength, etag } = first;
  return {
    url,
    etag,
    byteLength,
    storedBytes: 0,
    slice: async (start, end = byteLength) => {
      const to = Math.min(end, byteLength);
      if (start >= to) return new ArrayBuffer(0);
      if (to <= first.bytes.byteLength) return first.bytes.slice(start, to).buffer;
      const { bytes } = await fetchPart(url, start, to, options, first);
      return bytes.byteLength === to - start ? bytes.buffer : bytes.slice().buffer;
    },
  };
}

/**
 * Fetches a stretch into memory; the whole file where the server knows no ranges and it is small enough.
 *
 * @param known The version that it must be of.
 * @throws StudioError `net/…`
 */
export async function fetchPart(
  url: string,
  start: number,
  end: number,
  options: HttpRangeOptions = {},
  known: FileVersion | null = null,
): Promise<FilePart> {
  const got: Uint8Array[] = [];
  const { byteLength, etag } = await streamPart(url, start, end, options, known, (chunk) => {
    got.push(chunk);
  });
  return { byteLength, etag, bytes: join(got) };
}

/**
 * Fetches a stretch, going on after a break, and hands it over chunk by chunk as it comes.
 *
 * @param known The version that it must be of; null takes the one that comes.
 * @throws StudioError `net/…`; `net/changed` before any byte of another version is handed over
 */
export async function streamPart(
  url: string,
  start: number,
  end: number,
  options: HttpRangeOptions,
  known: FileVersion | null,
  onChunk: (chunk: Uint8Array) => void,
): Promise<FileVersion> {
  let version = known;
  let at = start;
  let tries = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const from = at;
    const outcome = await tryOnce(url, at, end, options, {
      onHead: (answer) => {
        if (version !== null && isAnother(answer, version)) throw changed(url);
        version = answer;
      },
      onChunk: (chunk) => {
        at += chunk.byteLength;
        onChunk(chunk);
        options.onBytes?.(chunk.byteLength);
      },
    });
    if (!('error' in outcome)) return outcome;
    // A transfer that moved on has earned all its tries again.
    tries = at > from ? 1 : tries + 1;
    if (!outcome.error.retryable || tries >= (options.maxTries ?? MAX_TRIES)) throw outcome.error;
    await waitAfter(outcome, tries, options);
  }
}

/** Whether two answers are of different versions of a file, as far as the server tells. */
export function isAnother(now: FileVersion, then: FileVersion): boolean {
  return (
    now.byteLength !== then.byteLength || (now.etag !== null && then.etag !== null && now.etag !== then.etag)
  );
}

interface Listener {
  readonly onHead: (answer: Answer) => void;
  readonly onChunk: (chunk: Uint8Array) => void;
}

/** One HTTP request. A failure that may pass is returned, so that the bytes that came before it are kept. */
async function tryOnce(
  url: string,
  start: number,
  end: number,
  { signal, token, fetch: fetchWith = fetch }: HttpRangeOptions,
  { onHead, onChunk }: Listener,
): Promise<Answer | Failure> {
  let left = end - start;
  let response: Response | null = null;
  try {
    response = await fetchWith(url, {
      headers: { Range: `bytes=${start}-${end - 1}`, ...authorization(token) },
      signal: signal ?? null,
      // What is worth keeping is kept by us; a browser's cache would keep it twice, and mix versions.
      cache: 'no-store',
    });
    const answer = readAnswer(response, url, start);
    if ('error' in answer) return answer;
    onHead(answer);
    left = answer.isWhole ? answer.byteLength : Math.min(end, answer.byteLength) - start;
    for await (const chunk of chunksOf(response)) {
      if (chunk.byteLength > left) throw netError('no-ranges', url, 'it sent more than that');
      onChunk(chunk);
      left -= chunk.byteLength;
    }
    if (left === 0) return answer;
    return {
      error: netError('unreachable', url, `the transfer ended with ${left} bytes to come`),
      waitMs: null,
    };
  } catch (cause) {
    if (signal?.aborted === true || cause instanceof StudioError) throw cause;
    const detail =
      response === null
        ? 'the server could not be reached'
        : `the connection failed with ${left} bytes to come`;
    return { error: netError('unreachable', url, detail, cause), waitMs: null };
  } finally {
    // What is not wanted must not go on coming; a body that ended or broke has nothing to cancel.
    void response?.body?.cancel().catch(() => undefined);
  }
}

/** The header that carries a token; browsers and Node leave it out where a redirect leads to another origin. */
export function authorization(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

/** What the answer's head says, or why it is none. */
function readAnswer(response: Response, url: string, start: number): Answer | Failure {
  const { status, headers } = response;
  const etag = headers.get('etag');
  if (status === 206) {
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/u.exec(headers.get('content-range') ?? '');
    if (range === null || Number(range[1]) !== start || !Number.isSafeInteger(Number(range[3]))) {
      throw netError('no-ranges', url, `Content-Range is ${headers.get('content-range') ?? 'missing'}`);
    }
    return { byteLength: Number(range[3]), etag, isWhole: false };
  }
  if (status === 200) {
    const byteLength = Number(headers.get('content-length') ?? NaN);
    // Later stretches of a server without ranges would each send the whole file.
    if (start !== 0 || !(byteLength <= MAX_WHOLE_BYTES))
      throw netError('no-ranges', url, 'it sent the whole file');
    return { byteLength, etag, isWhole: true };
  }
  if (status === 416) throw changed(url);
  return failureOf(response, url);
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

function join(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}

function changed(url: string): StudioError {
  return netError('changed', url, 'the file is another one than when it was opened');
}
