/**
 * Owns pictures in chunks of about a megabyte, each in memory, in a store of bytes, or in both: while a set is filled,
 * little of what is kept stays in memory; while it is read, what was read stays as far as there is room.
 */
import type { ByteStore, StoreEntry } from '../../platform/stores/byte-store.ts';
import type { BestEffortStore } from '../../platform/stores/best-effort-store.ts';
import { invariant, StudioError } from '../../protocol/errors.ts';

/** Where chunks are kept. */
export interface ChunkPlace {
  readonly store: BestEffortStore<ByteStore>;
  /** What their keys begin with. */
  readonly prefix: string;
}

/** Bytes of memory that chunks may take. */
export interface ChunkBudgets {
  /** Of those that are kept as well, while a set is filled. */
  readonly fillBytes: number;
  /** Of all. */
  readonly mostBytes: number;
}

/** 9,400 pictures at 224 take 1.4 GB. */
export const BUDGETS: ChunkBudgets = { fillBytes: 2 ** 24, mostBytes: 1.5 * 2 ** 30 };

/** Written at once: few transactions, and little that waits in memory. */
const WRITE_BYTES = 2 ** 23;
/** Read at once. */
const READ_CHUNKS = 8;

/** The key of a chunk, after the prefix. */
const chunkKey = (chunk: number): string => `chunk-${chunk.toString().padStart(6, '0')}`;
/** Whether a key is a chunk's. */
export const isChunkKey = (key: string): boolean => /\/chunk-\d+$/u.test(key);

export class PictureChunks {
  readonly #memory = new Map<number, Uint8Array>();
  readonly #kept = new Set<number>();
  #waiting: number[] = [];
  #waitingBytes = 0;
  #memoryBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  /** @param keptChunks how many are kept already */
  constructor(
    readonly place: ChunkPlace | null,
    readonly budgets: ChunkBudgets,
    keptChunks = 0,
  ) {
    for (let chunk = 0; chunk < keptChunks; chunk += 1) this.#kept.add(chunk);
  }

  /** Lets a chunk be read while it is filled, until it is added. */
  begin(chunk: number, bytes: Uint8Array): void {
    this.#hold(chunk, bytes);
  }

  /**
   * Takes a chunk that is full, and resolves when there is room for another.
   *
   * @throws StudioError `data/too-large` when it can neither be kept nor stay in memory
   */
  async add(chunk: number, bytes: Uint8Array): Promise<void> {
    this.#hold(chunk, bytes);
    this.#waiting.push(chunk);
    this.#waitingBytes += bytes.byteLength;
    if (this.#waitingBytes >= WRITE_BYTES) await this.#write();
    if (this.#memoryBytes > this.budgets.mostBytes) throw tooLarge(this.budgets.mostBytes);
  }

  /** Resolves when all that can be kept is; whether that is all there is. */
  async flush(): Promise<boolean> {
    await this.#write();
    await this.#writing;
    return [...this.#memory.keys()].every((chunk) => this.#kept.has(chunk));
  }

  /**
   * Hands over chunks, in any order; those that have to be fetched stay in memory where there is room.
   *
   * @throws StudioError `storage/pictures-gone`; the signal's reason when aborted
   */
  async forEach(
    chunks: Iterable<number>,
    use: (chunk: number, bytes: Uint8Array) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const missing: number[] = [];
    for (const chunk of chunks) {
      const bytes = this.#memory.get(chunk);
      if (bytes === undefined) missing.push(chunk);
      else use(chunk, bytes);
    }
    for (let from = 0; from < missing.length; from += READ_CHUNKS) {
      signal?.throwIfAborted();
      const some = missing.slice(from, from + READ_CHUNKS);
      for (const [index, bytes] of (await this.#fetch(some)).entries()) {
        const chunk = some[index]!;
        const hasRoom = this.#memoryBytes + bytes.byteLength <= this.budgets.mostBytes;
        if (hasRoom && !this.#memory.has(chunk)) this.#hold(chunk, bytes);
        use(chunk, bytes);
      }
    }
  }

  #hold(chunk: number, bytes: Uint8Array): void {
    this.#memoryBytes += bytes.byteLength - (this.#memory.get(chunk)?.byteLength ?? 0);
    this.#memory.set(chunk, bytes);
  }

  /** Starts to write what waits, when what was being written is done. */
  async #write(): Promise<void> {
    const { place } = this;
    const chunks = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#writing;
    if (place === null) return;
    const entries = chunks.map((chunk): StoreEntry => [
      place.prefix + chunkKey(chunk),
      this.#memory.get(chunk)!,
    ]);
    this.#writing = place.store
      .write((store) => store.setMany(entries).then(() => true))
      .then((isKept) => {
        // Those that could not be written stay in memory.
        for (const chunk of isKept === true ? chunks : []) this.#release(chunk);
      });
  }

  #release(chunk: number): void {
    this.#kept.add(chunk);
    if (this.#memoryBytes <= this.budgets.fillBytes) return;
    this.#memoryBytes -= this.#memory.get(chunk)?.byteLength ?? 0;
    this.#memory.delete(chunk);
  }

  async #fetch(chunks: readonly number[]): Promise<Uint8Array[]> {
    const { place } = this;
    invariant(place !== null, 'a chunk that is not in memory is kept');
    const keys = chunks.map((chunk) => place.prefix + chunkKey(chunk));
    // Reading may work where writing does not, so trouble with one does not end the other.
    const found = await place.store.store.getMany(keys);
    return found.map((bytes) => {
      if (bytes === undefined) throw picturesGone();
      return bytes;
    });
  }
}

function tooLarge(mostBytes: number): StudioError {
  return new StudioError({
    code: 'data/too-large',
    message: `Pictures that cannot be kept on this machine stay in memory, at most ${(mostBytes / 2 ** 30).toFixed(1)} GB of them; this set has more.`,
    hint: 'Free some disk space or delete what is stored, or choose a smaller picture size or a smaller set. The headless command keeps pictures in the folder that --store names.',
  });
}

function picturesGone(): StudioError {
  return new StudioError({
    code: 'storage/pictures-gone',
    message: 'The resized pictures of this set were expected on this machine; they have been deleted.',
    hint: 'Open the set again: its pictures are made anew.',
    retryable: true,
  });
}
