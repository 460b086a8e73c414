/** Pause, resume, stop and cancel, as the page asks for them while a run goes on; and a clock that pauses do not count on. */
import { letMessagesIn } from '../lib/let-messages-in.ts';

export type ControlState = 'running' | 'pausing' | 'paused' | 'stopping';

/** One run's switches. Requests take effect at the next step. */
export class RunControl {
  readonly #abort = new AbortController();
  #state: ControlState = 'running';
  /** What all pauses before took, and when the one under way began. */
  #pausedMs = 0;
  #pausedAtMs: number | null = null;
  #waiting: (() => void)[] = [];

  /**
   * @param onState told of every change, to be shown
   * @param now in ms
   */
  constructor(
    readonly onState: (state: ControlState) => void = () => undefined,
    readonly now: () => number = () => performance.now(),
  ) {}

  /** A clock in ms that stands still while the run is paused. */
  get workedMs(): number {
    return (this.#pausedAtMs ?? this.now()) - this.#pausedMs;
  }

  /** Aborted by {@link cancel}: what was being done is dropped. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** True once the run should end with what it has. */
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
    this.#endPause();
    this.#wakeUp();
  }

  /**
   * Lets messages in, then waits while paused. Await it between steps.
   *
   * @throws DOMException `AbortError` when cancelled
   */
  async checkpoint(): Promise<void> {
    await letMessagesIn();
    // Whoever comes by after it was cancelled would wait for nobody.
    this.#abort.signal.throwIfAborted();
    if (this.#state === 'pausing') this.#set('paused');
    // More than one may come by: while one batch waits, the next may have been begun.
    if (this.#state === 'paused') await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#abort.signal.throwIfAborted();
  }

  #set(state: ControlState): void {
    this.#state = state;
    if (state === 'paused') this.#pausedAtMs = this.now();
    else this.#endPause();
    this.onState(state);
  }

  #endPause(): void {
    if (this.#pausedAtMs !== null) this.#pausedMs += this.now() - this.#pausedAtMs;
    this.#pausedAtMs = null;
  }

  #wakeUp(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
