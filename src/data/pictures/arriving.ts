/**
 * Owns pictures that are still being prepared while others are read already, trained on or looked at: a set whose rows
 * are known from an earlier opening, at another size, need not be waited for.
 */
import { asStudioError, isAbort, StudioError } from '../../protocol/errors.ts';
import type { PictureStore } from '../dataset.ts';
import type { PictureSink } from './picture-store.ts';

interface Waiting {
  /** Pictures that must be there. */
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Ask it for pictures in their order: who wants the last one waits for all. */
export class ArrivingPictures implements PictureStore {
  readonly size: number;
  /** Resolves when all is over, however it ended. */
  readonly over: Promise<void>;
  readonly #stop = new AbortController();
  readonly #filled: PictureStore;
  #waiting: Waiting[] = [];
  #failure: StudioError | null = null;

  /**
   * @param count of all pictures
   * @param fill fills the sink, and calls `onPicture` when it has taken one more; its failure is told to whoever reads
   */
  constructor(
    readonly count: number,
    readonly sink: PictureSink,
    fill: (signal: AbortSignal, onPicture: () => void) => Promise<void>,
  ) {
    this.#filled = sink.pictures(count);
    this.size = this.#filled.size;
    const tell = (): void => {
      this.#tell();
    };
    this.over = fill(this.#stop.signal, tell).then(tell, (error: unknown) => {
      this.#failure = isAbort(error) ? stopped() : asStudioError(error);
      this.#tell();
    });
  }

  /** Why no more pictures come; null while they do, or when all have. */
  get failure(): StudioError | null {
    return this.#failure;
  }

  async read(rows: ArrayLike<number>, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const last = Array.from(rows).reduce((most, row) => Math.max(most, row), -1);
    await this.#until(Math.min(last + 1, this.count), signal);
    return this.#filled.read(rows, signal);
  }

  /** Stops: what is not there does not come any more. */
  end(): void {
    this.#stop.abort();
  }

  async #until(count: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (count <= this.sink.readable) return;
    let onAbort = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        onAbort = () => {
          reject(signal?.reason as Error);
        };
        signal?.addEventListener('abort', onAbort);
        this.#waiting.push({ count, resolve, reject });
        this.#tell();
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #tell(): void {
    const { readable } = this.sink;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      if (one.count <= readable) one.resolve();
      else if (this.#failure !== null) one.reject(this.#failure);
      else this.#waiting.push(one);
    }
  }
}

function stopped(): StudioError {
  return new StudioError({
    code: 'data/stopped',
    message:
      'A picture was asked for that has not been prepared; preparing stopped when another set was opened.',
    hint: 'Open the set again.',
    retryable: true,
  });
}
