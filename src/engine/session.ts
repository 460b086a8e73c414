/**
 * One session: a device, an opened set and the last trained network. The worker and the headless command both
 * drive it; it knows nothing of messages or files.
 */
import { applyViews } from '../data/augmentations/apply-views.ts';
import { planViews } from '../data/augmentations/plan-views.ts';
import type { Dataset } from '../data/dataset.ts';
import { describeSource, openDataset } from '../data/open-dataset.ts';
import type { TrainedNetwork } from '../exporters/exporter.ts';
import { exportAsFile } from '../exporters/registry.ts';
import { inspectWeights } from '../models/describe-weights.ts';
import type { Platform } from '../platform/platform.ts';
import type { DatasetSummary, PictureFacts, PictureSheet, ViewSheet } from '../protocol/dataset.ts';
import type { BackendChoice, DeviceReport } from '../protocol/device.ts';
import { invariant, StudioError } from '../protocol/errors.ts';
import type { RunEvent, RunResult } from '../protocol/events.ts';
import type { ExportedFile, Picked, SavedSet } from '../protocol/messages.ts';
import type { InspectedWeights, ModelSummary, WeightsSummary } from '../protocol/model.ts';
import type { Recipe } from '../protocol/recipe.ts';
import type { SourceDescription } from '../protocol/source.ts';
import type { Stored, StoredThing } from '../protocol/stored.ts';
import type { RunControl } from '../training/control.ts';
import { checkRecipe } from './check-recipe.ts';
import { CacheShelf } from './cache-shelf.ts';
import { isDeviceLost } from './device-loss.ts';
import { startDevice, type WasmPaths } from './device.ts';
import { buildNetwork, describeNetwork, type Network } from './network.ts';
import { loadingOf, openingOf } from './opening.ts';
import { datasetKey, pickedName, pickedOf, weightsKey } from './picked.ts';
import { runRecipe } from './run.ts';
import { deleteStored, keepOpenSet, listStored, saveKeptSet, saveOpenSet, type OpenSet } from './stored.ts';
import { rgbToRgba, thumbnailsOf, valuesToRgba } from './sheets.ts';
import { Tokens } from './tokens.ts';
import { timedInto, untilDone, type Attempt } from './until-done.ts';

export type Emit = (event: RunEvent) => void;

interface OpenedSet extends OpenSet {
  readonly key: string;
  readonly dataset: Dataset;
}

interface Trained {
  readonly network: Network;
  readonly result: RunResult;
  readonly labels: readonly string[];
}

/** See the header. */
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

  async pictures(rows: readonly number[]): Promise<PictureSheet> {
    const { shown } = this.#currentSet().dataset;
    return { size: shown.size, rows, rgba: rgbToRgba(await shown.read(rows)) };
  }

  /** Pictures made small, at most `size` pixels a side: never larger than the network sees them. */
  async thumbnails(rows: readonly number[], size: number, signal: AbortSignal): Promise<PictureSheet> {
    return thumbnailsOf(this.#currentSet().dataset.shown, rows, size, signal);
  }

  /** @throws StudioError `bug/invariant` for a row that the set does not have */
  describePicture(row: number): PictureFacts {
    const facts = this.#currentSet().dataset.facts[row];
    invariant(facts !== undefined, `the set has a picture ${row.toString()}`);
    return facts;
  }

  /** The first `count` views of one picture, as the recipe's augmentation makes them. */
  async views(recipe: Recipe, row: number, count: number): Promise<ViewSheet> {
    const { shown } = this.#currentSet().dataset;
    const { size } = shown;
    const bytes = await shown.read([row]);
    const captions: string[] = [];
    const rgba = new Uint8ClampedArray(count * size * size * 4);
    for (let view = 0; view < count; view++) {
      const plan = planViews(recipe.augmentation, { seed: recipe.seed, rows: [row], view, size });
      rgba.set(valuesToRgba(applyViews(plan, bytes, size)), view * size * size * 4);
      captions.push(plan.captions[0] ?? '');
    }
    return { size, rows: Array.from({ length: count }, () => row), rgba, captions };
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
  async train(
    recipe: Recipe,
    options: Picked & { control: RunControl; emit: Emit; resume?: string },
  ): Promise<RunResult> {
    checkRecipe(recipe);
    const store = this.platform.openStore('checkpoints');
    return untilDone(store, recipe, options, (checkpoints) => this.#carryOut(recipe, options, checkpoints));
  }

  async #carryOut(
    recipe: Recipe,
    options: Picked & { control: RunControl; emit: Emit },
    checkpoints: Attempt,
  ): Promise<RunResult> {
    const { control, emit } = options;
    const seconds: Record<string, number> = {};
    const timed = timedInto(seconds, control.signal);
    this.#forgetTrained();
    const device =
      this.#device === null || isDeviceLost()
        ? await timed('device', () => this.chooseDevice(this.#choice))
        : this.#device;
    emit({ kind: 'device', device });
    const picked = options.files === undefined ? {} : { files: options.files };
    const summary = await timed('dataset', () =>
      this.openDataset(recipe, { ...picked, signal: control.signal, emit }),
    );
    emit({ kind: 'dataset', dataset: summary });
    const { labels } = summary;
    emit({ kind: 'model', model: await this.describeModel(recipe, labels.length, options) });
    const network = await timed('weights', () =>
      buildNetwork(recipe, labels.length, this.platform, {
        signal: control.signal,
        files: options.weightFiles,
        ...loadingOf(emit),
      }),
    );
    try {
      // Now more of the weights is here, and it is known what came with them.
      emit({ kind: 'model', model: await this.#described(recipe, labels.length, network, options) });
      const { dataset } = this.#currentSet();
      const shelf = (this.#shelf ??= new CacheShelf(this.platform));
      const picked = { pictures: pickedName(options.files), weights: pickedName(options.weightFiles) };
      const run = { recipe, dataset, network, device, control, shelf, secondsByStage: seconds };
      const events = runRecipe({ ...run, checkpoints: { ...checkpoints, picked } });
      let next = await events.next();
      for (; next.done !== true; next = await events.next()) emit(next.value);
      this.#trained = { network, result: next.value, labels };
      return next.value;
    } finally {
      if (this.#trained?.network !== network) network.model.dispose();
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
  saveSet(set: string | null, { signal, emit }: { signal: AbortSignal; emit: Emit }): Promise<SavedSet> {
    return set === null
      ? saveOpenSet(this.platform, this.#currentSet(), { signal, ...openingOf(emit) })
      : saveKeptSet(this.platform, set, signal);
  }

  /** @throws StudioError `export/nothing-trained`, `export/unknown-format` */
  export(format: string): Promise<ExportedFile> {
    return exportAsFile(format, this.trainedNetwork());
  }

  /** @throws StudioError `export/nothing-trained` */
  trainedNetwork(): TrainedNetwork {
    if (this.#trained === null) {
      throw new StudioError({
        code: 'export/nothing-trained',
        message: 'There is no trained network to export.',
        hint: 'Train first; a stopped run counts once its first epoch has ended.',
      });
    }
    const { network, result, labels } = this.#trained;
    const { model, preprocessing } = network;
    return {
      model,
      labels,
      preprocessing,
      weights: result.weights,
      recipe: result.recipe,
      test: result.test,
      versions: result.versions,
    };
  }

  async #described(
    recipe: Recipe,
    classes: number,
    { weights }: Network,
    picked: Picked,
  ): Promise<ModelSummary> {
    const model = await this.describeModel(recipe, classes, picked);
    const { sizeBytes, labels } = weights;
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
