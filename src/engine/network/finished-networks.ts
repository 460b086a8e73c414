/**
 * Owns the networks that runs left, each from the moment it is finished until the user forgets it: in the machine's
 * store, so that a closed tab, another device or a next run that fails take nothing away; in memory where the store
 * refuses. A network is kept as values, of which the weights that the run changed are enough where the others can be
 * had again without the user.
 *
 * Keys: `<run>/about` is what a list says of it, `<run>/network` the rest. Later kinds of things that a run leaves go
 * under the same prefix.
 */
import type * as tf from '@tensorflow/tfjs';
import { pack, unpack } from '../../lib/bytes/pack.ts';
import type { Flavour, Preprocessing } from '../../models/backbones/backbone.ts';
import { Parameters } from '../../models/program/parameters.ts';
import type { ByteStore } from '../../platform/stores/byte-store.ts';
import type { Platform } from '../../platform/platform.ts';
import { StudioError, type WireError } from '../../protocol/errors.ts';
import type { FinishedRun, FinishedRuns, RunResult } from '../../protocol/events.ts';
import { parseRecipe } from '../../protocol/recipe/recipe.ts';
import { asRun } from '../catalog.ts';
import { arraysOf, type NamedArrays } from '../checkpoints/checkpoint.ts';
import { ownedNameOf } from '../checkpoints/resumable.ts';
import type { Network } from './network.ts';

/** Grows when what is stored is laid out anew. */
const FORMAT = 1;

/** A trained network as values. */
export interface FinishedNetwork {
  readonly result: RunResult;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  /** What the backbone is built with beside its recipe. */
  readonly flavour: Flavour | null;
  /** Whether `weights` are all; else the others are those that the run began with. */
  readonly isWhole: boolean;
  readonly weights: NamedArrays;
  /** Those that are others in the network of `result.other`; null where there is none. */
  readonly other: NamedArrays | null;
}

type About = Omit<FinishedRun, 'isStored'>;
type StoredAbout = About & { readonly format: typeof FORMAT };

const aboutKey = (runId: string): string => `${runId}/about`;
const networkKey = (runId: string): string => `${runId}/network`;

/**
 * Reads a trained network's values off its device.
 *
 * @param changed names of the weights that the run changed
 * @param other their values in the network that can be taken in its place
 */
export async function finishedNetwork(
  { model, preprocessing, flavour }: Network,
  result: RunResult,
  labels: readonly string[],
  changed: Iterable<string>,
  other: NamedArrays | null,
): Promise<FinishedNetwork> {
  // A picked file is gone with its page, and an address may be; the Hub and Mien itself are asked again.
  const isWhole = typeof result.recipe.backbone.weights !== 'string';
  const weights = await weightsOf(model, isWhole ? null : [...changed]);
  return { result, labels, preprocessing, flavour, isWhole, weights, other };
}

/**
 * The same run with the network of its other phase in its place, chosen after the test was seen; that of before is then
 * the other.
 *
 * @throws StudioError `export/no-other-phase`
 */
export function withOtherPhase(network: FinishedNetwork): FinishedNetwork {
  const { result, weights, other } = network;
  const { kept, test, sureness } = result;
  if (result.other === null || other === null || kept === null) throw noOtherPhase();
  const { phaseIndex } = result.other;
  return {
    ...network,
    result: {
      ...result,
      test: result.other.test,
      sureness: result.other.sureness,
      kept: { phaseIndex, why: kept.why === 'chosen' ? 'last' : 'chosen' },
      other: { phaseIndex: kept.phaseIndex, test, sureness },
    },
    weights: { ...weights, ...other },
    other: Object.fromEntries(Object.entries(weights).filter(([name]) => name in other)),
  };
}

function noOtherPhase(): StudioError {
  return new StudioError({
    code: 'export/no-other-phase',
    message: 'The network of another phase was to be taken; the run has kept none.',
    hint: 'A run keeps one where an earlier phase was better on the validation pictures.',
  });
}

async function weightsOf(model: tf.LayersModel, names: readonly string[] | null): Promise<NamedArrays> {
  const parameters = new Parameters(model);
  try {
    return await arraysOf(new Map((names ?? parameters.names).map((name) => [name, parameters.get(name)])));
  } finally {
    parameters.dispose();
  }
}

/** Those of one session and of its machine. */
export class FinishedNetworks {
  /** Those that go with the tab. */
  readonly #unstored = new Map<string, { readonly about: About; readonly network: FinishedNetwork }>();

  constructor(readonly platform: Pick<Platform, 'openStore' | 'owned'>) {}

  /** Keeps one; why it could not be stored, where there is a store, or null. */
  async keep(network: FinishedNetwork): Promise<StudioError | null> {
    const { runId } = network.result;
    const about = aboutOf(network);
    if (this.#store === null) {
      // Where nothing is meant to be kept, the last one is enough.
      this.#unstored.clear();
      this.#unstored.set(runId, { about, network });
      return null;
    }
    try {
      const stored: StoredAbout = { format: FORMAT, ...about };
      await this.#store.setMany([
        [networkKey(runId), pack(network)],
        [aboutKey(runId), pack(stored)],
      ]);
      return null;
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
      this.#unstored.set(runId, { about, network });
      return notStored(error);
    }
  }

  /** Whether it is here, but would be lost with the tab. */
  isUnstored(runId: string): boolean {
    return this.#unstored.has(runId);
  }

  /** The latest first. A store that cannot be read has none, and says why; those that are only here are here. */
  async list(): Promise<FinishedRuns> {
    const unstored = [...this.#unstored.values()].map(({ about }) => ({ ...about, isStored: false }));
    const { abouts, trouble } = await listAbouts(this.#store);
    const runs = [...unstored, ...abouts.map((about) => ({ ...about, isStored: true }))];
    runs.sort((one, other) => other.finishedAtMs - one.finishedAtMs);
    return { runs, trouble };
  }

  /**
   * Does something with one, which no other tab forgets meanwhile.
   *
   * @throws StudioError `export/no-such-network`, `storage/…`
   */
  async use<Output>(runId: string, work: (network: FinishedNetwork) => Promise<Output>): Promise<Output> {
    const release = await this.platform.owned.use(ownedNameOf(runId));
    try {
      const network = this.#unstored.get(runId)?.network ?? (await this.#read(runId));
      if (network === null) throw noSuchNetwork();
      return await work(network);
    } finally {
      await release();
    }
  }

  /** Forgets one, unless another tab is using it. */
  async forget(runId: string): Promise<void> {
    this.#unstored.delete(runId);
    const store = this.#store;
    if (store === null) return;
    await this.platform.owned.discardIfFree(ownedNameOf(runId), () => store.deleteAll(`${runId}/`));
  }

  get #store(): ByteStore | null {
    return this.platform.openStore('runs');
  }

  async #read(runId: string): Promise<FinishedNetwork | null> {
    const [bytes] = (await this.#store?.getMany([networkKey(runId)])) ?? [];
    const network = bytes === undefined ? null : (unpack(bytes) as FinishedNetwork | null);
    if (network === null) return null;
    // An earlier version may have known fewer fields.
    const { result } = network;
    const { sureness = null, kept = null, other = null } = result as Partial<RunResult>;
    return {
      ...network,
      result: { ...result, recipe: asRun(parseRecipe(result.recipe)), sureness, kept, other },
      other: (network as Partial<FinishedNetwork>).other ?? null,
    };
  }
}

async function listAbouts(
  store: ByteStore | null,
): Promise<{ readonly abouts: readonly About[]; readonly trouble: WireError | null }> {
  try {
    return { abouts: store === null ? [] : await readAbouts(store), trouble: null };
  } catch (error) {
    if (!(error instanceof StudioError) || !error.code.startsWith('storage/')) throw error;
    return { abouts: [], trouble: error.toWire() };
  }
}

async function readAbouts(store: ByteStore): Promise<About[]> {
  const keys = (await store.list()).map(({ key }) => key).filter((key) => key.endsWith('/about'));
  const found = await store.getMany(keys);
  return found.flatMap((bytes) => {
    // Forgotten since the keys were listed, or damaged.
    const stored = bytes === undefined ? null : (unpack(bytes) as StoredAbout | null);
    if (stored?.format !== FORMAT) return [];
    const { format: _, ...about } = stored;
    // An earlier version did not note it.
    const { phases = about.recipe.phases.length } = about as Partial<About>;
    return [{ ...about, phases }];
  });
}

function aboutOf({ result, labels, weights }: FinishedNetwork): About {
  const { runId, recipe, stopped, test, history } = result;
  const phases = new Set(history.map(({ phaseIndex }) => phaseIndex)).size;
  const accuracy = test?.accuracy ?? null;
  const sizeBytes = Object.values(weights).reduce((sum, { values }) => sum + values.byteLength, 0);
  return { runId, recipe, stopped, phases, accuracy, labels, sizeBytes, finishedAtMs: Date.now() };
}

function notStored(cause: StudioError): StudioError {
  return new StudioError({
    code: cause.code,
    message: `The trained network could not be stored: ${cause.message}`,
    hint: 'It is here for as long as this tab is open: take it home before you close it.',
    cause,
  });
}

function noSuchNetwork(): StudioError {
  return new StudioError({
    code: 'export/no-such-network',
    message: 'A trained network was expected among those on this machine; it is not there, or is damaged.',
    hint: 'Take another from the list, or train again.',
  });
}
