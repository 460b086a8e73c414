/**
 * Owns the runs that ended, each from the moment it did until the user deletes it: in the machine's store, so that a
 * closed tab, another device or a next run that fail take nothing away; in memory where the store refuses.
 *
 * Keys, of which the last makes the others count: `<run>/record` is what charts are drawn from, `<run>/network` the
 * weights that it changed, `<run>/frozen` which of its backbone's it needs beside them, `<run>/about` what a list says.
 * What the user says of it has a key for each thing, so that two tabs that change different things both have their way.
 */
import { pack } from '../../lib/bytes/pack.ts';
import type { ByteStore, StoreEntry } from '../../platform/stores/byte-store.ts';
import type { Release } from '../../platform/stores/owned.ts';
import type { Platform } from '../../platform/platform.ts';
import { StudioError } from '../../protocol/errors.ts';
import type {
  KeptChange,
  KeptRecord,
  KeptRun,
  KeptRuns as Kept,
  RunWords,
} from '../../protocol/runs/kept.ts';
import { ownedNameOf } from '../checkpoints/resumable.ts';
import { FrozenValues } from './frozen-values.ts';
import { FIELDS, neededBy, NO_WORDS, readAll } from './kept-list.ts';
import type { KeptNetwork } from './kept-network.ts';
import { isNeeded, noSuchRun, notStored, ofSeveral } from './refusals.ts';
import {
  aboutOf,
  ensembleEntries,
  readAbout,
  readNetwork,
  readRecord,
  toEntries,
  type About,
} from './layout.ts';

/** A run that ended, with all that it left. */
export interface EndedRun {
  readonly record: KeptRecord;
  readonly network: KeptNetwork;
}

/** Several of them that answer together: it has their networks and none of its own. */
export interface EndedEnsemble {
  readonly record: KeptRecord;
  readonly network: null;
}

/** A run that goes with the tab. */
type Unstored = (EndedRun | EndedEnsemble) & { readonly about: About; readonly words: RunWords };

/** Those of one session and of its machine. */
export class KeptRuns {
  readonly #unstored = new Map<string, Unstored>();
  /** Of those that were deleted here: no other tab takes them away while they can be restored. */
  readonly #deleted = new Map<string, Release>();
  #isSwept = false;

  constructor(readonly platform: Pick<Platform, 'openStore' | 'owned'>) {}

  /**
   * Keeps one.
   *
   * @param about what is said of one that comes from elsewhere; of one that ends now this is read off it
   * @returns why it could not be stored, where there is a store; null where it is
   */
  async keep(
    run: EndedRun | EndedEnsemble,
    given: Partial<Pick<KeptRun, 'finishedAtMs' | keyof RunWords>> = {},
  ): Promise<StudioError | null> {
    const { runId } = run.record.result;
    const about = {
      ...aboutOf(run),
      ...(given.finishedAtMs !== undefined && { finishedAtMs: given.finishedAtMs }),
    };
    const words = { ...NO_WORDS, ...pickWords(given) };
    const store = this.#store;
    if (store === null) {
      // Where nothing is meant to be kept, the last one is enough; an ensemble is nothing without its members.
      if (run.network !== null) this.#unstored.clear();
      this.#unstored.set(runId, { ...run, about, words });
      return null;
    }
    try {
      await this.#write(store, run, about, words);
      return null;
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
      this.#unstored.set(runId, { ...run, about, words });
      return notStored(error);
    }
  }

  /** Whether it is here, but would be lost with the tab. */
  isUnstored(runId: string): boolean {
    return this.#unstored.has(runId);
  }

  /** The latest first. A store that cannot be read has none, and says why; those that are only here are here. */
  async list(): Promise<Kept> {
    const unstored = [...this.#unstored.values()].map(({ about, words }) => ({
      ...about,
      ...words,
      isStored: false,
    }));
    const { runs: stored, room, trouble } = await this.#stored();
    const runs = [...unstored, ...stored];
    runs.sort((one, other) => other.finishedAtMs - one.finishedAtMs);
    return { runs, room, trouble };
  }

  /** Changes what is said of one, deletes it or brings it back; one that is gone stays so. @throws StudioError `storage/…` */
  async change(change: KeptChange): Promise<void> {
    switch (change.do) {
      case 'rename':
        return this.#say(change.runId, 'name', change.name);
      case 'note':
        return this.#say(change.runId, 'note', change.note);
      case 'star':
        return this.#say(change.runId, 'isStarred', change.isStarred);
      case 'delete':
        if (this.#store !== null && !this.#deleted.has(change.runId))
          this.#deleted.set(change.runId, await this.platform.owned.use(ownedNameOf(change.runId)));
        return this.#say(change.runId, 'isDeleted', true);
      case 'restore':
        await this.#say(change.runId, 'isDeleted', false);
        return this.#letGo(change.runId);
      case 'discard':
        if ((await this.#needed()).has(change.runId)) throw isNeeded();
        await this.#letGo(change.runId);
        return this.#discard([change.runId]);
      default:
        return change satisfies never;
    }
  }

  /** All that is kept of one beside its network. @throws StudioError `export/no-such-run`, `storage/…` */
  record(runId: string): Promise<KeptRecord> {
    return this.#used(runId, async () => {
      const record = this.#unstored.get(runId)?.record ?? (await readRecord(this.#store, runId));
      if (record === null) throw noSuchRun();
      return record;
    });
  }

  /**
   * Does something with a run's network, which no other tab forgets meanwhile.
   *
   * @throws StudioError `export/no-such-run`, `export/several-networks`, `storage/…`
   */
  use<Output>(runId: string, work: (network: KeptNetwork) => Promise<Output>): Promise<Output> {
    return this.#used(runId, async () => {
      const network = this.#unstored.get(runId)?.network ?? (await this.#network(runId));
      if (network === null)
        throw (await this.record(runId)).ensemble === undefined ? noSuchRun() : ofSeveral();
      return work(network);
    });
  }

  /** Gives up what it holds for runs that can be restored: they can no more. */
  async close(): Promise<void> {
    await Promise.all([...this.#deleted.keys()].map((runId) => this.#letGo(runId)));
  }

  get #store(): ByteStore | null {
    return this.platform.openStore('runs');
  }

  async #used<Output>(runId: string, work: () => Promise<Output>): Promise<Output> {
    const release = await this.platform.owned.use(ownedNameOf(runId));
    try {
      return await work();
    } finally {
      await release();
    }
  }

  async #write(
    store: ByteStore,
    { record, network }: EndedRun | EndedEnsemble,
    about: About,
    words: RunWords,
  ): Promise<void> {
    const { runId, weights } = record.result;
    const said = FIELDS.filter((field) => words[field] !== NO_WORDS[field]);
    const entries = said.map((field): StoreEntry => [`${runId}/${field}`, pack(words[field])]);
    if (network === null) {
      await this.#writeEnsemble(store, [...entries, ...ensembleEntries(record, about)], record);
      return;
    }
    const run = { record, network };
    const frozen = new FrozenValues(store, this.platform.owned);
    if (weights.sha256 === null || run.network.frozen === null) {
      await store.setMany([...entries, ...toEntries(run, about, 'with frozen')]);
      return;
    }
    const release = await frozen.hold(weights.sha256);
    try {
      const shared = await frozen.entriesOf(runId, weights.sha256, run.network.frozen);
      await store.setMany([...shared, ...entries, ...toEntries(run, about, 'without frozen')]);
    } finally {
      await release();
    }
  }

  /** Holds its members meanwhile: none goes between the look whether it is there and the note that it is needed. */
  async #writeEnsemble(
    store: ByteStore,
    entries: readonly StoreEntry[],
    { ensemble }: KeptRecord,
  ): Promise<void> {
    const ids = (ensemble?.members ?? []).map(({ runId }) => runId);
    const releases = await Promise.all(ids.map((runId) => this.platform.owned.use(ownedNameOf(runId))));
    try {
      const there = await Promise.all(ids.map((runId) => readAbout(store, runId)));
      if (there.some((about) => about === null)) throw noSuchRun();
      await store.setMany(entries);
    } finally {
      await Promise.all(releases.map((release) => release()));
    }
  }

  async #say<Field extends keyof RunWords>(
    runId: string,
    field: Field,
    value: RunWords[Field],
  ): Promise<void> {
    const unstored = this.#unstored.get(runId);
    if (unstored !== undefined) {
      this.#unstored.set(runId, { ...unstored, words: { ...unstored.words, [field]: value } });
      return;
    }
    // A run that another tab deleted for good meanwhile does not come back as a name without a run.
    await this.#store?.setMany([[`${runId}/${field}`, pack(value)]], `${runId}/about`);
  }

  async #letGo(runId: string): Promise<void> {
    await this.#deleted.get(runId)?.();
    this.#deleted.delete(runId);
  }

  /** Runs that answer in a kept ensemble. */
  async #needed(): Promise<ReadonlyMap<string, string>> {
    const store = this.#store;
    const stored = store === null ? [] : (await readAll(store)).runs;
    return neededBy([...stored, ...[...this.#unstored.values()].map(({ about }) => about)]);
  }

  async #discard(runIds: readonly string[]): Promise<void> {
    const store = this.#store;
    for (const runId of runIds) {
      this.#unstored.delete(runId);
      if (store === null) continue;
      await this.platform.owned.discardIfFree(ownedNameOf(runId), async () => {
        // Another tab may have made it a member since.
        if (!(await this.#needed()).has(runId)) await store.deleteAll(`${runId}/`);
      });
    }
    if (store !== null && runIds.length > 0) await new FrozenValues(store, this.platform.owned).prune();
  }

  async #network(runId: string): Promise<KeptNetwork | null> {
    const store = this.#store;
    if (store === null) return null;
    const network = await readNetwork(store, runId);
    if (network?.frozen == null) return network;
    const frozen = await new FrozenValues(store, this.platform.owned).read(runId);
    return frozen === null ? null : { ...network, frozen: { ...network.frozen, ...frozen } };
  }

  async #stored(): Promise<Kept> {
    const store = this.#store;
    const none = { runs: [], room: { takenBytes: 0, frozenBytes: 0, freeBytes: null } };
    if (store === null) return { ...none, trouble: null };
    try {
      if (!this.#isSwept) await this.#sweep(store);
      return { ...(await readAll(store)), trouble: null };
    } catch (error) {
      if (!(error instanceof StudioError) || !error.code.startsWith('storage/')) throw error;
      return { ...none, trouble: error.toWire() };
    }
  }

  /** What tabs that are closed now had deleted goes when the next one begins. */
  async #sweep(store: ByteStore): Promise<void> {
    this.#isSwept = true;
    const { runs } = await readAll(store);
    await this.#discard(runs.filter(({ isDeleted }) => isDeleted).map(({ runId }) => runId));
  }
}

const pickWords = (given: Partial<RunWords>): Partial<RunWords> =>
  Object.fromEntries(FIELDS.flatMap((field) => (given[field] === undefined ? [] : [[field, given[field]]])));
