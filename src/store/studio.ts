/** The store: the state, and the actions that ask the engine for something and feed what comes back to `reduce`. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Call, StudioClient } from '../client/studio-client.ts';
import type { BackendChoice } from '../protocol/device.ts';
import { asStudioError, invariant, type WireError } from '../protocol/errors.ts';
import type { ResumableRun, RunEvent } from '../protocol/events.ts';
import { openingKey, readingKey, withoutEdits } from '../protocol/identity.ts';
import type { KeptRun } from '../protocol/runs/kept.ts';
import type { Picked } from '../protocol/messages.ts';
import { checkEdit } from '../protocol/recipe/full-recipe.ts';
import type { WeightsFile } from '../protocol/recipe/own-weights.ts';
import { parseRecipe, type EditsRef, type Recipe } from '../protocol/recipe/recipe.ts';
import { awaitedOf } from './awaited.ts';
import { Dispatcher } from './dispatcher.ts';
import { Asking } from './requests/asking.ts';
import { StudyQueue } from './queue/study-queue.ts';
import { recipeFromLink } from './recipe-link.ts';
import type { StudioEvent } from './reduce/reduce.ts';
import { PictureRequests, SourceRequests, StoredRequests } from './requests/requests.ts';
import { RunRequests } from './requests/run-requests.ts';
import { SetChoice, type Agreed } from './set/set-choice.ts';
import { SetEdits } from './set/set-edits.ts';
import { TryRequests } from './requests/try-requests.ts';
import { initialState, isActive, recordOf, type StudioState } from './state.ts';

/** What the store needs of the client. */
export type Engine = Pick<StudioClient, 'ready' | 'request' | 'onLate'>;

/** State and actions of one page. */
export class Studio {
  readonly store: StoreApi<StudioState>;
  readonly pictures: PictureRequests;
  readonly sources: SourceRequests;
  readonly stored: StoredRequests;
  readonly runs: RunRequests;
  readonly edits: SetEdits;
  readonly tries: TryRequests;
  readonly queue: StudyQueue;
  readonly #engine: Engine;
  readonly #dispatch: (event: StudioEvent) => void;
  readonly #asking: Asking;
  readonly #choice: SetChoice;

  /** @param agreed what was agreed to on earlier visits, which it adds to */
  constructor(
    engine: Engine,
    backend: BackendChoice,
    agreed: Agreed = new Set(),
    now: () => number = () => performance.now(),
  ) {
    this.#engine = engine;
    this.store = createStore(() => initialState(backend));
    this.#dispatch = new Dispatcher(this.store).dispatch;
    this.sources = new SourceRequests(engine);
    this.stored = new StoredRequests(engine);
    this.pictures = new PictureRequests(engine);
    this.tries = new TryRequests(engine);
    const dispatch = this.#dispatch;
    this.#asking = new Asking(engine, dispatch, now);
    this.#choice = new SetChoice({ asking: this.#asking, dispatch, state: () => this.#state }, agreed);
    this.runs = new RunRequests(engine, dispatch, now);
    this.edits = new SetEdits({
      ...{ engine, dispatch, state: () => this.#state },
      take: (list) => this.#takeEdits(list),
    });
    this.queue = new StudyQueue({
      ...{ engine, dispatch, runs: this.runs, state: () => this.#state },
      picked: () => ({ ...this.#choice.picked, weightFiles: this.#choice.weightFiles }),
      settle: () => this.refresh(true),
    });
    engine.onLate = (event) => dispatch({ kind: 'opening', event, atMs: now() });
  }

  get #state(): StudioState {
    return this.store.getState();
  }

  /** Waits for the worker, takes the recipe of the address, and has device, set and network shown before any click. */
  async start(hash: string): Promise<void> {
    try {
      const catalog = await this.#engine.ready;
      this.#dispatch({ kind: 'ready', catalog });
    } catch (error) {
      this.#dispatch({ kind: 'engineFailed', error: asStudioError(error).toWire() });
      return;
    }
    this.openLink(hash);
    await this.chooseBackend(this.#state.backendChoice);
    await Promise.all([this.runs.findKept(), this.queue.find(), this.runs.findLeft()]);
  }

  /** Takes the recipe of an address; a bad one is said and leaves the first preset. */
  openLink(hash: string): void {
    const presets = this.#state.catalog?.presets ?? [];
    try {
      const linked = recipeFromLink(hash, presets);
      this.#dispatch({ kind: 'linkFailed', error: null });
      this.#choice.link(linked.recipe);
      this.#take(linked.recipe, linked.preset);
    } catch (error) {
      this.#dispatch({ kind: 'linkFailed', error: asStudioError(error).toWire() });
      const first = presets[0];
      if (first !== undefined && this.#state.recipe === null) this.#take(first.recipe, first.name);
    }
  }

  /** Fetches what the opened link names. */
  async agree(): Promise<void> {
    this.#dispatch({ kind: 'linked', dataset: null });
    await this.refresh();
  }

  /** Loads a preset as it is. */
  choosePreset(name: string): void {
    const preset = this.#state.catalog?.presets.find((entry) => entry.name === name);
    if (preset === undefined || isActive(this.#state.run)) return;
    this.#dispatch({ kind: 'linkFailed', error: null });
    this.#dispatch({ kind: 'linked', dataset: null });
    this.#take(preset.recipe, preset.name, {});
  }

  /**
   * Takes an edited recipe if it is valid.
   *
   * @returns why it was not taken, or null
   */
  edit(change: (recipe: Recipe) => unknown, picked?: Picked): WireError | null {
    const { recipe, preset, run, catalog } = this.#state;
    if (recipe === null || isActive(run)) return null;
    try {
      const next = parseRecipe(change(recipe));
      if (catalog !== null) checkEdit(recipe, next, catalog);
      // The address is that of the recipe from here on, whatever was wrong with the one that was opened.
      this.#dispatch({ kind: 'linkFailed', error: null });
      const files = picked?.files === undefined ? this.#choice.picked : { files: picked.files };
      this.#take(next, preset, files, picked?.weightFiles);
      return null;
    } catch (error) {
      return asStudioError(error).toWire();
    }
  }

  /** Has the recipe name a list of edits, and waits until the set is edited by it. */
  async #takeEdits(edits: EditsRef | null): Promise<void> {
    const { recipe, preset, run } = this.#state;
    if (recipe === null || isActive(run)) return;
    const plain = withoutEdits(recipe);
    const dataset = edits === null ? plain.dataset : Object.assign({}, plain.dataset, { edits });
    this.#choice.setRecipe({ ...plain, dataset }, preset);
    await this.refresh();
  }

  #take(
    recipe: Recipe,
    preset: string | null,
    picked = this.#choice.picked,
    weightFiles?: readonly File[],
  ): void {
    const { recipe: before } = this.#state;
    const isOther =
      before !== null && readingKey(before, this.#choice.picked.files) !== readingKey(recipe, picked.files);
    if (isOther) this.#choice.leave(before);
    this.#choice.picked = picked;
    if (weightFiles !== undefined) this.#choice.weightFiles = weightFiles;
    this.#choice.setRecipe(recipe, preset);
    // What a run found belongs to its set: another set clears it from the columns (the table of runs keeps it).
    if (isOther) this.#dispatch({ kind: 'runCleared' });
    void this.refresh();
  }

  /** Probes the devices anew under a choice of the user's. */
  async chooseBackend(backend: BackendChoice): Promise<void> {
    if (isActive(this.#state.run)) return;
    this.#dispatch({ kind: 'backendAsked', choice: backend });
    const device = await this.#asking.ask('device', 'chooseDevice', { backend }, backend);
    if (device !== null) this.#dispatch({ kind: 'device', device });
    await this.refresh();
  }

  /** Asks for the set and the network that the recipe names, where they are not the ones shown. */
  async refresh(again = false): Promise<void> {
    const { recipe, run, device } = this.#state;
    if (recipe === null || isActive(run) || device.value === null) return;
    if (again) {
      this.#asking.forget('dataset');
      this.#asking.forget('model');
    }
    if (awaitedOf(this.#state).remote !== null) {
      this.#asking.cancel('dataset');
      // What is open stays until the user agrees to another.
      if (this.#state.dataset.value === null) this.#dispatch({ kind: 'datasetAwaited' });
      await this.#asking.describe(this.#state, this.#choice.weightFiles);
      return;
    }
    this.#choice.agree(recipe);
    // The network can be drawn before the pictures are read, which takes longer.
    if (this.#state.model.value === null) await this.#asking.describe(this.#state, this.#choice.weightFiles);
    // Whoever took another recipe meanwhile asks for its set.
    if (recipe !== this.#state.recipe) return;
    const key = openingKey(recipe, this.#choice.picked.files);
    if (awaitedOf(this.#state).pictures !== null) {
      this.#asking.cancel('dataset');
      this.#dispatch({ kind: 'datasetAwaited' });
    } else if (this.#asking.keyOf('dataset') !== key) {
      const isOpen = await this.#choice.open({ recipe, picked: this.#choice.picked, key });
      if (!isOpen && this.#state.dataset.status === 'failed') await this.#choice.fallBack();
    }
    await this.#asking.describe(this.#state, this.#choice.weightFiles);
  }

  /** Gives up opening a set, or a link; what was downloaded is kept, and the page is again what it was before. */
  async cancelOpening(): Promise<void> {
    const isLinked = this.#state.linked !== null;
    if (await this.#choice.giveUp()) await this.refresh();
    else if (isLinked) this.choosePreset(this.#state.catalog?.presets[0]?.name ?? '');
  }

  /** Carries the recipe out. */
  async train(resume?: string): Promise<void> {
    const { recipe, run } = this.#state;
    if (recipe === null || isActive(run)) return;
    const picked = { ...this.#choice.picked, weightFiles: this.#choice.weightFiles };
    await this.runs.train({ recipe, ...picked, ...(resume !== undefined && { resume }) }, { before: run });
  }

  /**
   * Tries learning rates out for a phase of the recipe. What was trained and recorded stays as it is; what is newly
   * known of device, set and network is shown.
   */
  findRate(phaseIndex: number, onEvent: (event: RunEvent) => void): Call<'findRate'> {
    const { recipe } = this.#state;
    invariant(recipe !== null, 'there is a recipe before there is a page');
    const input = { recipe, phaseIndex, ...this.#choice.picked, weightFiles: this.#choice.weightFiles };
    return this.runs.findRate(input, onEvent);
  }

  /**
   * Ends the run, with the epoch that it kept; while it is only being prepared, as if it had never been begun. One of the
   * queue is broken off, and the queue with it.
   */
  stop(): void {
    if (this.#state.queue.doing !== 'nothing') this.queue.stop();
    else if (recordOf(this.#state.run)?.phases.length === 0) this.runs.breakOff();
    else this.runs.stop();
  }

  /** Goes on with a run that was left, under the recipe that it began with and with what is picked for it again. */
  async resumeRun({ recipe, runId }: ResumableRun, { files, weightFiles = [] }: Picked): Promise<void> {
    if (isActive(this.#state.run)) return;
    this.#choice.picked = files === undefined ? {} : { files };
    this.#choice.weightFiles = weightFiles;
    this.#dispatch({ kind: 'linkFailed', error: null });
    this.#choice.setRecipe(recipe, this.#state.preset);
    // It is begun at once: whoever has it go on only to end it says so next.
    const run = this.train(runId);
    const { asWritten } = await import('./as-written.ts');
    if (this.#state.recipe === recipe) this.#choice.setRecipe(...asWritten(recipe, this.#state));
    await run;
    await this.refresh();
  }

  /** Shows a kept run as it ended, with its recipe, and opens its set where it can. @returns whether it is shown */
  async reopen(run: KeptRun): Promise<boolean> {
    if (isActive(this.#state.run)) return false;
    try {
      const record = await this.runs.record(run.runId);
      const { recipeOfRun } = await import('./as-written.ts');
      const [recipe, preset] = recipeOfRun(record.result, this.#state);
      const { recipe: before } = this.#state;
      const isSameSet = before !== null && readingKey(before) === readingKey(recipe);
      this.#dispatch({ kind: 'linkFailed', error: null });
      this.#dispatch({ kind: 'linked', dataset: null });
      this.#take(recipe, preset, isSameSet ? this.#choice.picked : {});
      this.#dispatch({ kind: 'reopened', run, record });
      return true;
    } catch (error) {
      this.#dispatch({ kind: 'keptFailed', error: asStudioError(error).toWire() });
      return false;
    }
  }

  /** Ends a run that was left, with the network of the epoch that it kept: it then counts as one that was stopped. */
  async keepNetwork(run: ResumableRun, picked: Picked): Promise<void> {
    if (isActive(this.#state.run)) return;
    const ended = this.resumeRun(run, picked);
    // It has asked for the run by now; that it is to stop is heard before its first step.
    this.runs.stop();
    await ended;
  }

  /** Opens picked weights, or those at an address; `edit` with what it finds and `weightFiles` takes them. */
  inspectWeights(weights: WeightsFile, weightFiles: readonly File[]): Call<'inspectWeights'> {
    const { recipe } = this.#state;
    invariant(recipe !== null, 'there is a recipe before there is a page');
    return this.#engine.request('inspectWeights', { recipe, weights, weightFiles });
  }
}
