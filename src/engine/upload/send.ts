/**
 * Owns sending files to a Hub: the repository is made where there is none, large files go to its storage by their hash,
 * and one commit, the last thing that is sent, makes all of them seen. What is there already is not sent again.
 *
 * `@huggingface/hub` is loaded when it is needed. It would hash in a worker that it makes of a blob, which the page's
 * policy forbids; here, in the engine's own worker, it hashes without one.
 */
import type * as HubLibrary from '@huggingface/hub';
import type { CommitProgressEvent } from '@huggingface/hub';
import { countOf } from '../../lib/format.ts';
import { isAbort, StudioError, type ErrorCode } from '../../protocol/errors.ts';
import type { Uploaded, UploadTarget } from '../../protocol/upload.ts';
import type { SetWork } from '../set/open-set.ts';

export interface UploadFile {
  /** With slashes. */
  readonly path: string;
  readonly content: Blob;
}

type Hub = typeof HubLibrary;

/** @throws StudioError `net/…`, `recipe/other-visibility`; DOMException `AbortError` */
export async function sendToHub(
  files: readonly UploadFile[],
  target: UploadTarget,
  { signal, emit }: SetWork,
): Promise<Uploaded> {
  const { server, repo, token } = target;
  const hub = await import('@huggingface/hub');
  const place = { repo, accessToken: token, hubUrl: server };
  const progress = new Progress(files, emit);
  const fetchUntil: typeof fetch = (input, init) => fetch(input, { ...init, signal: init?.signal ?? signal });
  try {
    const wasThere = await makeRepo(hub, target, fetchUntil);
    const sending = hub.commitIter({
      ...place,
      title: 'Network trained with Mien',
      operations: files.map((file) => ({ operation: 'addOrUpdate', ...file })),
      // Its other protocol cuts files into pieces that a Hub of one's own does not know.
      useXet: false,
      useWebWorkers: false,
      abortSignal: signal,
    });
    for await (const event of sending) progress.hear(event);
    return { page: `${server}/${repo}`, wasThere };
  } catch (error) {
    signal.throwIfAborted();
    if (isAbort(error) || error instanceof StudioError) throw error;
    throw failureOf(hub, error, target, progress);
  }
}

/** Makes the repository; says whether it was there. @throws StudioError `recipe/other-visibility` */
async function makeRepo(hub: Hub, target: UploadTarget, fetchWith: typeof fetch): Promise<boolean> {
  const { repo, server, token, isPublic } = target;
  const place = { accessToken: token, hubUrl: server, fetch: fetchWith };
  try {
    await hub.createRepo({
      ...place,
      repo: { type: 'model', name: repo },
      visibility: isPublic ? 'public' : 'private',
    });
    return false;
  } catch (error) {
    if (!(error instanceof hub.HubApiError) || error.statusCode !== 409) throw error;
  }
  const found = await hub.modelInfo({ ...place, name: repo });
  if (found.private === !isPublic) return true;
  const [is, asked] = found.private ? ['private', 'public'] : ['public', 'private'];
  throw new StudioError({
    code: 'recipe/other-visibility',
    message: `${repo} is there already and is ${is}; ${asked} was asked for. Nothing was sent.`,
    hint: `Choose ${is}, or another name; or change it on its page.`,
  });
}

/** How much is there, in bytes; a file counts when all of it is. */
class Progress {
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #there = new Set<string>();
  readonly #total: number;

  constructor(
    files: readonly UploadFile[],
    readonly emit: SetWork['emit'],
  ) {
    this.#sizes = new Map(files.map(({ path, content }) => [path, content.size]));
    this.#total = files.reduce((sum, { content }) => sum + content.size, 0);
  }

  get files(): number {
    return this.#there.size;
  }

  hear(event: CommitProgressEvent): void {
    if (event.event === 'fileProgress' && event.state === 'uploading' && event.progress === 1)
      this.#there.add(event.path);
    const done = [...this.#there].reduce((sum, path) => sum + (this.#sizes.get(path) ?? 0), 0);
    const label = event.event === 'phase' ? LABELS[event.phase] : LABELS.uploadingLargeFiles;
    this.emit({ kind: 'progress', stage: 'upload', label, done, total: this.#total, unit: 'bytes' });
  }
}

const LABELS = {
  preuploading: 'Asking what is there already',
  uploadingLargeFiles: 'Sending the files',
  committing: 'Publishing them',
} as const;

const KEPT = 'The files are still here and can be sent again; what has come is not sent twice.';

/** What went wrong, without the token, which a server might repeat. */
function failureOf(
  hub: Hub,
  error: unknown,
  { server, repo, token }: UploadTarget,
  progress: Progress,
): StudioError {
  const there = `${countOf(progress.files, 'large file')} had come; none of them is seen there before all are.`;
  if (!(error instanceof hub.HubApiError)) {
    return new StudioError({
      code: 'net/unreachable',
      message: `${server} was expected to take the files of ${repo}; it cannot be reached, or the connection broke. ${there}`,
      hint: `Check the network and send again. ${KEPT}`,
      retryable: true,
    });
  }
  const { statusCode: status } = error;
  const [said = ''] = error.message.replaceAll(token, '…').split('. URL: ');
  const [code, hint] = MENDS[status] ?? SERVER;
  return new StudioError({
    code,
    message: `${server} was expected to take the files of ${repo}; it answered ${status.toString()}${said === '' ? '' : ` (${said})`}. ${there}`,
    hint: `${hint} ${KEPT}`,
    retryable: status >= 429,
  });
}

const REFUSED =
  'Make a token with the right to write, under Access Tokens in the settings of your account there, and give it anew.';

const SERVER: readonly [ErrorCode, string] = ['net/server', 'Wait a little and send again.'];

/** By status. */
const MENDS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  401: ['net/forbidden', `The token was not taken. ${REFUSED}`],
  403: ['net/forbidden', `The token may not write there, or the owner is not you. ${REFUSED}`],
  404: ['net/not-found', 'Check the address of the Hub and the name.'],
  413: ['net/too-large', 'It takes no files of that size: choose fewer formats.'],
  429: ['net/rate-limited', 'Too much was asked of it: wait five minutes and send again.'],
};
