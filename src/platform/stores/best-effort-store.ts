/**
 * Owns using a store that may fail: that costs speed, not the run, so it is reported and used no more, until something
 * was deleted.
 */
import { StudioError } from '../../protocol/errors.ts';

/** What is wrong with a store, as all know it who use it; null while nothing is. */
export interface StoreHealth {
  trouble: StudioError | null;
}

/** A store that never throws for being full or broken: it gives nothing then, and takes nothing. */
export class BestEffortStore<Store> {
  constructor(
    readonly store: Store,
    readonly health: StoreHealth,
  ) {}

  /** What the store gives; also a full one has what it had. */
  read<Value>(work: (store: Store) => Promise<Value>): Promise<Value | undefined> {
    return this.#use(work, this.health.trouble?.code === 'storage/unavailable');
  }

  /** @param onTrouble told when there is no more writing because of this */
  write<Value>(
    work: (store: Store) => Promise<Value>,
    onTrouble?: (trouble: StudioError) => Promise<void>,
  ): Promise<Value | undefined> {
    return this.#use(work, this.health.trouble !== null, onTrouble);
  }

  async #use<Value>(
    work: (store: Store) => Promise<Value>,
    isUseless: boolean,
    onTrouble?: (trouble: StudioError) => Promise<void>,
  ): Promise<Value | undefined> {
    if (isUseless) return undefined;
    try {
      return await work(this.store);
    } catch (error) {
      if (!(error instanceof StudioError) || !error.code.startsWith('storage/')) throw error;
      // Those that were under way when the first one failed fail too.
      const isFirst = this.health.trouble === null;
      this.health.trouble ??= error;
      if (isFirst) await onTrouble?.(error);
      return undefined;
    }
  }
}
