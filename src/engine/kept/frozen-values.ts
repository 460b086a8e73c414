/**
 * Owns the values that runs left as they were, of each backbone once, whichever runs need them. A backbone is told by the
 * hash of the values that it began with. A run notes the names that it needs; a value goes when no kept run needs it.
 *
 * Who keeps a run holds its backbone's name as one who uses it, who takes values away holds it alone: so none is taken
 * between the look whether it is there and the note that it is needed.
 *
 * Keys: `backbone/<sha256>/<weight>` is a value, `<run>/frozen` a run's note.
 */
import { pack, unpack } from '../../lib/bytes/pack.ts';
import type { ByteStore, StoreEntry } from '../../platform/stores/byte-store.ts';
import type { Owned, Release } from '../../platform/stores/owned.ts';
import type { NamedArrays } from '../checkpoints/checkpoint.ts';

/** What a run needs of a backbone. */
export interface FrozenNote {
  readonly sha256: string;
  readonly names: readonly string[];
}

const ALL = 'backbone/';
const folderOf = (sha256: string): string => `${ALL}${sha256}/`;
const noteKey = (runId: string): string => `${runId}/frozen`;

export class FrozenValues {
  constructor(
    readonly store: ByteStore,
    readonly owned: Owned,
  ) {}

  /** Holds a backbone's values where they are. */
  hold(sha256: string): Promise<Release> {
    return this.owned.use(folderOf(sha256).slice(0, -1));
  }

  /** What has to be written so that a run has its frozen values; the caller holds the backbone until it is written. */
  async entriesOf(runId: string, sha256: string, frozen: NamedArrays): Promise<StoreEntry[]> {
    const there = new Set((await this.store.list(folderOf(sha256))).map(({ key }) => key));
    const names = Object.keys(frozen);
    const missing = names.filter((name) => !there.has(folderOf(sha256) + name));
    const note: FrozenNote = { sha256, names };
    return [
      ...missing.map((name): StoreEntry => [folderOf(sha256) + name, pack(frozen[name])]),
      [noteKey(runId), pack(note)],
    ];
  }

  /** Those of a run; null where one is missing or damaged. */
  async read(runId: string): Promise<NamedArrays | null> {
    const note = await this.#note(noteKey(runId));
    if (note === null) return {};
    const found = await this.store.getMany(note.names.map((name) => folderOf(note.sha256) + name));
    const values = found.map((bytes) =>
      bytes === undefined ? null : (unpack(bytes) as NamedArrays[string] | null),
    );
    const all: Record<string, NamedArrays[string]> = {};
    for (const [index, name] of note.names.entries()) {
      const value = values[index] ?? null;
      if (value === null) return null;
      all[name] = value;
    }
    return all;
  }

  /** Takes away what no run needs. A backbone that is in use, here or in another tab, waits for the next time. */
  async prune(): Promise<void> {
    const keys = (await this.store.list(ALL)).map(({ key }) => key);
    const backbones = new Set(keys.map((key) => key.slice(ALL.length).split('/')[0] ?? ''));
    for (const sha256 of backbones) {
      const folder = folderOf(sha256);
      await this.owned.discardIfFree(folder.slice(0, -1), async () => {
        const needed = await this.#needed(sha256);
        const there = await this.store.list(folder);
        await this.store.deleteMany(
          there.map(({ key }) => key).filter((key) => !needed.has(key.slice(folder.length))),
        );
      });
    }
  }

  async #needed(sha256: string): Promise<ReadonlySet<string>> {
    const keys = (await this.store.list()).map(({ key }) => key).filter((key) => key.endsWith('/frozen'));
    const notes = await Promise.all(keys.map((key) => this.#note(key)));
    return new Set(notes.flatMap((note) => (note?.sha256 === sha256 ? note.names : [])));
  }

  async #note(key: string): Promise<FrozenNote | null> {
    const [bytes] = await this.store.getMany([key]);
    return bytes === undefined ? null : (unpack(bytes) as FrozenNote | null);
  }
}

/** Whether a key is of values that runs share. */
export const isShared = (key: string): boolean => key.startsWith(ALL);
