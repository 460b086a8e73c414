/**
 * Owns the blocks of one file that is being read: what the store has of it, and a few in memory. A store that fails
 * costs speed, not the run: it is reported and used no more.
 */
import { StudioError } from '../protocol/errors.ts';
import { blockLength, type DownloadRecord, type DownloadStore } from './download-store.ts';

/** Neighbouring reads share a block; as many as they may touch stay in memory. */
const BLOCKS_IN_MEMORY = 4;

/** A store that never throws for being full or broken: it gives nothing then, and takes nothing. */
export class CarefulStore {
  readonly #troubles: StudioError[] = [];

  constructor(
    readonly store: DownloadStore,
    /** Told once why there is no more storing. */
    readonly onTrouble: (trouble: StudioError) => void,
  ) {}

  async use<Value>(work: (store: DownloadStore) => Promise<Value>): Promise<Value | undefined> {
    if (this.#troubles.length > 0) return undefined;
    try {
      return await work(this.store);
    } catch (error) {
      if (!(error instanceof StudioError) || !error.code.startsWith('storage/')) throw error;
      // Those that were under way when the first one failed fail too.
      if (this.#troubles.push(error) === 1) this.onTrouble(error);
      return undefined;
    }
  }
}

/** See the header. */
export class KeptBlocks {
  readonly #recent = new Map<number, Uint8Array>();

  constructor(
    readonly store: CarefulStore,
    readonly record: DownloadRecord,
  ) {}

  /** The block, where it is here and whole. */
  async get(block: number): Promise<Uint8Array | undefined> {
    const recent = this.#recent.get(block);
    if (recent !== undefined) return recent;
    const bytes = await this.store.use((store) => store.read(this.record, block));
    if (bytes?.byteLength !== blockLength(this.record, block)) return undefined;
    this.#remember(block, bytes);
    return bytes;
  }

  /** Resolves when it is stored, or cannot be. */
  async put(block: number, bytes: Uint8Array): Promise<void> {
    this.#remember(block, bytes);
    await this.store.use((store) => store.write(this.record, block, bytes));
  }

  /** Forgets the file. */
  async drop(): Promise<void> {
    this.#recent.clear();
    await this.store.use((store) => store.remove(this.record.url));
  }

  #remember(block: number, bytes: Uint8Array): void {
    this.#recent.delete(block);
    this.#recent.set(block, bytes);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > BLOCKS_IN_MEMORY && oldest !== undefined) this.#recent.delete(oldest);
  }
}
