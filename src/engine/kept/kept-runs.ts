/**
 * Owns the runs that ended, each from the moment it did until the user deletes it: in the machine's store, so that a
 * closed tab, another device or a next run that fail take nothing away; in memory where the store refuses.
 *
 * Keys, of which the last makes the others count: `<run>/record` is what charts are drawn from, `<run>/network` the
 * weights that it changed, `<run>/frozen` which of its backbone's it needs beside them, `<run>/about` what a list says.
 * What the user says of it has a key for each thing, so that two tabs that change different things both have their way.
 */
import { pack, unpack } from '../../lib/bytes/pack.ts';
import type { ByteStore, StoreEntry } from '../../platform/stores/byte-store.ts';
import type { Release } from '../../platform/stores/owned.ts';
import type { Platform } from '../../platform/platform.ts';
import { StudioError } from '../../protocol/errors.ts';
import type {
  KeptChange,
  KeptRecord,
  KeptRoom,
  KeptRun,
  KeptRuns as Kept,
  RunWords,
} from '../../protocol/runs/kept.ts';
import { ownedNameOf } from '../checkpoints/resumable.ts';
import { FrozenValues, isShared } from './frozen-values.ts';
import type { KeptNetwork } from './kept-network.ts';
import { aboutOf, readAbout, readNetwork, readRecord, toEntries, type About } from './layout.ts';

/** A run that ended, with all that it left. */
export interface EndedRun {
  readonly record: KeptRecord;
  readonly network: KeptNetwork;
}

const NO_WORDS: RunWords = { name: '', note: '', isStarred: false, isDeleted: false };
const FIELDS = ['name', 'note', 'isStarred', 'isDeleted'] as const satisfies readonly (keyof RunWords)[];

/** A run that goes with the tab. */
interface Unstored extends EndedRun {
  readonly about: About;
  readonly words: RunWords;
}

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
    run: EndedRun,
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
      // Where nothing is meant to be kept, the last one is enough.
      this.#unstored.clear();
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
   * @throws StudioError `export/no-such-run`, `storage/…`
   */
  use<Output>(runId: string, work: (network: KeptNetwork) => Promise<Output>): Promise<Output> {
    return this.#used(runId, async () => {
      const network = this.#unstored.get(runId)?.network ?? (await this.#network(runId));
      if (network === null) throw noSuchRun();
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

  async #write(store: ByteStore, run: EndedRun, about: About, words: RunWords): Promise<void> {
    const { runId, weights } = run.record.result;
    const said = FIELDS.filter((field) => words[field] !== NO_WORDS[field]);
    const entries = said.map((field): StoreEntry => [`${runId}/${field}`, pack(words[field])]);
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

  async #discard(runIds: readonly string[]): Promise<void> {
    const store = this.#store;
    for (const runId of runIds) {
      this.#unstored.delete(runId);
      if (store !== null)
        await this.platform.owned.discardIfFree(ownedNameOf(runId), () => store.deleteAll(`${runId}/`));
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

async function readAll(store: ByteStore): Promise<{ readonly runs: KeptRun[]; readonly room: KeptRoom }> {
  const keys = await store.list();
  const ids = keys.map(({ key }) => key).filter((key) => key.endsWith('/about'));
  const found = await Promise.all(ids.map((key) => readLine(store, key.slice(0, -'/about'.length), keys)));
  const sum = (some: readonly { readonly sizeBytes: number }[]): number =>
    some.reduce((all, { sizeBytes }) => all + sizeBytes, 0);
  const room: KeptRoom = {
    takenBytes: sum(keys),
    frozenBytes: sum(keys.filter(({ key }) => isShared(key))),
    freeBytes: await store.roomBytes(),
  };
  return { runs: found.flatMap((run) => (run === null ? [] : [run])), room };
}

/** Null for one that was deleted since the keys were listed, or is damaged. */
async function readLine(
  store: ByteStore,
  runId: string,
  keys: Awaited<ReturnType<ByteStore['list']>>,
): Promise<KeptRun | null> {
  const about = await readAbout(store, runId);
  if (about === null) return null;
  const own = keys.filter(({ key }) => key.startsWith(`${runId}/`));
  const said = await store.getMany(FIELDS.map((field) => `${runId}/${field}`));
  const words = Object.fromEntries(
    FIELDS.map((field, index) => {
      const bytes = said[index];
      return [field, (bytes === undefined ? null : unpack(bytes)) ?? NO_WORDS[field]];
    }),
  ) as unknown as RunWords;
  const sizeBytes = own.reduce((sum, each) => sum + each.sizeBytes, 0);
  return { ...about, ...words, sizeBytes, isStored: true };
}

function notStored(cause: StudioError): StudioError {
  const room = cause.code === 'storage/full' ? ' Or delete runs that you no longer need, under Results.' : '';
  return new StudioError({
    code: cause.code,
    message: `The run could not be stored: ${cause.message}`,
    hint: `It is here for as long as this tab is open: take its network home before you close it.${room}`,
    cause,
  });
}

function noSuchRun(): StudioError {
  return new StudioError({
    code: 'export/no-such-run',
    message: 'A run was expected among those that are kept on this machine; it is not there, or is damaged.',
    hint: 'Take another from the list, or train again.',
  });
}
