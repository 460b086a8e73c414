/**
 * Activations on disk, in the store that all tabs share. Each session has a prefix of its own there and uses it, in the
 * sense of `platform/stores/owned.ts`, for as long as it keeps something; what closed tabs left can then be told by nobody using
 * it, and is discarded prefix by prefix.
 */
import * as tf from '@tensorflow/tfjs';
import { newId } from '../../lib/new-id.ts';
import type { ByteStore } from '../../platform/stores/byte-store.ts';
import type { Owned, Release } from '../../platform/stores/owned.ts';
import type { Platform } from '../../platform/platform.ts';
import { StudioError } from '../../protocol/errors.ts';
import { allocate } from './memory.ts';
import type { ActivationStore, StoreForm } from './storage.ts';

const WORD_BYTES = 4;

class DiskStore implements ActivationStore {
  readonly #kept = new Set<number>();

  /** @param prefix of its keys, not used by any other store */
  constructor(
    readonly form: StoreForm,
    readonly bytes: ByteStore,
    readonly prefix: string,
  ) {}

  has(row: number): boolean {
    return this.#kept.has(row);
  }

  async store(rows: ArrayLike<number>, records: tf.Tensor): Promise<void> {
    const { buffer, byteOffset } = (await records.data()) as Float32Array | Int32Array;
    const size = this.form.words * WORD_BYTES;
    await this.bytes.setMany(
      Array.from(rows, (row, index) => [
        this.#key(row),
        new Uint8Array(buffer, byteOffset + index * size, size),
      ]),
    );
    for (const row of Array.from(rows)) this.#kept.add(row);
  }

  async gather(rows: ArrayLike<number>): Promise<tf.Tensor | null> {
    const { words, dtype } = this.form;
    const size = words * WORD_BYTES;
    const out = allocate(this.form, rows.length);
    const bytes = new Uint8Array(out.buffer);
    let isWhole = true;
    const found = await this.bytes.getMany(Array.from(rows, (row) => this.#key(row)));
    for (const [index, entry] of found.entries()) {
      if (entry?.byteLength === size) {
        bytes.set(entry, index * size);
        continue;
      }
      // A browser that is short of room clears what it likes; what is gone is computed again.
      this.#kept.delete(rows[index] ?? 0);
      isWhole = false;
    }
    return isWhole ? tf.tensor(out, [rows.length, words], dtype) : null;
  }

  dispose(): void {
    this.#kept.clear();
    void quietly(this.bytes.deleteAll(this.prefix));
  }

  #key(row: number): string {
    return `${this.prefix}${row.toString()}`;
  }
}

/** One session's part of the disk. */
export class SessionDisk {
  #id = newId();
  #use: Promise<Release> | null = null;
  #stores = 0;

  constructor(
    readonly bytes: ByteStore,
    readonly owned: Owned,
  ) {}

  async make(form: StoreForm): Promise<ActivationStore> {
    await (this.#use ??= this.owned.use(ownedNameOf(this.#id)));
    this.#stores += 1;
    return new DiskStore(form, this.bytes, `${this.#id}/${this.#stores.toString()}/`);
  }

  /** Discards all that is kept, and gives the prefix up. */
  async close(): Promise<void> {
    const [id, use] = [this.#id, this.#use];
    if (use === null) return;
    this.#id = newId();
    this.#use = null;
    await quietly(this.bytes.deleteAll(`${id}/`));
    await (
      await use
    )();
  }
}

const ownedNameOf = (id: string): string => `activations/${id}`;

/** Discards what closed tabs left of their activations: of no use to anyone, and it may be gigabytes. */
export async function discardLeftActivations(platform: Pick<Platform, 'openStore' | 'owned'>): Promise<void> {
  const { owned } = platform;
  const store = platform.openStore('activations');
  if (store === null) return;
  const keys = (await quietly(store.list())) ?? [];
  const ids = new Set(keys.map(({ key }) => key.split('/')[0] ?? ''));
  for (const id of ids) await quietly(owned.discardIfFree(ownedNameOf(id), () => store.deleteAll(`${id}/`)));
}

/** What cannot be discarded now is discarded another time. */
async function quietly<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StudioError) return undefined;
    throw error;
  }
}
