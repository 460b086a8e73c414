/** Owns what a failed request means: which error it is, whether to try again, and after how long. */
import { StudioError } from '../../protocol/errors.ts';
import type { RemoteOptions, Waiting } from '../platform.ts';

type Reason = 'unreachable' | 'no-ranges' | 'changed' | 'expired' | 'gated' | 'not-found';

const HINTS = {
  'net/not-found': 'Check the repository, the revision and the path; it may have been renamed or taken down.',
  'net/forbidden':
    'It is private, or its name is not right. Check the name; for a private one give an access token with it, or take a public one.',
  'net/gated':
    'Agree to its terms on its page, then give an access token with it; or take one that is open to all.',
  'net/expired': 'Try again: the server gives a new address then.',
  'net/rate-limited': 'The server asks for patience: wait a few minutes, then try again.',
  'net/server': 'The server has a fault: try again in a few minutes.',
  'net/unreachable': 'Check the connection, then try again; what has come is kept.',
  'net/no-ranges': 'This server cannot send parts of a file: download it and choose it as a file.',
  'net/changed': 'Start again: the new version of the file will be read.',
} as const;

const RETRYABLE: readonly string[] = ['net/rate-limited', 'net/server', 'net/unreachable', 'net/expired'];

/** A request that did not give what was asked, and what the server wishes. */
export interface Failure {
  readonly error: StudioError;
  /** How long the server asks to wait; null where it does not say. */
  readonly waitMs: number | null;
}

/** What an answer without content means. */
export function failureOf(response: Response, url: string): Failure {
  const { status, statusText, headers } = response;
  const error = netError(reasonOf(response), url, `it answered ${status} ${statusText}`.trim());
  return { error, waitMs: askedWaitMs(headers) };
}

/** The Hub says in a header what its statuses leave open: without a token it answers 401 to everything. */
function reasonOf({ status, headers, redirected }: Response): number | Reason {
  // The address that a server redirects to is good for a while; the next redirect is to a new one.
  if (redirected && status === 403) return 'expired';
  const code = headers.get('x-error-code');
  if (code === 'GatedRepo') return 'gated';
  return code === 'RepoNotFound' ? 'not-found' : status;
}

/** The error for a status or a reason; `detail` says what came. */
export function netError(what: number | Reason, url: string, detail: string, cause?: unknown): StudioError {
  const code = codeOf(what);
  const { host, pathname } = new URL(url, 'http://localhost');
  return new StudioError({
    code,
    message: `A part of ${host}${pathname} was asked for; ${detail}.`,
    hint: HINTS[code],
    retryable: RETRYABLE.includes(code),
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

/** Pages are not shown every server's wish: with four waits that double, these outlast such a window. */
const UNTOLD_LIMIT_MS = 20_000;

/** How long to wait before the next try: what the server asks, else 1, 2, 4 ... seconds; a little more by chance. */
function backOffMs({ error, waitMs }: Failure, tries: number): number {
  const firstMs = error.code === 'net/rate-limited' ? UNTOLD_LIMIT_MS : 1000;
  const ms = Math.min(MAX_WAIT_MS, waitMs ?? firstMs * 2 ** (tries - 1));
  // A classroom that was turned away together does not come back together.
  return ms + Math.random() * Math.min(ms / 4, 5000);
}

const WHY: Readonly<Record<string, string>> = {
  'net/rate-limited': 'the server asks for patience',
  'net/server': 'the server has a fault',
  'net/expired': 'the address has expired',
};

export interface WaitOptions extends Pick<RemoteOptions, 'signal' | 'onWait'> {
  /** For tests: waits without waiting. */
  readonly wait?: typeof wait | undefined;
}

/** What is said while a server is waited for; empty when it no longer is. */
export function waitingNote(waiting: Waiting | null): string {
  return waiting === null ? '' : `waiting ${Math.ceil(waiting.leftMs / 1000)} s: ${waiting.why}`;
}

/** Waits before the next try. */
export async function waitAfter(failure: Failure, tries: number, options: WaitOptions): Promise<void> {
  const ms = backOffMs(failure, tries);
  const until = performance.now() + ms;
  const why = WHY[failure.error.code] ?? 'the connection broke';
  const tell = (): void => options.onWait?.({ leftMs: Math.max(0, until - performance.now()), why });
  tell();
  const ticking = setInterval(tell, 1000);
  try {
    await (options.wait ?? wait)(ms, options.signal);
  } finally {
    clearInterval(ticking);
    options.onWait?.(null);
  }
}

/** Waits; ends early, by throwing, when cancelled. */
function wait(ms: number, signal?: AbortSignal): Promise<void> {
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
