/**
 * Owns how what happens comes into the state. Steps and epochs of a small run come faster than a page can be drawn, and
 * drawing each would keep the user from being heard: those that come close together are taken in at once. All else is
 * taken in the moment that it happens, after what waits.
 */
import type { StoreApi } from 'zustand/vanilla';
import { reduce, type StudioEvent } from './reduce/reduce.ts';
import type { StudioState } from './state.ts';

/** For how long steps and epochs are gathered: ten drawings a second look alive. */
const GATHER_MS = 100;

export class Dispatcher {
  #waiting: StudioEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(readonly store: StoreApi<StudioState>) {}

  readonly dispatch = (event: StudioEvent): void => {
    this.#waiting.push(event);
    if (isFrequent(event)) this.#timer ??= setTimeout(() => this.#takeIn(), GATHER_MS);
    else this.#takeIn();
  };

  #takeIn(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const events = this.#waiting;
    this.#waiting = [];
    this.store.setState((state) => events.reduce(reduce, state), true);
  }
}

function isFrequent(event: StudioEvent): boolean {
  return event.kind === 'run' && (event.event.kind === 'step' || event.event.kind === 'epoch');
}
