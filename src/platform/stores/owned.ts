/**
 * Who uses what among all tabs, or processes, that share this machine's stores. One rule for everything that is kept:
 * **to use it is a shared lock, to discard it an exclusive one, if it is free.** Work that two must not do at once, such
 * as going on with one run, holds its name alone.
 *
 * Names are paths, the kind of thing first: `set/<id>`, `pictures/<prefix>`, `activations/<id>`, `download/<url>`,
 * `run/<id>`. Whoever closes a tab gives up all that it held.
 */

import { StudioError } from '../../protocol/errors.ts';

/** Gives up what was held; resolves when others can know. A second call does nothing. */
export type Release = () => Promise<void>;

export interface Owned {
  /** Holds a name together with others who use it; waits while it is being discarded. */
  readonly use: (name: string) => Promise<Release>;
  /**
   * Does `work` (discarding what the name stands for) if nobody uses it, here or elsewhere; nobody begins to until it is
   * done. Never waits.
   *
   * @returns whether it was done; false when the name is in use
   */
  readonly discardIfFree: (name: string, work: () => Promise<void>) => Promise<boolean>;
  /**
   * Does `work` while nobody else holds the name.
   *
   * @param otherwise what happens instead when another keeps it, longer than a closed tab may take to be gone
   */
  readonly alone: <Value>(name: string, work: () => Promise<Value>, otherwise: () => Value) => Promise<Value>;
}

/** What one thing, such as an open set, uses: any number of names, given up together. */
export class Uses {
  readonly #releases: Release[] = [];
  #isOver = false;

  constructor(readonly owned: Owned) {}

  /** Holds a name until {@link release}. */
  async use(name: string): Promise<void> {
    const release = await this.owned.use(name);
    if (this.#isOver) await release();
    else this.#releases.push(release);
  }

  async release(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#releases.splice(0).map((release) => release()));
  }
}

/** Said when something is to be deleted that is in use. */
export function inUse(what: string): StudioError {
  return new StudioError({
    code: 'storage/in-use',
    message: `${what} was to be deleted; it is in use, here or in another tab.`,
    hint: 'Delete it when that has ended: open something else there, or close that tab.',
  });
}

/** A page that was closed takes its busy worker with it only after a moment. */
const CLOSING_MS = 10_000;

/** By the browser's own locks, which all tabs of an origin see: they end with their tab, and need no clock. */
export function ownedByLocks(locks: LockManager): Owned {
  return {
    use: (name) =>
      new Promise((resolve, reject) => {
        const hold = (): Promise<void> =>
          new Promise((release) => {
            resolve(() => {
              release();
              return Promise.resolve();
            });
          });
        locks.request(name, { mode: 'shared' }, hold).catch(reject);
      }),
    discardIfFree: (name, work) =>
      locks.request(name, { ifAvailable: true }, async (lock) => {
        if (lock !== null) await work();
        return lock !== null;
      }),
    alone: async (name, work, otherwise) => {
      let isHeld = false as boolean;
      try {
        return await locks.request(name, { signal: AbortSignal.timeout(CLOSING_MS) }, () => {
          isHeld = true;
          return work();
        });
      } catch (error) {
        if (!isHeld && error instanceof DOMException && error.name === 'TimeoutError') return otherwise();
        throw error;
      }
    },
  };
}

/** Where nothing is kept, there is nothing that another could have. */
export const NOTHING_SHARED: Owned = {
  use: () => Promise.resolve(() => Promise.resolve()),
  discardIfFree: async (_name, work) => {
    await work();
    return true;
  },
  alone: (_name, work) => work(),
};
