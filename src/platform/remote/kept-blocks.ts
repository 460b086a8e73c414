/**
 * Owns the blocks of one file that is being read: what the store has of it, and a few in memory.
 */
import type { StudioError } from '../../protocol/errors.ts';
import type { BestEffortStore } from '../stores/best-effort-store.ts';
import { blockLength, type DownloadRecord, type DownloadStore } from '../stores/download-store.ts';

/** Neighbouring reads share a block; as many as they may touch stay in memory. */
const BLOCKS_IN_MEMORY = 4;

export class KeptBlocks {
  readonly #recent = new Map<number, Uint8Array>();
  #beginning: Promise<void> | null = null;

  constructor(
    readonly store: BestEffortStore<DownloadStore>,
    readonly record: DownloadRecord,
    /** Told once why there is no more storing. */
    readonly onTrouble: (trouble: StudioError) => Promise<void>,
  ) {}

  /** Says that the file is kept from now on. Where the store could not yet, the next block tries again. */
  begin(): Promise<void> {
    this.#beginning ??= this.store
      .write(async (store) => {
        await store.begin(this.record);
        return true;
      }, this.onTrouble)
      .then((hasBegun) => {
        if (hasBegun === undefined) this.#beginning = null;
      });
    return this.#beginning;
  }

  /** The block, where it is here and whole. */
  async get(block: number): Promise<Uint8Array | undefined> {
    const recent = this.#recent.get(block);
    if (recent !== undefined) return recent;
    const bytes = await this.store.read((store) => store.read(this.record, block));
    if (bytes?.byteLength !== blockLength(this.record, block)) return undefined;
    this.#remember(block, bytes);
    return bytes;
  }

  /** Resolves when it is stored, or cannot be. */
  async put(block: number, bytes: Uint8Array): Promise<void> {
    this.#remember(block, bytes);
    await this.begin();
    await this.store.write((store) => store.write(this.record, block, bytes), this.onTrouble);
  }

  /** Forgets the file. */
  async drop(): Promise<void> {
    this.#recent.clear();
    await this.store.write((store) => store.remove(this.record.url));
  }

  #remember(block: number, bytes: Uint8Array): void {
    this.#recent.delete(block);
    this.#recent.set(block, bytes);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > BLOCKS_IN_MEMORY && oldest !== undefined) this.#recent.delete(oldest);
  }
}
