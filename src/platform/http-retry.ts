/** Owns what a failed request means: which error it is, whether to try again, and after how long. */
import { StudioError } from '../protocol/errors.ts';

type Reason = 'unreachable' | 'no-ranges' | 'changed';

const HINTS = {
  'net/not-found': 'Check the repository, the revision and the path; it may have been renamed or taken down.',
  'net/forbidden': 'The file is private or needs an agreement on its page; take a public one.',
  'net/rate-limited': 'The server asks for patience: wait a few minutes, then try again.',
  'net/server': 'The server has a fault: try again in a few minutes.',
  'net/unreachable': 'Check the connection, then try again; what has come is kept.',
  'net/no-ranges': 'This server cannot send parts of a file: download it and choose it as a file.',
  'net/changed': 'Start again: the new version of the file will be read.',
} as const;

/** A request that did not give what was asked, and what the server wishes. */
export interface Failure {
  readonly error: StudioError;
  /** How long the server asks to wait; null where it does not say. */
  readonly waitMs: number | null;
}

/** What an answer without content means. */
export function failureOf(response: Response, url: string): Failure {
  const error = netError(
    response.status,
    url,
    `it answered ${response.status} ${response.statusText}`.trim(),
  );
  return { error, waitMs: askedWaitMs(response.headers) };
}

/** The error for a status or a reason; `detail` says what came. */
export function netError(what: number | Reason, url: string, detail: string, cause?: unknown): StudioError {
  const code = codeOf(what);
  const { host, pathname } = new URL(url, 'http://localhost');
  return new StudioError({
    code,
    message: `A part of ${host}${pathname} was asked for; ${detail}.`,
    hint: HINTS[code],
    retryable: ['net/rate-limited', 'net/server', 'net/unreachable'].includes(code),
    cause,
  });
}

function codeOf(what: number | Reason): keyof typeof HINTS {
  if (typeof what === 'string') return `net/${what}`;
  if (what === 404 || what === 410) return 'net/not-found';
  if (what === 401 || what === 403) return 'net/forbidden';
  if (what === 429) return 'net/rate-limited';
  return 'net/server';
}

/** The server's own wish, from `RateLimit: "api";r=0;t=55` or `Retry-After: 55`; null where it has none. */
function askedWaitMs(headers: Headers): number | null {
  const seconds = /;\s*t=(\d+)/u.exec(headers.get('ratelimit') ?? '')?.[1] ?? headers.get('retry-after');
  return seconds !== null && /^\d+$/u.test(seconds) ? Number(seconds) * 1000 : null;
}

/** A window of the Hub's limits is five minutes; waiting longer helps nobody. */
const MAX_WAIT_MS = 300_000;

/** How long to wait before the next try: what the server asks, else 1, 2, 4 ... seconds. */
export function backOffMs({ waitMs }: Failure, tries: number): number {
  return Math.min(MAX_WAIT_MS, waitMs ?? 1000 * 2 ** (tries - 1));
}

/** Waits; ends early, by throwing, when cancelled. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
