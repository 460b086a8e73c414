/**
 * Owns sets that were opened before: their resized pictures and what cleaning found, kept so that the next opening
 * decodes nothing. A set is known again by the list of its files, without reading them; where that is another, since it
 * was copied or unpacked anew, by the hash of all that it holds. Under `<key>/`: `about`, the chunks of pictures,
 * `thumbnails`, and at last `manifest`, without which the rest does not count.
 */
import type { ByteStore } from '../../platform/stores/byte-store.ts';
import { BestEffortStore, type StoreHealth } from '../../platform/stores/best-effort-store.ts';
import type { Owned } from '../../platform/stores/owned.ts';
import type { Platform } from '../../platform/platform.ts';
import type { StudioError } from '../../protocol/errors.ts';
import { isPreparedAlike, preparedKey } from '../../protocol/identity.ts';
import type { CleanedRows } from '../cleaning/clean-rows.ts';
import type { PictureStore } from '../dataset.ts';
import { THUMBNAIL_SIZE } from '../cleaning/fingerprint.ts';
import { isChunkKey, type ChunkPlace } from './picture-chunks.ts';
import { keptPictures, type FilledStore } from './picture-store.ts';
import {
  aboutOf,
  fromJson,
  makingRoom,
  ownedNameOf,
  VERSION,
  type About,
  type PreparedOrigin,
} from './prepared-room.ts';

/** As many ways in which a set was opened are remembered, the latest. */
const MOST_LISTINGS = 8;

/** A set as it was prepared. */
export interface PreparedSet {
  readonly cleaned: CleanedRows;
  readonly pictures: PictureStore;
}

/** Where something is kept, and what it is. */
interface Place {
  readonly prefix: string;
  readonly about: About;
}

/** What cleaning found in a set. */
interface Manifest {
  /** Pictures that are stored. */
  readonly count: number;
  readonly cleaned: CleanedRows;
}

const THUMBNAIL_BYTES = THUMBNAIL_SIZE * THUMBNAIL_SIZE;

/** A place for one set's pictures; null where nothing can be kept. */
export function preparedPlace(platform: Platform, origin: PreparedOrigin): PreparedPlace | null {
  const store = platform.openStore('pictures');
  return store === null ? null : new PreparedPlace(store, platform.owned, origin);
}

/** What is kept of the same set. */
export interface KeptOfSet {
  /** At the size asked for, with what the keys of its pictures begin with. */
  readonly prepared: (PreparedSet & { readonly prefix: string }) | null;
  /** What cleaning found when its pictures were resized otherwise, and cut alike. Thumbnails are of those, so near copies may differ a little. */
  readonly rows: Manifest | null;
}

export class PreparedPlace {
  readonly chunks: ChunkPlace;
  readonly #health: StoreHealth = { trouble: null };

  constructor(
    store: ByteStore,
    readonly owned: Owned,
    readonly origin: PreparedOrigin,
  ) {
    const prefix = `${preparedKey(VERSION, origin.listing, origin)}/`;
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

  /**
   * What is here of the same set.
   *
   * @param hashSource reads the set for the hash of all its rows; called where one that is kept may be the same
   * @param hold told what to hold before the pictures of a place are used, so that nobody discards them
   */
  async find(
    hashSource: () => Promise<string>,
    hold: (ownedName: string) => Promise<void>,
  ): Promise<KeptOfSet> {
    const all = await this.#places();
    const { listing, outline } = this.origin;
    let same = all.filter(({ about }) => about.listings.includes(listing));
    const alike = all.filter(({ about }) => about.sourceHash !== null && about.outline === outline);
    if (same.length === 0 && outline !== null && alike.length > 0) {
      const sourceHash = await hashSource();
      same = alike.filter(({ about }) => about.sourceHash === sourceHash);
    }
    for (const place of same.filter(({ about }) => isPreparedAlike(about, this.origin))) {
      await hold(ownedNameOf(place.prefix));
      const prepared = await this.#readPictures(place);
      if (prepared !== null) return { prepared, rows: null };
    }
    // In which pictures there is no face is known of those that were cut alone.
    for (const { prefix } of same.filter(({ about }) => about.faceMargin === this.origin.faceMargin)) {
      const rows = await this.#readManifest(prefix);
      if (rows !== null) return { prepared: null, rows };
    }
    return { prepared: null, rows: null };
  }

  /** All that is kept, and whole as far as the list of keys tells; what an earlier version kept is forgotten. */
  async #places(): Promise<Place[]> {
    const { store } = this.chunks;
    const keys = (await store.read((bytes) => bytes.list())) ?? [];
    const prefixes = keys.flatMap(({ key }) => /^(.*\/)about$/u.exec(key)?.[1] ?? []);
    const isWhole = new Set(keys.flatMap(({ key }) => /^(.*\/)manifest$/u.exec(key)?.[1] ?? []));
    const abouts = await store.read((bytes) => bytes.getMany(prefixes.map((each) => `${each}about`)));
    const places: Place[] = [];
    for (const [index, prefix] of prefixes.entries()) {
      const about = aboutOf(abouts?.[index]);
      if (about?.version !== VERSION) await this.#discard(prefix);
      else if (isWhole.has(prefix)) places.push({ prefix, about });
    }
    return places;
  }

  /** Forgets a place, unless a tab of an earlier version still uses it. */
  async #discard(prefix: string): Promise<void> {
    await this.owned.discardIfFree(ownedNameOf(prefix), async () => {
      await this.chunks.store.write((bytes) => bytes.deleteAll(prefix));
    });
  }

  async #readPictures({ prefix, about }: Place): Promise<KeptOfSet['prepared']> {
    const read = await this.#readManifest(prefix);
    if (read === null) return null;
    const { size, listing } = this.origin;
    const { store } = this.chunks;
    const keys = (await store.read((bytes) => bytes.list(prefix))) ?? [];
    const pictureBytes = keys
      .filter(({ key }) => isChunkKey(key))
      .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (pictureBytes !== read.count * size * size * 3) return null;
    const listings = [listing, ...about.listings.filter((other) => other !== listing)];
    await this.#say(prefix, { ...about, listings: listings.slice(0, MOST_LISTINGS) });
    const pictures = keptPictures(read.count, size, { store, prefix });
    return { prefix, cleaned: read.cleaned, pictures };
  }

  /** What is kept of cleaning under a prefix. */
  async #readManifest(prefix: string): Promise<Manifest | null> {
    const found = await this.chunks.store.read((bytes) =>
      bytes.getMany([`${prefix}thumbnails`, `${prefix}manifest`]),
    );
    const [thumbnails, manifest] = found ?? [];
    if (thumbnails === undefined || manifest === undefined) return null;
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
    await this.#say(prefix, { ...this.#about, sourceHash: cleaned.sourceHash });
    await store.write((bytes) =>
      bytes.setMany([
        [`${prefix}thumbnails`, thumbnails],
        [`${prefix}manifest`, toJson(manifest)],
      ]),
    );
  }

  /** Says whose place it is; what an opening that did not end has left is written over with the same. */
  async begin(): Promise<void> {
    await this.#say(this.chunks.prefix, this.#about);
  }

  get #about(): Omit<About, 'usedAtMs'> {
    const { listing, ...origin } = this.origin;
    return { ...origin, version: VERSION, listings: [listing], sourceHash: null };
  }

  async #say(prefix: string, about: Omit<About, 'usedAtMs'>): Promise<void> {
    const now: About = { ...about, usedAtMs: Date.now() };
    await this.chunks.store.write((bytes) => bytes.setMany([[`${prefix}about`, toJson(now)]]));
  }
}

function withThumbnails(cleaned: CleanedRows, thumbnails: Uint8Array): CleanedRows {
  const rows = cleaned.rows.map((row, index) => {
    const thumbnail = thumbnails.subarray(index * THUMBNAIL_BYTES, (index + 1) * THUMBNAIL_BYTES);
    return { ...row, print: { ...row.print, thumbnail } };
  });
  return { ...cleaned, rows };
}

/** Thumbnails are kept beside. */
function toJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value, (key, part: unknown) => (key === 'thumbnail' ? undefined : part));
  return new TextEncoder().encode(text);
}
