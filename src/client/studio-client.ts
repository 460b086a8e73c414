/**
 * The page's side of the worker: starts it, sends typed requests, and hands each its events and its one end.
 */
import type { Catalog } from '../protocol/catalog.ts';
import { asStudioError, StudioError } from '../protocol/errors.ts';
import type { RunEvent } from '../protocol/events.ts';
import type { Control, FromWorker, RequestKind, Requests, ToWorker } from '../protocol/messages.ts';

/** A request under way. */
export interface Call<Kind extends RequestKind> {
  /**
   * Settles once. Rejects with a {@link StudioError}, or with a `DOMException` named `AbortError` after
   * `control('cancel')`.
   */
  readonly result: Promise<Requests[Kind]['output']>;
  /** Acts on this request at once, whatever else the worker is doing. */
  control(action: Control['action']): void;
}

interface Pending {
  resolve(output: unknown): void;
  reject(error: unknown): void;
  onEvent(event: RunEvent): void;
}

/** One worker and the requests it is carrying out. */
export class StudioClient {
  /** The registries' entries, when the worker has started. Rejects when it cannot start. */
  readonly ready: Promise<Catalog>;
  /** Hears what is found of the open set after the request that opened it has ended. */
  onLate: (event: RunEvent) => void = () => undefined;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  constructor() {
    this.#worker = new Worker(new URL('../worker/worker.ts', import.meta.url), {
      type: 'module',
      name: 'mien-engine',
    });
    this.ready = new Promise((resolve, reject) => {
      this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind === 'ready') resolve(data.catalog);
        else if (data.kind === 'keepStored') keepStored();
        else if (data.kind === 'late') this.onLate(data.event);
        else this.#settle(data);
      });
      this.#worker.addEventListener('error', (event) => {
        const error = workerFailed(event.message);
        reject(error);
        this.#failAll(error);
      });
    });
  }

  /** Sends a request; `onEvent` hears what streams beside it. */
  request<Kind extends RequestKind>(
    kind: Kind,
    input: Requests[Kind]['input'],
    onEvent: (event: RunEvent) => void = () => undefined,
  ): Call<Kind> {
    const id = this.#nextId++;
    const result = new Promise<Requests[Kind]['output']>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve, reject, onEvent });
    });
    this.#post({ kind, id, input } as ToWorker);
    return {
      result,
      control: (action) => {
        this.#post({ kind: 'control', id, action });
      },
    };
  }

  /** Ends the worker; requests under way are rejected. */
  dispose(): void {
    this.#worker.terminate();
    this.#failAll(asStudioError(new DOMException('The studio was closed', 'AbortError')));
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #settle(message: Exclude<FromWorker, { kind: 'ready' | 'keepStored' | 'late' }>): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    if (message.kind === 'event') {
      pending.onEvent(message.event);
      return;
    }
    this.#pending.delete(message.id);
    switch (message.kind) {
      case 'done':
        pending.resolve(message.output);
        break;
      case 'failed':
        pending.reject(StudioError.fromWire(message.error));
        break;
      case 'cancelled':
        pending.reject(new DOMException('Cancelled', 'AbortError'));
        break;
      default:
        message satisfies never;
    }
  }

  #failAll(error: unknown): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}

/** Asks the browser not to clear what is stored when the disk fills up; it may refuse, or ask the user. */
function keepStored(): void {
  // Insecure pages have no say. Refused or failed, what is stored is kept for as long as there is room.
  if ('storage' in navigator) navigator.storage.persist().catch(() => undefined);
}

function workerFailed(reason: string): StudioError {
  return new StudioError({
    code: 'bug/worker-failed',
    message: `The part of Mien that trains stopped: ${reason === '' ? 'its script could not be loaded' : reason}.`,
    hint: 'Reload the page. If the network is gone, wait until it is back.',
    retryable: true,
  });
}
