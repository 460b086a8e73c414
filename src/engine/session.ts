/**
 * One session: a device, an opened set and the last trained network. The worker and the headless command both
 * drive it; it knows nothing of messages or files.
 */
import type { Dataset } from '../data/dataset.ts';
import { describeSource, openDataset } from '../data/open-dataset.ts';
import type { TrainedNetwork } from '../exporters/exporter.ts';
import { Packing } from '../exporters/package/package.ts';
import { findExporter } from '../exporters/registry.ts';
import { inspectWeights } from '../models/describe-weights.ts';
import type { Platform } from '../platform/platform.ts';
import type { DatasetSummary, PictureFacts, RgbaPictures, RgbaViews } from '../protocol/dataset.ts';
import type { BackendChoice, DeviceReport } from '../protocol/device.ts';
import { invariant, StudioError } from '../protocol/errors.ts';
import type { RunEvent, RunResult } from '../protocol/events.ts';
import type { Picked, Requests, SavedFile } from '../protocol/messages.ts';
import type { InspectedWeights, ModelSummary, WeightsSummary } from '../protocol/model.ts';
import type { RateSweep } from '../protocol/rate-sweep.ts';
import type { Recipe } from '../protocol/recipe.ts';
import type { SourceDescription } from '../protocol/source.ts';
import type { Stored, StoredThing } from '../protocol/stored.ts';
import type { RunControl } from '../training/control.ts';
import { checkRecipe } from './run/check-recipe.ts';
import { CacheShelf } from './cache-shelf.ts';
import { isDeviceLost, lossOr } from './device/device-loss.ts';
import { startDevice, type WasmPaths } from './device/device.ts';
import { findRate, phaseOf } from './run/find-rate.ts';
import { buildNetwork, describeNetwork, type Network } from './network/network.ts';
import { loadingOf, openingOf } from './set/opening.ts';
import { datasetKey, pickedNames, pickedOf, weightsKey } from './set/picked.ts';
import { runRecipe } from './run/run.ts';
import {
  deleteStored,
  keepOpenSet,
  listStored,
  saveKeptSet,
  saveOpenSet,
  type OpenSet,
} from './set/stored.ts';
import { rgbToRgba, thumbnailsOf, viewsOf } from './set/rgba-pictures.ts';
import { Tokens } from './set/tokens.ts';
import { exportable, type Trained } from './network/trained.ts';
import { drained, timedInto, untilDone, type Attempt } from './run/until-done.ts';

export type Emit = (event: RunEvent) => void;

interface OpenedSet extends OpenSet {
  readonly key: string;
  readonly dataset: Dataset;
}

/** How a run or a sweep is steered and heard. */
interface Heard {
  readonly control: RunControl;
  readonly emit: Emit;
}

/** What a run or a sweep stands on. */
interface Prepared {
  readonly device: DeviceReport;
  readonly dataset: Dataset;
  readonly network: Network;
  readonly shelf: CacheShelf;
}

export class Session {
  #choice: BackendChoice = 'auto';
  #device: DeviceReport | null = null;
  #opened: OpenedSet | null = null;
  #trained: Trained | null = null;
  /** What is known of the weights that were picked last. */
  #inspected: { readonly key: string; readonly weights: WeightsSummary } | null = null;
  /** Of the servers that sets come from. */
  readonly tokens = new Tokens();
  #shelf: CacheShelf | null = null;

  constructor(
    readonly platform: Platform,
    readonly wasmPaths: WasmPaths,
  ) {}

  /** Takes a device. A network trained on another one is dropped: export it first. */
  async chooseDevice(backend: BackendChoice): Promise<DeviceReport> {
    if (this.#device !== null) this.#forgetTrained();
    // What a lost device held is gone with it.
    if (!isDeviceLost()) this.#shelf?.clear();
    this.#shelf = null;
    this.#choice = backend;
    this.#device = await startDevice(backend, this.wasmPaths);
    return this.#device;
  }

  /** Opens the recipe's set, unless it is open already, and makes it the current one. */
  async openDataset(
    recipe: Recipe,
    options: Picked & { signal: AbortSignal; emit: Emit },
  ): Promise<DatasetSummary> {
    const key = datasetKey(recipe, options.files);
    if (this.#opened?.key !== key || this.#opened.dataset.arriving?.failure) {
      const { emit, files, signal } = options;
      const given = { ...pickedOf(files), tokenFor: this.tokens.for };
      const dataset = await openDataset(recipe, this.platform, { ...given, ...openingOf(emit), signal });
      this.#opened?.dataset.arriving?.end();
      this.#opened = { key, dataset, recipe, given };
    }
    return this.#opened.dataset.summary;
  }

  /** What a recipe's source would open. */
  describeSource(dataset: Recipe['dataset'], signal: AbortSignal): Promise<SourceDescription> {
    return describeSource(dataset, { platform: this.platform, tokenFor: this.tokens.for, signal });
  }

  async pictures(rows: readonly number[]): Promise<RgbaPictures> {
    const { shown } = this.#currentSet().dataset;
    return { size: shown.size, rows, rgba: rgbToRgba(await shown.read(rows)) };
  }

  /** Pictures made small, at most `size` pixels a side: never larger than the network sees them. */
  async thumbnails(rows: readonly number[], size: number, signal: AbortSignal): Promise<RgbaPictures> {
    return thumbnailsOf(this.#currentSet().dataset.shown, rows, size, signal);
  }

  /** @throws StudioError `bug/invariant` for a row that the set does not have */
  describePicture(row: number): PictureFacts {
    const facts = this.#currentSet().dataset.facts[row];
    invariant(facts !== undefined, `the set has a picture ${row.toString()}`);
    return facts;
  }

  /** The first `count` views of one picture, as the recipe's augmentation makes them. */
  views(recipe: Recipe, row: number, count: number): Promise<RgbaViews> {
    return viewsOf(this.#currentSet().dataset.shown, recipe, row, count);
  }

  /** @throws StudioError `recipe/…` */
  describeModel(recipe: Recipe, classes: number, { weightFiles }: Picked = {}): Promise<ModelSummary> {
    const { weights } = recipe.backbone;
    const key = typeof weights === 'string' ? null : weightsKey(weights.file, weightFiles);
    const inspected = this.#inspected?.key === key ? this.#inspected.weights : null;
    return describeNetwork(recipe, classes, this.platform, inspected);
  }

  /**
   * Opens weights that were picked or are at an address, and finds the network that they are for.
   *
   * @throws StudioError `model/weights-…`, `net/…`; DOMException `AbortError` when cancelled
   */
  async inspectWeights(
    recipe: Recipe,
    file: string,
    { weightFiles, signal }: Picked & { signal: AbortSignal },
  ): Promise<InspectedWeights> {
    const found = await inspectWeights(file, recipe.backbone, this.platform, { files: weightFiles, signal });
    this.#inspected = { key: weightsKey(file, weightFiles), weights: found.weights };
    return found;
  }

  /**
   * Carries a recipe out from wherever things stand: device, set, weights, phases, test. A GPU that goes away is taken
   * anew and the run goes on from its last checkpoint.
   *
   * @param options `resume`: the run to go on with, which had the same recipe
   * @throws StudioError; DOMException `AbortError` when cancelled
   */
  async train(recipe: Recipe, options: Picked & Heard & { resume?: string }): Promise<RunResult> {
    checkRecipe(recipe);
    const store = this.platform.openStore('checkpoints');
    return untilDone(store, recipe, options, (checkpoints) => this.#carryOut(recipe, options, checkpoints));
  }

  /**
   * Tries learning rates out for a phase, once the phases before it are carried out. The trained network of an earlier
   * run stays.
   *
   * @throws StudioError; DOMException `AbortError` when cancelled
   */
  async findRate(asked: Requests['findRate']['input'], heard: Heard): Promise<RateSweep> {
    const { recipe, phaseIndex } = asked;
    const { control, emit } = heard;
    checkRecipe(recipe);
    phaseOf(recipe, phaseIndex);
    const prepared = await this.#prepare(recipe, { ...asked, ...heard }, timedInto({}, control.signal));
    try {
      return await drained(findRate({ recipe, control, ...prepared }, phaseIndex), emit);
    } catch (error) {
      throw control.signal.aborted ? error : lossOr(error);
    } finally {
      prepared.network.model.dispose();
    }
  }

  async #carryOut(recipe: Recipe, options: Picked & Heard, attempt: Attempt): Promise<RunResult> {
    const { control, emit } = options;
    const secondsByStage: Record<string, number> = {};
    this.#forgetTrained();
    const prepared = await this.#prepare(recipe, options, timedInto(secondsByStage, control.signal));
    const { network } = prepared;
    try {
      const checkpoints = { ...attempt, picked: pickedNames(options) };
      const run = { recipe, control, ...prepared, secondsByStage, checkpoints };
      const result = await drained(runRecipe(run), emit);
      this.#trained = { network, result, labels: prepared.dataset.summary.labels };
      return result;
    } finally {
      if (this.#trained?.network !== network) network.model.dispose();
    }
  }

  /** Device, set and network, each said once it is there. The caller disposes the network's model. */
  async #prepare(
    recipe: Recipe,
    options: Picked & Heard,
    timed: ReturnType<typeof timedInto>,
  ): Promise<Prepared> {
    const { control, emit, weightFiles } = options;
    const device =
      this.#device === null || isDeviceLost()
        ? await timed('device', () => this.chooseDevice(this.#choice))
        : this.#device;
    emit({ kind: 'device', device });
    const { signal } = control;
    const summary = await timed('dataset', () => this.openDataset(recipe, { ...options, signal }));
    emit({ kind: 'dataset', dataset: summary });
    const { length: classes } = summary.labels;
    emit({ kind: 'model', model: await this.describeModel(recipe, classes, options) });
    const network = await timed('weights', () =>
      buildNetwork(recipe, classes, this.platform, { signal, files: weightFiles, ...loadingOf(emit) }),
    );
    try {
      // Now more of the weights is here, and it is known what came with them.
      emit({ kind: 'model', model: await this.#described(recipe, classes, network, options) });
      const shelf = (this.#shelf ??= new CacheShelf(this.platform));
      return { device, dataset: this.#currentSet().dataset, network, shelf };
    } catch (error) {
      network.model.dispose();
      throw error;
    }
  }

  /** What is kept on this machine. */
  listStored(): Promise<Stored> {
    return listStored(this.platform, this.#openPrefix);
  }

  /** Forgets a part of it, and says what is left. */
  async deleteStored(thing: StoredThing): Promise<Stored> {
    await deleteStored(this.platform, thing, this.#openPrefix);
    return this.listStored();
  }

  /** Keeps the open set. @throws StudioError `data/none-open`, `storage/…` */
  async keepSet({ signal, emit }: { signal: AbortSignal; emit: Emit }): Promise<Stored> {
    await keepOpenSet(this.platform, this.#currentSet(), { signal, ...openingOf(emit) });
    return this.listStored();
  }

  /**
   * The open set as a file, or a kept one.
   *
   * @throws StudioError `data/none-open`, `data/no-such-set`
   */
  saveSet(set: string | null, { signal, emit }: { signal: AbortSignal; emit: Emit }): Promise<SavedFile> {
    return set === null
      ? saveOpenSet(this.platform, this.#currentSet(), { signal, ...openingOf(emit) })
      : saveKeptSet(this.platform, set, signal);
  }

  /** @throws StudioError `export/nothing-trained`, `export/unknown-format` */
  export(format: string): Promise<SavedFile> {
    return this.packing().zip(findExporter(format));
  }

  /** The trained network, ready to be written. @throws StudioError `export/nothing-trained` */
  packing(): Packing {
    return new Packing(this.trainedNetwork(), this.platform);
  }

  /** @throws StudioError `export/nothing-trained` */
  trainedNetwork(): TrainedNetwork {
    return exportable(this.#trained);
  }

  async #described(
    recipe: Recipe,
    classes: number,
    { weights: { sizeBytes, labels } }: Network,
    picked: Picked,
  ): Promise<ModelSummary> {
    const model = await this.describeModel(recipe, classes, picked);
    return { ...model, weights: { ...model.weights, sizeBytes, hereBytes: sizeBytes, labels } };
  }

  /** What the keys of the open set's prepared pictures begin with. */
  get #openPrefix(): string | null {
    return this.#opened?.dataset.preparedPrefix ?? null;
  }

  #currentSet(): OpenedSet {
    if (this.#opened !== null) return this.#opened;
    throw new StudioError({
      code: 'data/none-open',
      message: 'Pictures were asked for before an image set was opened.',
      hint: 'Choose an image set first.',
    });
  }

  #forgetTrained(): void {
    this.#trained?.network.model.dispose();
    this.#trained = null;
  }
}
