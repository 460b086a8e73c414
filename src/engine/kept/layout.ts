/**
 * How a kept run is laid out in bytes, and how what earlier versions kept is read. Those stored the network of a run with
 * its result and its changed weights in one piece; of its phases, its set and its frozen values they kept nothing.
 */
import { pack, unpack } from '../../lib/bytes/pack.ts';
import type { ByteStore, StoreEntry } from '../../platform/stores/byte-store.ts';
import type { Evaluation, RunResult } from '../../protocol/events.ts';
import { testHash } from '../../protocol/identity.ts';
import { computedSentence } from '../../protocol/runs/computed.ts';
import { secondsOf, type KeptRecord, type KeptRun, type RunWords } from '../../protocol/runs/kept.ts';
import { paceOf } from '../../protocol/runs/pace.ts';
import { parseRecipe } from '../../protocol/recipe/recipe.ts';
import { asRun } from '../catalog.ts';
import type { NamedArrays } from '../checkpoints/checkpoint.ts';
import type { KeptNetwork } from './kept-network.ts';

/** Grows when what is stored is laid out anew. */
const FORMAT = 2;

/** What a list says of a run, but for what the user says. */
export type About = Omit<KeptRun, keyof RunWords | 'isStored'>;

/** What the first versions said of one. */
interface FirstAbout extends Pick<
  About,
  'runId' | 'recipe' | 'stopped' | 'labels' | 'sizeBytes' | 'finishedAtMs'
> {
  readonly format: 1;
  readonly accuracy: number | null;
}

type StoredAbout = ({ readonly format: typeof FORMAT } & About) | FirstAbout;

/** A network without its result, which the record has; `isWhole` where its frozen values are here. */
type StoredNetwork = Omit<KeptNetwork, 'result' | 'frozen'> & {
  readonly format: typeof FORMAT;
  readonly isWhole: boolean;
};

/** As the first versions kept it: `isWhole` where `weights` are all. */
interface FirstNetwork extends Omit<KeptNetwork, 'frozen' | 'other'> {
  readonly isWhole: boolean;
}

const keyOf = (runId: string, what: 'about' | 'record' | 'network'): string => `${runId}/${what}`;

/** What a list says of a run that ends now. */
export function aboutOf({
  record,
  network,
}: {
  readonly record: KeptRecord;
  readonly network: KeptNetwork | null;
}): About {
  const { ensemble, dataset } = record;
  const { runId, recipe, stopped, test, history } = record.result;
  const labels = network?.labels ?? dataset?.labels ?? [];
  const sizeBytes = Object.values(network?.weights ?? {}).reduce(
    (sum, { values }) => sum + values.byteLength,
    0,
  );
  return {
    ...{ runId, recipe, stopped, labels, sizeBytes },
    testHash: dataset && testHash(dataset),
    phases: new Set(history.map(({ phaseIndex }) => phaseIndex)).size,
    finishedAtMs: Date.now(),
    test: test && { accuracy: test.accuracy, interval: test.interval, pictures: test.rows.length },
    seconds: secondsOf(record.result),
    pace: paceOf(record),
    ...(history.length > 0 && { computed: computedSentence(record.result) }),
    parameters: network && parametersOf(network),
    ...(ensemble !== undefined && { ensemble }),
  };
}

function parametersOf({ weights, frozen }: KeptNetwork): number | null {
  if (frozen === null) return null;
  const all = Object.values({ ...frozen, ...weights });
  return all.reduce((sum, { values }) => sum + values.length, 0);
}

/** What is written of an ensemble: its members have the networks. What makes it count comes last. */
export function ensembleEntries(record: KeptRecord, about: About): StoreEntry[] {
  const { runId } = record.result;
  const said: StoredAbout = { format: FORMAT, ...about };
  return [
    [keyOf(runId, 'record'), pack(record)],
    [keyOf(runId, 'about'), pack(said)],
  ];
}

/**
 * What is written of a run, what makes it count last.
 *
 * @param how whether its frozen values go with its network, or are kept for all runs that need them
 */
export function toEntries(
  { record, network }: { readonly record: KeptRecord; readonly network: KeptNetwork },
  about: About,
  how: 'with frozen' | 'without frozen',
): StoreEntry[] {
  const { runId } = record.result;
  const { labels, preprocessing, flavour, frozen, other } = network;
  const weights: NamedArrays = how === 'with frozen' ? { ...frozen, ...network.weights } : network.weights;
  const isWhole = frozen !== null;
  const stored: StoredNetwork = { format: FORMAT, isWhole, labels, preprocessing, flavour, weights, other };
  const said: StoredAbout = { format: FORMAT, ...about };
  return [
    [keyOf(runId, 'network'), pack(stored)],
    [keyOf(runId, 'record'), pack(record)],
    [keyOf(runId, 'about'), pack(said)],
  ];
}

/** Null for one that is not there, is damaged or is of a format that this version does not know. */
export async function readAbout(store: ByteStore, runId: string): Promise<About | null> {
  const stored = (await read(store, keyOf(runId, 'about'))) as StoredAbout | null;
  if (stored === null) return null;
  if (stored.format === FORMAT) {
    const { format: _, ...about } = stored;
    // Builds of this layout before there was a pace, a count of parameters or a hash of the test pictures stored none.
    const { pace = null, parameters = null, testHash: known } = about as Partial<About>;
    const dataset = known === undefined ? ((await readRecord(store, runId))?.dataset ?? null) : null;
    return { ...about, pace, parameters, testHash: known ?? (dataset && testHash(dataset)) };
  }
  // Whoever calls may have another version's bytes in hand.
  if ((stored.format as number) !== 1) return null;
  const { format: _, accuracy, ...about } = stored;
  const test = accuracy === null ? null : { accuracy, interval: null, pictures: null };
  const unknown = { testHash: null, seconds: null, pace: null, parameters: null };
  return { ...about, test, ...unknown, phases: about.recipe.phases.length };
}

/** Null likewise. */
export async function readRecord(store: ByteStore | null, runId: string): Promise<KeptRecord | null> {
  if (store === null) return null;
  const record = (await read(store, keyOf(runId, 'record'))) as KeptRecord | null;
  if (record !== null) return { ...record, result: asNow(record.result) };
  const first = (await read(store, keyOf(runId, 'network'))) as FirstNetwork | null;
  return first === null || !('result' in first)
    ? null
    : { result: asNow(first.result), ended: [], dataset: null };
}

/** The same of its network, with what of its frozen values is stored with it alone. */
export async function readNetwork(store: ByteStore, runId: string): Promise<KeptNetwork | null> {
  const stored = (await read(store, keyOf(runId, 'network'))) as StoredNetwork | FirstNetwork | null;
  if (stored === null) return null;
  if (!('format' in stored)) {
    const { isWhole, ...network } = stored;
    return { ...network, result: asNow(network.result), frozen: isWhole ? {} : null, other: null };
  }
  const record = await readRecord(store, runId);
  const { format: _, isWhole, ...network } = stored;
  return record === null ? null : { ...network, result: record.result, frozen: isWhole ? {} : null };
}

/** An earlier version may have known fewer fields. */
function asNow(result: RunResult): RunResult {
  const { sureness = null, kept = null, other = null, test } = result as Partial<RunResult>;
  const { truths } = (test ?? {}) as Partial<Evaluation>;
  return {
    ...result,
    recipe: asRun(parseRecipe(result.recipe)),
    ...{ sureness, kept, other },
    test: test == null ? null : { ...test, truths: truths ?? new Uint32Array(0) },
  };
}

async function read(store: ByteStore, key: string): Promise<unknown> {
  const [bytes] = await store.getMany([key]);
  return bytes === undefined ? null : unpack(bytes);
}
