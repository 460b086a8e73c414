/**
 * Owns preparing pictures in several threads at once. Until a thread is there, and when all have broken down, pictures
 * are prepared here: threads only make it faster. That they broke down is said, since the user waits longer.
 */
import { countOf } from '../../lib/format.ts';
import type { Platform, Thread } from '../../platform/platform.ts';
import { StudioError } from '../../protocol/errors.ts';
import { preparePicture, type PictureJob, type PreparedPicture, type ThreadMessage } from './prepare.ts';

/** More threads than this wait for the one that feeds them. */
const MOST_THREADS = 8;
/** Threads are started when so many pictures were asked for: for fewer they are not worth it. */
const FIRST_HERE = 64;
/** Jobs that wait at a busy thread, so that it need not wait for us: the engine may be at a batch of training. */
const AHEAD = 16;

interface Pending {
  readonly job: PictureJob;
  readonly resolve: (prepared: PreparedPicture) => void;
  readonly reject: (error: StudioError) => void;
  /** Threads that broke down over it. */
  breakdowns: number;
}

class Worker {
  readonly jobs = new Map<number, Pending>();
  isReady = false;
  thread: Thread | null = null;
}

/** End it when done. */
export class PicturePool {
  /** Pictures worth asking for at once: more only take memory. */
  readonly width: number;
  readonly #threads: number;
  #workers: Worker[] = [];
  readonly #failures: string[] = [];
  #asked = 0;
  #nextId = 0;

  constructor(readonly platform: Pick<Platform, 'cores' | 'decodePicture' | 'startPictureThread'>) {
    this.#threads = Math.max(1, Math.min(platform.cores, MOST_THREADS));
    this.width = this.#threads * AHEAD + 1;
  }

  /**
   * Prepares a picture.
   *
   * @throws StudioError `data/picture-undecodable`, `data/picture-too-large`
   */
  prepare(job: PictureJob): Promise<PreparedPicture> {
    this.#asked += 1;
    if (this.#asked === FIRST_HERE) {
      for (let i = 0; i < this.#threads; i += 1) this.#start();
    }
    return new Promise((resolve, reject) => {
      this.#assign({ job, resolve, reject, breakdowns: 0 });
    });
  }

  /** What is to be said where threads broke down; null where none did. */
  get trouble(): StudioError | null {
    const [reason] = this.#failures;
    if (reason === undefined) return null;
    const count = this.#failures.length;
    const left = this.#threads - count;
    return new StudioError({
      code: 'data/threads-broke-down',
      message: `${countOf(count, 'thread')} of ${this.#threads.toString()} that prepare pictures broke down: ${reason}.`,
      hint: `Nothing is lost: the pictures were prepared ${left > 0 ? 'by the others' : 'without them'}, which takes longer and gives the same pixels. Where it happens again, free memory: close other tabs and programs.`,
      retryable: true,
    });
  }

  /** Ends the threads; what they were at is done here. */
  end(): void {
    const workers = this.#workers;
    this.#workers = [];
    for (const worker of workers) this.#giveUp(worker);
  }

  #start(): void {
    const worker = new Worker();
    this.#workers.push(worker);
    worker.thread = this.platform.startPictureThread({
      onMessage: (message) => {
        this.#hear(worker, message as ThreadMessage);
      },
      onFailure: (reason) => {
        // An error is followed by the thread's end; one that was ended here has not failed.
        if (!this.#workers.includes(worker)) return;
        this.#failures.push(reason);
        this.#workers = this.#workers.filter((one) => one !== worker);
        this.#giveUp(worker);
      },
    });
  }

  #assign(pending: Pending): void {
    const [worker] = this.#workers
      .filter(({ isReady }) => isReady)
      .sort((one, other) => one.jobs.size - other.jobs.size);
    // A picture that broke two threads may be what breaks them.
    if (worker === undefined || pending.breakdowns > 1) {
      preparePicture((encoded) => this.platform.decodePicture(encoded), pending.job).then(
        pending.resolve,
        pending.reject,
      );
      return;
    }
    const id = this.#nextId++;
    worker.jobs.set(id, pending);
    // The file's bytes are a part of a larger stretch, which stays here. A copy is made by hand: `slice` of Node's Buffer
    // copies nothing, and the stretch that it looks at may be one that cannot be handed over.
    const encoded = new Uint8Array(pending.job.encoded);
    worker.thread?.post({ ...pending.job, encoded, id }, [encoded.buffer]);
  }

  #hear(worker: Worker, message: ThreadMessage): void {
    if (message.kind === 'ready') {
      worker.isReady = true;
      return;
    }
    const pending = worker.jobs.get(message.id);
    worker.jobs.delete(message.id);
    if (message.kind === 'done') pending?.resolve(message.prepared);
    else pending?.reject(StudioError.fromWire(message.error));
  }

  #giveUp(worker: Worker): void {
    worker.thread?.end();
    const left = [...worker.jobs.values()];
    worker.jobs.clear();
    for (const pending of left) {
      pending.breakdowns += 1;
      this.#assign(pending);
    }
  }
}
