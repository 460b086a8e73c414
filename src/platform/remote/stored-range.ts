/**
 * Owns reading a file on a server so that what came stays: the file is cut into blocks, a read fetches the blocks
 * that are not here, each is kept as soon as it is whole, and what is here needs no network. An interrupted download
 * therefore goes on where it stopped, in this session or a later one.
 */
import { invariant, StudioError } from '../../protocol/errors.ts';
import { BestEffortStore, type StoreHealth } from '../stores/best-effort-store.ts';
import { versionOf, type DownloadRecord, type DownloadStore } from '../stores/download-store.ts';
import { fetchPart, isAnother, streamPart, type FilePart, type HttpRangeOptions } from './http-range.ts';
import { KeptBlocks } from './kept-blocks.ts';
import type { RemoteSource } from '../platform.ts';
import { changedNotice, fullNotice, roomNotice } from '../stores/store-notices.ts';

export interface StoredRangeOptions extends HttpRangeOptions {
  /** What the user knows the file by. */
  readonly label: string;
  /** How much of it will be read in all, where that is known to be less than the file. */
  readonly wantedBytes?: number | undefined;
  /** Told when not everything can be kept, or the file is another one than the one that was; reading goes on. */
  readonly onNotice?: ((notice: StudioError) => void) | undefined;
  /** Shared by all who use the store. */
  readonly health?: StoreHealth | undefined;
  /** For tests: size of a block. */
  readonly blockBytes?: number | undefined;
  /** For tests: how many blocks one request may ask for. */
  readonly requestBlocks?: number | undefined;
}

/** Smaller than a row group: what an interruption loses is less than that. */
const BLOCK_BYTES = 2 ** 18;

/** A request waits until what it brought is stored, so this many blocks may be in memory. */
const REQUEST_BLOCKS = 64;

/**
 * Opens a file by its stable address, with what the store has of it. Where the server cannot be reached, what is here
 * is taken for the current version.
 *
 * @throws StudioError `net/…` as `openHttpRange` does. A file that was withdrawn (`net/not-found`, `net/forbidden`) is
 * not opened from the store: what is here stays until it is deleted.
 */
export async function openStoredRange(
  url: string,
  store: DownloadStore,
  options: StoredRangeOptions,
): Promise<RemoteSource> {
  const bestEffort = new BestEffortStore(store, options.health ?? { trouble: null });
  const stored = await bestEffort.read((working) => working.describe(url));
  const blockBytes = options.blockBytes ?? BLOCK_BYTES;
  const mine = stored?.blockBytes === blockBytes ? stored : undefined;
  const first = await askVersion(url, mine, blockBytes, options);
  const record = stays(first, mine) ? mine : newRecord(url, first, blockBytes, options.label);
  const isStored = record === mine;
  if (stored !== undefined && first !== null && isAnother(first, stored)) {
    options.onNotice?.(changedNotice(stored, first));
  }
  const blocks = new KeptBlocks(bestEffort, record, async (trouble) => {
    options.onNotice?.((await bestEffort.read((working) => fullNotice(working, record, trouble))) ?? trouble);
  });
  await blocks.begin();
  // Said early; as much of it as fits is kept all the same.
  const notice = await bestEffort.read((working) => roomNotice(working, record, options.wantedBytes));
  if (notice != null) options.onNotice?.(notice);
  const listed = await bestEffort.read((working) => working.list());
  const storedBytes = listed?.find((download) => download.url === url)?.storedBytes ?? 0;
  // The first bytes came with the version: of a new file a block, of a server without ranges all.
  if (first !== null && (!isStored || first.bytes.byteLength === first.byteLength)) {
    await keepAll(blocks, first.bytes);
  }
  return sourceOf(blocks, storedBytes, options);
}

/** Asks the server which version it has, with the first block where none is here; null where it cannot be asked. */
async function askVersion(
  url: string,
  stored: DownloadRecord | undefined,
  blockBytes: number,
  options: StoredRangeOptions,
): Promise<FilePart | null> {
  if (stored === undefined) return fetchPart(url, 0, blockBytes, options);
  try {
    // No patience where there is something to go on with.
    const asked = await fetchPart(url, 0, 1, { ...options, onBytes: undefined, maxTries: 1 });
    return isAnother(asked, stored) ? await fetchPart(url, 0, blockBytes, options) : asked;
  } catch (error) {
    if (error instanceof StudioError && error.retryable) return null;
    throw error;
  }
}

/** Whether what is here is of the server's version, as far as that is known. */
function stays(first: FilePart | null, mine: DownloadRecord | undefined): mine is DownloadRecord {
  return mine !== undefined && (first === null || !isAnother(first, mine));
}

function newRecord(url: string, first: FilePart | null, blockBytes: number, label: string): DownloadRecord {
  // Without an answer there is a record: nothing else lets a failure pass.
  invariant(first !== null, 'a file is known from its server or from here');
  const { byteLength, etag } = first;
  const version = versionOf(byteLength, etag, blockBytes);
  return { url, label, version, byteLength, etag, blockBytes, storedAtMs: Date.now() };
}

/** Keeps the blocks that a stretch from the file's beginning holds whole. */
async function keepAll(blocks: KeptBlocks, bytes: Uint8Array): Promise<void> {
  const collector = new BlockCollector(blocks, 0);
  collector.add(bytes);
  await collector.stored();
}

function sourceOf(blocks: KeptBlocks, storedBytes: number, options: StoredRangeOptions): RemoteSource {
  const { url, etag, byteLength, blockBytes } = blocks.record;
  const requestBlocks = options.requestBlocks ?? REQUEST_BLOCKS;
  // One read at a time: two that want the same block must not both fetch it.
  let last: Promise<unknown> = Promise.resolve();
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    const out = new Uint8Array(end - start);
    const endBlock = Math.ceil(end / blockBytes);
    for (let from = Math.floor(start / blockBytes); from < endBlock; from += requestBlocks) {
      const to = Math.min(from + requestBlocks, endBlock);
      await readBlocks(blocks, from, to, options, (block, bytes) => {
        place(out, start, block * blockBytes, bytes);
      });
    }
    return out.buffer;
  };
  return {
    url,
    etag,
    byteLength,
    storedBytes,
    slice: (start, end = byteLength) => {
      const to = Math.min(end, byteLength);
      if (start >= to) return Promise.resolve(new ArrayBuffer(0));
      const reading = last.then(() => read(start, to));
      last = reading.catch(() => undefined);
      return reading;
    },
  };
}

/** Hands over blocks `from` to, not including, `to`, in any order; neighbours that are not here take one request. */
async function readBlocks(
  blocks: KeptBlocks,
  from: number,
  to: number,
  options: StoredRangeOptions,
  onBlock: (block: number, bytes: Uint8Array) => void,
): Promise<void> {
  options.signal?.throwIfAborted();
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  const here = await Promise.all(numbers.map((block) => blocks.get(block)));
  let missingFrom: number | null = null;
  for (const [index, block] of [...numbers, to].entries()) {
    const bytes = here[index];
    if (block < to && bytes === undefined) {
      missingFrom ??= block;
      continue;
    }
    if (missingFrom !== null) await fetchBlocks(blocks, missingFrom, block, options, onBlock);
    missingFrom = null;
    if (bytes !== undefined) onBlock(block, bytes);
  }
}

async function fetchBlocks(
  blocks: KeptBlocks,
  from: number,
  to: number,
  options: StoredRangeOptions,
  onBlock: (block: number, bytes: Uint8Array) => void,
): Promise<void> {
  const { record } = blocks;
  const [start, end] = [from * record.blockBytes, Math.min(to * record.blockBytes, record.byteLength)];
  const collector = new BlockCollector(blocks, from, onBlock);
  try {
    await streamPart(record.url, start, end, options, record, (chunk) => {
      collector.add(chunk);
    });
  } catch (error) {
    // Blocks of two versions make no file: the next opening starts anew.
    if (error instanceof StudioError && error.code === 'net/changed') await blocks.drop();
    throw error;
  } finally {
    // Also after a break: what came whole is not fetched again.
    await collector.stored();
  }
}

/** Makes blocks of the chunks of a stretch, and keeps each when it is whole. */
class BlockCollector {
  readonly #storing: Promise<void>[] = [];
  #block: number;
  #bytes: Uint8Array | null = null;
  #filled = 0;

  constructor(
    readonly blocks: KeptBlocks,
    from: number,
    readonly onBlock: (block: number, bytes: Uint8Array) => void = () => undefined,
  ) {
    this.#block = from;
  }

  add(chunk: Uint8Array): void {
    const { byteLength, blockBytes } = this.blocks.record;
    for (let at = 0; at < chunk.byteLength;) {
      const length = Math.min(blockBytes, byteLength - this.#block * blockBytes);
      this.#bytes ??= new Uint8Array(length);
      const part = chunk.subarray(at, at + length - this.#filled);
      this.#bytes.set(part, this.#filled);
      this.#filled += part.byteLength;
      at += part.byteLength;
      if (this.#filled === length) this.#finish(this.#bytes);
    }
  }

  async stored(): Promise<void> {
    await Promise.all(this.#storing);
  }

  #finish(bytes: Uint8Array): void {
    this.#storing.push(this.blocks.put(this.#block, bytes));
    this.onBlock(this.#block, bytes);
    this.#block++;
    this.#bytes = null;
    this.#filled = 0;
  }
}

/** Copies the bytes that lie at `at` in the file to where they belong in a stretch that begins at `start`. */
function place(out: Uint8Array, start: number, at: number, bytes: Uint8Array): void {
  const from = Math.max(start, at);
  const to = Math.min(start + out.byteLength, at + bytes.byteLength);
  if (from < to) out.set(bytes.subarray(from - at, to - at), from - start);
}
