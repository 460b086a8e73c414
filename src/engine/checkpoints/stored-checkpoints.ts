/**
 * Checkpoints in the machine's store of bytes. Each has a small head and a state with the weights, both with
 * checksums: the newest that is whole counts, so a torn write is never read.
 *
 * Keys: `<run>/state/<number>`, `<run>/head/<number>`, and `<run>/failure` of a run that failed. A head names the state that the kept weights are in: they are
 * not written again in every epoch.
 */
import { pack, unpack } from '../../lib/bytes/pack.ts';
import type { ByteStore } from '../../platform/stores/byte-store.ts';
import { StudioError, type WireError } from '../../protocol/errors.ts';
import { parseRecipe } from '../../protocol/recipe/recipe.ts';
import { asRun } from '../catalog.ts';
import type { Checkpoint, CheckpointHead, NamedArrays } from './checkpoint.ts';

/** Grows when what is stored is laid out anew. */
const FORMAT = 2;

/** A head as it is stored. */
export interface StoredHead {
  readonly format: typeof FORMAT;
  readonly head: CheckpointHead;
  readonly stateKey: string;
  /** Where the weights of the epoch that is kept are: this state's own `best`, or the weights of another epoch's state. */
  readonly bestKey: string;
  readonly bestNames: readonly string[];
}

/** A state as it is stored. */
interface StoredState {
  readonly weights: NamedArrays;
  readonly slots: NamedArrays;
  /** Those of the epoch that is kept; null where they are elsewhere, or are these. */
  readonly best: NamedArrays | null;
  /** Absent where an earlier version wrote it. */
  readonly earlier?: NamedArrays;
}

const numbered = (number: number): string => number.toString().padStart(8, '0');
export const stateKey = (runId: string, number: number): string => `${runId}/state/${numbered(number)}`;
const headKey = (runId: string, number: number): string => `${runId}/head/${numbered(number)}`;

const failureKey = (runId: string): string => `${runId}/failure`;

/** Notes why a run cannot go on, where it has a checkpoint; its next checkpoint would take the note away. */
export async function writeFailure(store: ByteStore, runId: string, failure: WireError): Promise<void> {
  if ((await lastNumber(store, runId)) > 0) await store.setMany([[failureKey(runId), pack(failure)]]);
}

/** Why runs cannot go on, in their order; null for those that can. */
export async function readFailures(
  store: ByteStore,
  runIds: readonly string[],
): Promise<(WireError | null)[]> {
  const found = await store.getMany(runIds.map(failureKey));
  return found.map((bytes) => (bytes === undefined ? null : (unpack(bytes) as WireError | null)));
}

/** The number of a run's last checkpoint, so that those of a run that goes on come behind; 0 where there is none. */
export async function lastNumber(store: ByteStore, runId: string): Promise<number> {
  const last = (await store.list(`${runId}/head/`)).at(-1);
  return last === undefined ? 0 : Number(last.key.slice(headKey(runId, 0).lastIndexOf('/') + 1));
}

/** Writes one; it counts once its head, the last entry, is there. Keeps those before it that it needs, and one more. */
export async function writeCheckpoint(
  store: ByteStore,
  number: number,
  stored: Omit<StoredHead, 'format' | 'stateKey'>,
  state: StoredState,
): Promise<void> {
  const { runId } = stored.head;
  const key = stateKey(runId, number);
  const head: StoredHead = { format: FORMAT, stateKey: key, ...stored };
  await store.setMany([
    [key, pack(state)],
    [headKey(runId, number), pack(head)],
  ]);
  await dropOld(store, runId);
}

async function dropOld(store: ByteStore, runId: string): Promise<void> {
  const keys = (await store.list(`${runId}/`)).map(({ key }) => key);
  const heads = keys.filter((key) => key.startsWith(`${runId}/head/`)).slice(-2);
  const needed = new Set<string>(heads);
  for (const head of await readHeads(store, heads)) needed.add(head.stateKey).add(head.bestKey);
  await store.deleteMany(keys.filter((key) => !needed.has(key)));
}

async function readHeads(store: ByteStore, keys: readonly string[]): Promise<StoredHead[]> {
  const found = await store.getMany(keys);
  return found.flatMap((bytes) => {
    const head = bytes === undefined ? null : (unpack(bytes) as StoredHead | EarlierHead | null);
    if (head?.format === FORMAT) return [head];
    return head?.format === 1 ? [carriedOver(head)] : [];
  });
}

/**
 * As format 1 has it: with a hash of labels and split in place of one of the whole set, with the one epoch of an ended
 * phase that was kept. Recipes are read as this version takes them only where they are used.
 */
interface EarlierHead extends Omit<StoredHead, 'format'> {
  readonly format: 1;
}

function carriedOver({ head, ...stored }: EarlierHead): StoredHead {
  const ended = head.ended.map(({ start, end }) => ({
    start,
    end: { ...end, keptEpoch: end.bestEpoch ?? end.keptEpoch },
  }));
  return { ...stored, format: FORMAT, head: { ...head, setHash: null, ended } };
}

/** The newest head of each run, the latest run first. */
export async function listHeads(store: ByteStore): Promise<StoredHead[]> {
  const keys = (await store.list()).map(({ key }) => key).filter((key) => key.includes('/head/'));
  const newest = new Map<string, StoredHead>();
  for (const stored of await readHeads(store, keys)) newest.set(stored.head.runId, stored);
  return [...newest.values()].sort((a, b) => b.head.savedAtMs - a.head.savedAtMs);
}

/**
 * The newest whole checkpoint of a run.
 *
 * @throws StudioError `train/no-checkpoint`
 */
export async function readCheckpoint(store: ByteStore, runId: string): Promise<Checkpoint> {
  const keys = (await store.list(`${runId}/head/`)).map(({ key }) => key);
  for (const stored of (await readHeads(store, keys)).reverse()) {
    const state = await readState(store, stored.stateKey);
    const best = state === null ? null : await bestOf(store, stored, state);
    if (state === null || best === null) continue;
    const head = { ...stored.head, recipe: asRun(parseRecipe(stored.head.recipe)) };
    return { head, weights: state.weights, slots: state.slots, best, earlier: state.earlier ?? {} };
  }
  throw new StudioError({
    code: 'train/no-checkpoint',
    message: 'A run was to go on from its last checkpoint; there is none that is whole on this machine.',
    hint: 'Train again from the start.',
  });
}

async function readState(store: ByteStore, key: string): Promise<StoredState | null> {
  const [bytes] = await store.getMany([key]);
  return bytes === undefined ? null : (unpack(bytes) as StoredState | null);
}

async function bestOf(
  store: ByteStore,
  { stateKey: own, bestKey, bestNames }: StoredHead,
  state: StoredState,
): Promise<NamedArrays | null> {
  if (state.best !== null) return state.best;
  const from = bestKey === own ? state : await readState(store, bestKey);
  if (from === null) return null;
  const named = bestNames.map((name) => [name, from.weights[name]] as const);
  return named.every(([, array]) => array !== undefined) ? (Object.fromEntries(named) as NamedArrays) : null;
}
