/**
 * Owns the thread that reads HDF5, one a platform, at most one job at a time. The library is 20 years of C that trusts its
 * files: damage can make it walk for ever, ask for 2 GB or trap. So it works where it can be thrown away: beyond a limit of
 * time or memory the thread is ended, the file refused, and the next file gets a new thread.
 */
import type { Platform, Thread } from '../../../../platform/platform.ts';
import { StudioError } from '../../../../protocol/errors.ts';
import { unreadable } from '../weight-file.ts';
import type { H5Contents, H5Job, H5Message, H5Named } from './job.ts';

export type H5Platform = Pick<Platform, 'startH5Thread'>;

/** What a file may cost. */
const LIMITS = {
  /** Beside the file itself, which is copied into the library's reach, and what is read of it. */
  memoryBytes: 192 * 2 ** 20,
  memoryPerByte: 4,
  timeMs: 10_000,
  timeMsPerByte: 1e-4,
  /** A thread that has nothing to do is ended. */
  idleMs: 10_000,
  /** For the code to come and be compiled, on a slow line too. */
  startMs: 60_000,
};

/** Lists what a file holds. @throws StudioError `model/weights-unreadable`; DOMException `AbortError` */
export async function listH5(
  bytes: Uint8Array<ArrayBuffer>,
  platform: H5Platform,
  signal?: AbortSignal,
): Promise<H5Contents> {
  const answer = await threadOf(platform).ask({ kind: 'list', bytes, ...memoryFor(bytes) }, signal);
  if (answer.kind === 'listed') return answer.contents;
  throw answer.kind === 'failed' ? StudioError.fromWire(answer.error) : gone('it answered something else');
}

/**
 * Reads tensors of a file.
 *
 * @throws StudioError `model/weights-unreadable`, `model/weights-dtype`; DOMException `AbortError`
 */
export async function readH5(
  bytes: Uint8Array<ArrayBuffer>,
  tensors: readonly H5Named[],
  platform: H5Platform,
  signal?: AbortSignal,
): Promise<readonly Float32Array[]> {
  const answer = await threadOf(platform).ask({ kind: 'read', bytes, tensors, ...memoryFor(bytes) }, signal);
  if (answer.kind === 'read') return answer.values;
  throw answer.kind === 'failed' ? StudioError.fromWire(answer.error) : gone('it answered something else');
}

const memoryFor = ({ length }: Uint8Array): Pick<H5Job, 'memoryBytes'> => ({
  memoryBytes: LIMITS.memoryBytes + LIMITS.memoryPerByte * length,
});

const threads = new WeakMap<H5Platform['startH5Thread'], H5Thread>();

function threadOf({ startH5Thread }: H5Platform): H5Thread {
  const known = threads.get(startH5Thread);
  if (known !== undefined) return known;
  const made = new H5Thread(startH5Thread);
  threads.set(startH5Thread, made);
  return made;
}

interface Running {
  readonly thread: Thread;
  /** Settles once its code is there. */
  readonly ready: Promise<void>;
  /** Hears the answer to the job under way, or why there is none. */
  hear: (answer: H5Message | StudioError) => void;
}

class H5Thread {
  #running: Running | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #idle: ReturnType<typeof setTimeout> | null = null;

  constructor(readonly start: H5Platform['startH5Thread']) {}

  /** One after the other. */
  ask(job: H5Job, signal: AbortSignal | undefined): Promise<H5Message> {
    const answer = this.#turn.then(() => this.#do(job, signal));
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  async #do(job: H5Job, signal: AbortSignal | undefined): Promise<H5Message> {
    signal?.throwIfAborted();
    if (this.#idle !== null) clearTimeout(this.#idle);
    const running = (this.#running ??= this.#started());
    const seconds = (LIMITS.timeMs + LIMITS.timeMsPerByte * job.bytes.length) / 1000;
    try {
      await within(running.ready, LIMITS.startMs, 'it did not start');
      const answering = new Promise<H5Message>((resolve, reject) => {
        running.hear = (answer) => {
          if (answer instanceof StudioError) reject(answer);
          else resolve(answer);
        };
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
      running.thread.post(job, []);
      const answer = await within(answering, seconds * 1000, `it took longer than ${seconds.toFixed(0)} s`);
      if ('isSpent' in answer && answer.isSpent) this.#end();
      else this.#rest();
      return answer;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #started(): Running {
    let isReady = (): void => undefined;
    let isFailed = (_: StudioError): void => undefined;
    const ready = new Promise<void>((resolve, reject) => {
      isReady = resolve;
      isFailed = reject;
    });
    const thread = this.start({
      onMessage: (message) => {
        if ((message as H5Message).kind === 'ready') isReady();
        else running.hear(message as H5Message);
      },
      onFailure: (reason) => {
        isFailed(gone(reason));
        running.hear(gone(reason));
      },
    });
    const running: Running = { thread, ready, hear: () => undefined };
    return running;
  }

  #rest(): void {
    this.#idle = setTimeout(() => this.#end(), LIMITS.idleMs);
    // In Node a timer keeps a process that has nothing else to do.
    (this.#idle as { unref?: () => void }).unref?.();
  }

  #end(): void {
    this.#running?.thread.end();
    this.#running = null;
  }
}

async function within<Value>(promise: Promise<Value>, timeMs: number, late: string): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(gone(late)), timeMs);
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
  }
}

const gone = (why: string): StudioError =>
  unreadable(`The HDF5 file should be read in a thread of its own, which had to be ended: ${why}.`);
