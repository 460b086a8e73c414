/**
 * Owns sets that were opened before: their resized pictures and what cleaning found, kept under what both depend on, so
 * that the next opening decodes nothing. Under `<key>/`: `about`, the chunks of pictures, `thumbnails`, and at last
 * `manifest`, without which the rest does not count.
 */
import { formatBytes } from '../../lib/format.ts';
import { hashText } from '../../lib/hash.ts';
import type { ByteStore } from '../../platform/byte-store.ts';
import { BestEffortStore, type StoreHealth } from '../../platform/best-effort-store.ts';
import type { Owned } from '../../platform/owned.ts';
import type { Platform } from '../../platform/platform.ts';
import { whatCanGo } from '../../platform/store-notices.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { CleanedRows } from '../cleaning.ts';
import type { PictureStore } from '../dataset.ts';
import { LOOKS_SIZE } from '../fingerprint.ts';
import { parseJson } from '../json.ts';
import { listStoredSets } from '../stored-sets/stored-sets.ts';
import { isChunkKey, type ChunkPlace } from './picture-chunks.ts';
import { keptPictures, type FilledStore } from './picture-store.ts';

/** Raise it when decoding, resizing, cleaning or the shape of `CleanedRows` changes: what is kept is then made anew. */
const VERSION = 1;

/** A set as it was prepared. */
export interface PreparedSet {
  readonly cleaned: CleanedRows;
  readonly pictures: PictureStore;
}

/** What a prepared set depends on. */
export interface PreparedOrigin {
  /** What the user knows the set by. */
  readonly label: string;
  /** The same only for the same rows; null where that cannot be told. */
  readonly identity: string | null;
  /** In pixels. */
  readonly size: number;
  /** How pictures were resized. */
  readonly resize: string;
}

interface About {
  readonly text: string;
  readonly label: string;
  readonly usedAtMs: number;
}

/** What cleaning found in a set. */
interface Manifest {
  /** Pictures that are stored. */
  readonly count: number;
  readonly cleaned: CleanedRows;
}

const THUMBNAIL_BYTES = LOOKS_SIZE * LOOKS_SIZE;

/** What a prepared set is called while it is in use. */
const ownedNameOf = (prefix: string): string => `pictures/${prefix}`;

/** Bytes of the prepared sets that nobody uses. */
export async function preparedBytes(platform: Platform): Promise<number> {
  let free = 0;
  await eachFree(platform, ({ sizeBytes }) => {
    free += sizeBytes;
    return Promise.resolve();
  });
  return free;
}

/** Forgets all prepared sets but those that are open, here or in another tab. */
export async function forgetPrepared(platform: Platform): Promise<void> {
  const store = platform.openStore('pictures');
  await eachFree(platform, async ({ prefix }) => store?.deleteAll(prefix));
}

interface Place {
  readonly prefix: string;
  readonly sizeBytes: number;
}

/** Does something with each prepared set that nobody uses, and that nobody begins to use meanwhile. */
async function eachFree(platform: Platform, work: (place: Place) => Promise<void>): Promise<void> {
  const places = new Map<string, Place>();
  for (const { key, sizeBytes } of (await platform.openStore('pictures')?.list()) ?? []) {
    const prefix = prefixOf(key);
    places.set(prefix, { prefix, sizeBytes: sizeBytes + (places.get(prefix)?.sizeBytes ?? 0) });
  }
  for (const place of places.values())
    await platform.owned.discardIfFree(ownedNameOf(place.prefix), () => work(place));
}

const prefixOf = (key: string): string => key.slice(0, key.indexOf('/') + 1);

/** That a set's pictures do not fit: how much they take, and what could be deleted for them. */
export async function picturesFull(
  platform: Platform,
  { label, size }: PreparedOrigin,
  count: number,
  cause: StudioError,
): Promise<StudioError> {
  const { downloads } = await platform.listStored();
  const sets = (await listStoredSets(platform)).map((set) => ({ ...set, storedBytes: set.sizeBytes }));
  const others = [...downloads, ...sets].filter((stored) => stored.label !== label);
  return new StudioError({
    code: 'storage/full',
    message: `To keep the pictures of ${label} as they are after resizing takes ${formatBytes(count * size * size * 3)}; there is not so much room left on this machine.`,
    hint: `Work goes on and what is stored stays, but they will be resized again next time. ${whatCanGo(others)}`,
    cause,
  });
}

/** A place for one set's pictures; null where nothing can be kept. */
export function preparedPlace(platform: Platform, origin: PreparedOrigin): PreparedPlace | null {
  const store = platform.openStore('pictures');
  if (store === null || origin.identity === null) return null;
  return new PreparedPlace(store, platform.owned, origin);
}

export class PreparedPlace {
  readonly chunks: ChunkPlace;
  readonly #text: string;
  readonly #health: StoreHealth = { trouble: null };

  constructor(
    store: ByteStore,
    owned: Owned,
    readonly origin: PreparedOrigin,
  ) {
    const { identity, size, resize } = origin;
    this.#text = JSON.stringify([VERSION, identity, size, resize]);
    const prefix = `${hashText(this.#text)}/`;
    this.chunks = { prefix, store: new BestEffortStore(makingRoom(store, owned), this.#health) };
  }

  /** What it is called for others, who do not discard it while it is used. */
  get ownedName(): string {
    return ownedNameOf(this.chunks.prefix);
  }

  /** Why not all is kept; null where nothing went wrong. */
  get trouble(): StudioError | null {
    return this.#health.trouble;
  }

  /** The set, if it was prepared before and all of it is here. */
  async find(): Promise<PreparedSet | null> {
    const { store, prefix } = this.chunks;
    const read = await this.#readManifest(prefix, this.#text);
    if (read === null) return null;
    const { size } = this.origin;
    const keys = (await store.read((bytes) => bytes.list(prefix))) ?? [];
    const pictureBytes = keys
      .filter(({ key }) => isChunkKey(key))
      .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (pictureBytes !== read.count * size * size * 3) return null;
    await this.begin();
    return { cleaned: read.cleaned, pictures: keptPictures(read.count, size, this.chunks) };
  }

  /**
   * What cleaning found in the same set when its pictures were resized otherwise. Fingerprints are of those pictures, so
   * near copies may differ a little.
   */
  async findRows(): Promise<Manifest | null> {
    const { store } = this.chunks;
    const keys = (await store.read((bytes) => bytes.list(''))) ?? [];
    const prefixes = keys.flatMap(({ key }) => /^(.*\/)manifest$/u.exec(key)?.[1] ?? []);
    const abouts = (await store.read((bytes) => bytes.getMany(prefixes.map((each) => `${each}about`)))) ?? [];
    for (const [index, prefix] of prefixes.entries()) {
      const text = aboutOf(abouts[index])?.text ?? '';
      const [version, identity] = (parseJson(text) ?? []) as readonly unknown[];
      if (version !== VERSION || identity !== this.origin.identity) continue;
      const read = await this.#readManifest(prefix, text);
      if (read !== null) return read;
    }
    return null;
  }

  /** What is kept of cleaning under a prefix, if it is that of `text`. */
  async #readManifest(prefix: string, text: string): Promise<Manifest | null> {
    const found = await this.chunks.store.read((bytes) =>
      bytes.getMany(['about', 'thumbnails', 'manifest'].map((name) => prefix + name)),
    );
    const [about, thumbnails, manifest] = found ?? [];
    // Two sets may have one hash, if hardly ever.
    if (aboutOf(about)?.text !== text || thumbnails === undefined || manifest === undefined) return null;
    const read = fromJson(manifest) as Manifest | undefined;
    if (read === undefined || thumbnails.byteLength !== read.cleaned.rows.length * THUMBNAIL_BYTES)
      return null;
    return { count: read.count, cleaned: withThumbnails(read.cleaned, thumbnails) };
  }

  /** Makes the set count, where all of its pictures are kept. */
  async finish(cleaned: CleanedRows, { pictures, isKept }: FilledStore): Promise<void> {
    if (!isKept) return;
    const { store, prefix } = this.chunks;
    const thumbnails = new Uint8Array(cleaned.rows.length * THUMBNAIL_BYTES);
    for (const [row, { print }] of cleaned.rows.entries())
      thumbnails.set(print.thumbnail, row * THUMBNAIL_BYTES);
    const manifest: Manifest = { count: pictures.count, cleaned };
    await store.write((bytes) =>
      bytes.setMany([
        [`${prefix}thumbnails`, thumbnails],
        [`${prefix}manifest`, toJson(manifest)],
      ]),
    );
  }

  /** Says whose place it is; what an opening that did not end has left is written over with the same. */
  async begin(): Promise<void> {
    const about: About = { text: this.#text, label: this.origin.label, usedAtMs: Date.now() };
    const { store, prefix } = this.chunks;
    await store.write((bytes) => bytes.setMany([[`${prefix}about`, toJson(about)]]));
  }
}

function withThumbnails(cleaned: CleanedRows, thumbnails: Uint8Array): CleanedRows {
  const rows = cleaned.rows.map((row, index) => {
    const thumbnail = thumbnails.subarray(index * THUMBNAIL_BYTES, (index + 1) * THUMBNAIL_BYTES);
    return { ...row, print: { ...row.print, thumbnail } };
  });
  return { ...cleaned, rows };
}

/** A store that, when it is full, forgets the prepared sets that nobody used for longest: they can be made again. */
function makingRoom(store: ByteStore, owned: Owned): ByteStore {
  return {
    ...store,
    setMany: async (entries, whileThere) => {
      for (;;) {
        try {
          await store.setMany(entries, whileThere);
          return;
        } catch (error) {
          if (!(error instanceof StudioError) || error.code !== 'storage/full') throw error;
          if (!(await forgetOldest(store, owned))) throw error;
        }
      }
    },
  };
}

/** Whether there was one to forget. */
async function forgetOldest(store: ByteStore, owned: Owned): Promise<boolean> {
  const prefixes = [...new Set((await store.list()).map(({ key }) => prefixOf(key)))];
  const abouts = await store.getMany(prefixes.map((prefix) => `${prefix}about`));
  const places = prefixes.map((prefix, index) => ({
    prefix,
    usedAtMs: aboutOf(abouts[index])?.usedAtMs ?? 0,
  }));
  places.sort((one, other) => one.usedAtMs - other.usedAtMs);
  for (const { prefix } of places) {
    if (await owned.discardIfFree(ownedNameOf(prefix), () => store.deleteAll(prefix))) return true;
  }
  return false;
}

/** Thumbnails are kept beside. */
function toJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value, (key, part: unknown) => (key === 'thumbnail' ? undefined : part));
  return new TextEncoder().encode(text);
}

const aboutOf = (bytes: Uint8Array | undefined): About | undefined =>
  bytes && (fromJson(bytes) as About | undefined);

/** What we wrote ourselves, of this version; undefined where it was damaged since. */
function fromJson(bytes: Uint8Array): unknown {
  return parseJson(new TextDecoder().decode(bytes));
}
