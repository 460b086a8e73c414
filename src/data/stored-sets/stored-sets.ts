/**
 * Owns sets that the user keeps on this machine: each is one Parquet file in blocks. Under `<id>/`: the blocks, and at
 * last `about`, without which the rest does not count. Ids begin with when they were made, in base 36.
 */
import { newId } from '../../lib/new-id.ts';
import type { ByteStore, StoreEntry } from '../../platform/stores/byte-store.ts';
import { inUse, type Uses } from '../../platform/stores/owned.ts';
import type { ByteSource, Platform } from '../../platform/platform.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { StoredSet } from '../../protocol/stored.ts';
import type { OpenedSource } from '../sources/source.ts';
import { writeSet, type WriteOptions } from './write-set.ts';

/** What is known of a set beside its file. */
interface About extends StoredSet {
  readonly id: string;
}

const BLOCK_BYTES = 2 ** 20;
/** Blocks written at once. */
const BATCH_BLOCKS = 8;
/** Blocks read at once when a whole set is handed out. */
const READ_BLOCKS = 16;
const DAY_MS = 24 * 60 * 60 * 1000;

const blockKey = (id: string, block: number): string => `${id}/block-${block.toString().padStart(6, '0')}`;
const aboutKey = (id: string): string => `${id}/about`;
const ownedNameOf = (id: string): string => `set/${id}`;

/** The sets that are kept, the latest first; what interrupted attempts left a day ago is deleted. */
export async function listStoredSets(platform: Platform): Promise<readonly StoredSet[]> {
  return (await listAll(platform)).map(({ id: _, ...set }) => set);
}

async function listAll(platform: Platform): Promise<About[]> {
  const store = platform.openStore('sets');
  if (store === null) return [];
  const keys = (await store.list()).map(({ key }) => key);
  const ids = [...new Set(keys.map((key) => key.slice(0, key.indexOf('/'))))];
  const abouts = await store.getMany(ids.map(aboutKey));
  const sets: About[] = [];
  for (const [index, bytes] of abouts.entries()) {
    const id = ids[index]!;
    if (bytes !== undefined) sets.push(JSON.parse(new TextDecoder().decode(bytes)) as About);
    else if (Date.now() - madeAtMs(id) > DAY_MS)
      await platform.owned.discardIfFree(ownedNameOf(id), () => store.deleteAll(`${id}/`));
  }
  return sets.sort((one, other) => other.storedAtMs - one.storedAtMs);
}

const madeAtMs = (id: string): number => Number.parseInt(id.split('-')[0]!, 36);

/**
 * Stores a set.
 *
 * @throws StudioError `storage/…` when it cannot be stored: then nothing of it stays; and as {@link writeSet}
 */
export async function storeSet(
  platform: Platform,
  source: OpenedSource,
  options: Omit<WriteOptions, 'onBytes'> & { readonly sourceLabel: string },
): Promise<void> {
  await storeAs(platform, { label: source.origin, source: options.sourceLabel }, (onBytes) =>
    writeSet(source, { ...options, onBytes }),
  );
}

/**
 * Stores a set's Parquet file as it is.
 *
 * @returns what the list calls it
 * @throws StudioError `storage/…` when it cannot be stored: then nothing of it stays
 */
export function storeSetFile(
  platform: Platform,
  file: ByteSource,
  { pictures, ...wanted }: Pick<StoredSet, 'label' | 'source' | 'pictures'>,
): Promise<string> {
  return storeAs(platform, wanted, async (onBytes) => {
    for (let at = 0; at < file.byteLength; at += BLOCK_BYTES)
      await onBytes(new Uint8Array(await file.slice(at, Math.min(file.byteLength, at + BLOCK_BYTES))));
    return pictures;
  });
}

/** @param write hands its bytes over, and says how many pictures they are @returns what the list calls the set */
async function storeAs(
  platform: Platform,
  wanted: Pick<StoredSet, 'label' | 'source'>,
  write: (onBytes: (bytes: Uint8Array) => Promise<void>) => Promise<number>,
): Promise<string> {
  const store = storeOf(platform);
  const others = await listAll(platform);
  const now = Date.now();
  const id = `${now.toString(36)}-${newId()}`;
  const release = await platform.owned.use(ownedNameOf(id));
  const blocks = new BlockWriter(store, id);
  try {
    const pictures = await write((bytes) => blocks.add(bytes));
    const sizeBytes = await blocks.finish();
    const label = unusedLabel(wanted.label, others);
    const about: About = { ...wanted, id, label, pictures, sizeBytes, storedAtMs: now };
    await store.setMany([[aboutKey(id), new TextEncoder().encode(JSON.stringify(about))]]);
    return label;
  } catch (error) {
    await store.deleteAll(`${id}/`);
    throw error;
  } finally {
    await release();
  }
}

function unusedLabel(wanted: string, others: readonly StoredSet[]): string {
  const used = new Set(others.map(({ label }) => label));
  let label = wanted;
  for (let number = 2; used.has(label); number += 1) label = `${wanted} ${number}`;
  return label;
}

/** Cuts what comes into blocks, and writes several at once. */
class BlockWriter {
  #blocks = 0;
  #bytes = 0;
  #block = new Uint8Array(BLOCK_BYTES);
  #filled = 0;
  #waiting: StoreEntry[] = [];

  constructor(
    readonly store: ByteStore,
    readonly id: string,
  ) {}

  async add(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength;) {
      const part = bytes.subarray(at, at + BLOCK_BYTES - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.byteLength;
      at += part.byteLength;
      if (this.#filled === BLOCK_BYTES) this.#endBlock();
      if (this.#waiting.length >= BATCH_BLOCKS) await this.#write();
    }
  }

  /** @returns bytes in all */
  async finish(): Promise<number> {
    if (this.#filled > 0) this.#endBlock();
    await this.#write();
    return this.#bytes;
  }

  #endBlock(): void {
    this.#waiting.push([blockKey(this.id, this.#blocks), this.#block.slice(0, this.#filled)]);
    this.#blocks += 1;
    this.#bytes += this.#filled;
    this.#filled = 0;
  }

  async #write(): Promise<void> {
    const entries = this.#waiting;
    this.#waiting = [];
    await this.store.setMany(entries);
  }
}

/**
 * The Parquet file of a stored set.
 *
 * @param label what the list calls it; empty for the latest
 * @param uses takes the set, so that no tab deletes it
 * @throws StudioError `data/no-such-set`, `storage/…`
 */
export async function openStoredSet(
  platform: Platform,
  label: string,
  uses?: Uses,
): Promise<{ readonly set: StoredSet; readonly file: ByteSource }> {
  const { id, ...set } = await find(platform, label);
  await uses?.use(ownedNameOf(id));
  const store = storeOf(platform);
  const slice = async (start: number, end = set.sizeBytes): Promise<ArrayBuffer> => {
    const to = Math.min(end, set.sizeBytes);
    const bytes = new Uint8Array(Math.max(0, to - start));
    const first = Math.floor(start / BLOCK_BYTES);
    const blocks = await readBlocks(store, id, first, Math.ceil(to / BLOCK_BYTES));
    for (const [index, block] of blocks.entries()) {
      const at = (first + index) * BLOCK_BYTES - start;
      const from = Math.max(0, -at);
      bytes.set(block.subarray(from, Math.min(block.byteLength, to - start - at)), at + from);
    }
    return bytes.buffer;
  };
  return { set, file: { byteLength: set.sizeBytes, version: id, slice } };
}

/**
 * Hands out a stored set's Parquet file, some blocks at a time.
 *
 * @throws StudioError `data/no-such-set`, `storage/…`
 */
export async function* readStoredSet(platform: Platform, label: string): AsyncGenerator<Uint8Array> {
  const { id, sizeBytes } = await find(platform, label);
  const release = await platform.owned.use(ownedNameOf(id));
  try {
    const blocks = Math.ceil(sizeBytes / BLOCK_BYTES);
    for (let from = 0; from < blocks; from += READ_BLOCKS) {
      yield* await readBlocks(storeOf(platform), id, from, Math.min(blocks, from + READ_BLOCKS));
    }
  } finally {
    await release();
  }
}

/** Forgets a set; one that is not there is no fault. @throws StudioError `storage/in-use` */
export async function deleteStoredSet(platform: Platform, label: string): Promise<void> {
  const set = (await listAll(platform)).find((one) => one.label === label);
  if (set === undefined) return;
  const { id } = set;
  const isDone = await platform.owned.discardIfFree(ownedNameOf(id), () =>
    storeOf(platform).deleteAll(`${id}/`),
  );
  if (!isDone) throw inUse(`The set “${label}”`);
}

async function readBlocks(store: ByteStore, id: string, from: number, to: number): Promise<Uint8Array[]> {
  const keys = Array.from({ length: Math.max(0, to - from) }, (_, index) => blockKey(id, from + index));
  return (await store.getMany(keys)).map((block) => {
    if (block === undefined) throw noSuchSet('of which all parts are here', []);
    return block;
  });
}

async function find(platform: Platform, label: string): Promise<About> {
  const sets = await listAll(platform);
  const set = label === '' ? sets[0] : sets.find((one) => one.label === label);
  if (set === undefined) throw noSuchSet(label === '' ? '' : `called "${label}"`, sets);
  return set;
}

function storeOf(platform: Platform): ByteStore {
  const store = platform.openStore('sets');
  if (store !== null) return store;
  throw new StudioError({
    code: 'storage/none',
    message: 'A place to keep sets in was expected; there is none.',
    hint: 'Name a folder for what is kept with --store.',
  });
}

function noSuchSet(which: string, sets: readonly StoredSet[]): StudioError {
  const names = sets.map(({ label }) => `"${label}"`).join(', ');
  return new StudioError({
    code: 'data/no-such-set',
    message: `A set ${which} was expected among those kept on this machine; ${names === '' ? 'there is none' : `there are ${names}`}.`,
    hint: 'Open another set; “Stored” in the Data column lists what is kept.',
  });
}
