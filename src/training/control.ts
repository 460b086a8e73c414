/** Pause, resume, stop and cancel, as the page asks for them while a run goes on. */
import { letMessagesIn } from '../lib/let-messages-in.ts';

export type ControlState = 'running' | 'pausing' | 'paused' | 'stopping';

/** One run's switches. Requests take effect at the next step. */
export class RunControl {
  readonly #abort = new AbortController();
  #state: ControlState = 'running';
  #waiting: (() => void)[] = [];

  /** @param onState told of every change, to be shown */
  constructor(readonly onState: (state: ControlState) => void = () => undefined) {}

  /** Aborted by {@link cancel}: what was being done is dropped. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** True once the run should end and keep its best weights. */
  get isStopping(): boolean {
    return this.#state === 'stopping';
  }

  pause(): void {
    if (this.#state === 'running') this.#set('pausing');
  }

  resume(): void {
    if (this.#state !== 'pausing' && this.#state !== 'paused') return;
    this.#set('running');
    this.#wakeUp();
  }

  stop(): void {
    if (this.#state === 'stopping') return;
    this.#set('stopping');
    this.#wakeUp();
  }

  cancel(): void {
    this.#abort.abort();
    this.#wakeUp();
  }

  /**
   * Lets messages in, then waits while paused. Await it between steps.
   *
   * @throws DOMException `AbortError` when cancelled
   */
  async checkpoint(): Promise<void> {
    await letMessagesIn();
    if (this.#state === 'pausing') this.#set('paused');
    // More than one may come by: while one batch waits, the next may have been begun.
    if (this.#state === 'paused') await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#abort.signal.throwIfAborted();
  }

  #set(state: ControlState): void {
    this.#state = state;
    this.onState(state);
  }

  #wakeUp(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
