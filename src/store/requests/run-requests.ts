/** The run that goes on, those that were left before their end, and those that came to it and are kept. */
import type { Call, StudioClient } from '../../client/studio-client.ts';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { ResumableRun, RunEvent, RunResult } from '../../protocol/events.ts';
import type {
  KeptChange,
  KeptRecord,
  BroughtRun,
  OtherSetResult,
  TakenRuns,
} from '../../protocol/runs/kept.ts';
import type { Picked, Requests, SavedFile } from '../../protocol/messages.ts';
import type { UploadTarget } from '../../protocol/upload.ts';
import type { StudioEvent } from '../reduce/reduce.ts';
import type { RunState } from '../state.ts';

/** How a run ended. */
export type RunEnd =
  | { readonly kind: 'done'; readonly result: RunResult }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'cancelled' };

/** Who hears of a run, and what stands in its place where it is given up before it has measured anything. */
interface TrainHeard {
  readonly onEvent?: (event: RunEvent) => void;
  readonly before?: RunState;
}

export class RunRequests {
  #call: Call<'train'> | null = null;
  #lastPicked: Picked = {};
  #isExporting = false;

  /** @param now in ms */
  constructor(
    readonly engine: Pick<StudioClient, 'request'>,
    readonly dispatch: (event: StudioEvent) => void,
    readonly now: () => number,
  ) {}

  /** What was picked for the run that was begun last. */
  get lastPicked(): Picked {
    return this.#lastPicked;
  }

  /** Carries a recipe out, to its end. */
  async train(
    input: Requests['train']['input'],
    { onEvent, before = { kind: 'idle' } }: TrainHeard = {},
  ): Promise<RunEnd> {
    const { recipe, resume: _resume, isTested: _isTested, waitAfter: _waitAfter, ...picked } = input;
    this.#lastPicked = picked;
    this.dispatch({ kind: 'trainAsked', recipe, atMs: this.now() });
    this.#call = this.engine.request('train', input, (event) => {
      this.dispatch({ kind: 'run', event, atMs: this.now() });
      onEvent?.(event);
    });
    const end = await this.#ended(this.#call.result, before);
    this.#call = null;
    await this.findLeft();
    return end;
  }

  async #ended(ending: Promise<RunResult>, before: RunState): Promise<RunEnd> {
    try {
      const result = await ending;
      // It is in the list before it leaves its place in the table as the one that goes on.
      await this.findKept();
      this.dispatch({ kind: 'trained', result });
      return { kind: 'done', result };
    } catch (thrown) {
      if (isAbort(thrown)) {
        this.dispatch({ kind: 'trainCancelled', before });
        return { kind: 'cancelled' };
      }
      const error = asStudioError(thrown).toWire();
      this.dispatch({ kind: 'trainFailed', error });
      return { kind: 'failed', error };
    }
  }

  /** Holds the run at its next step. */
  pause(): void {
    if (this.#call === null) return;
    this.dispatch({ kind: 'controlAsked', action: 'pause' });
    this.#call.control('pause');
  }

  /** Goes on with a paused run. */
  resume(): void {
    this.#call?.control('resume');
  }

  /** Ends the run, with the epoch that it kept. */
  stop(): void {
    if (this.#call === null) return;
    this.dispatch({ kind: 'controlAsked', action: 'stop' });
    this.#call.control('stop');
  }

  /** Breaks the run off: it can go on from its last checkpoint. */
  breakOff(): void {
    if (this.#call === null) return;
    this.dispatch({ kind: 'controlAsked', action: 'stop' });
    this.#call.control('cancel');
  }

  /** Tries learning rates out; what is newly known of device, set and network is shown. */
  findRate(input: Requests['findRate']['input'], onEvent: (event: RunEvent) => void): Call<'findRate'> {
    return this.engine.request('findRate', input, (event) => {
      if (event.kind === 'device' || event.kind === 'dataset' || event.kind === 'model') this.dispatch(event);
      onEvent(event);
    });
  }

  /** Writes a kept run's network in a format of the catalog; null when that failed, which the state then says. */
  async takeHome(format: string, runId: string): Promise<SavedFile | null> {
    if (this.#isExporting) return null;
    this.#isExporting = true;
    this.dispatch({ kind: 'exportAsked', format, runId });
    try {
      const file = await this.engine.request('export', { format, runId }).result;
      this.dispatch({ kind: 'exported' });
      return file;
    } catch (error) {
      this.dispatch({ kind: 'exportFailed', runId, error: asStudioError(error).toWire() });
      return null;
    } finally {
      this.#isExporting = false;
    }
  }

  /** Makes the files of a kept run's network in some formats, to be looked at. */
  prepareUpload(runId: string, formats: readonly string[]): Call<'prepareUpload'> {
    return this.engine.request('prepareUpload', { runId, formats });
  }

  /** Sends what was prepared last to a Hub. */
  upload(target: UploadTarget, onEvent: (event: RunEvent) => void): Call<'upload'> {
    return this.engine.request('upload', target, onEvent);
  }

  /** Takes an exported network back, among those of the kept runs. @throws StudioError */
  async bringBack(files: readonly File[]): Promise<BroughtRun> {
    const brought = await this.engine.request('importNetwork', { files }).result;
    await this.findKept();
    return brought;
  }

  /** Has a finished run end with the network of its other phase; why that failed, or null. */
  async takeOtherPhase(runId: string): Promise<WireError | null> {
    try {
      const result = await this.engine.request('takeOtherPhase', { runId }).result;
      this.dispatch({ kind: 'otherPhaseTaken', result });
    } catch (error) {
      return asStudioError(error).toWire();
    }
    await this.findKept();
    return null;
  }

  /** Looks for the runs that are kept. */
  async findKept(): Promise<void> {
    await this.#listKept({});
  }

  /** Changes what is said of a kept run, deletes it or brings it back. */
  async change(change: KeptChange): Promise<void> {
    await this.#listKept({ change });
  }

  /** Has kept runs answer together, and keeps that among them. @throws StudioError `data/ensemble-…`, `data/…` */
  async answerTogether(
    input: Requests['makeEnsemble']['input'],
  ): Promise<Requests['makeEnsemble']['output']> {
    const made = await this.engine.request('makeEnsemble', input).result;
    await this.findKept();
    return made;
  }

  /** Kept runs as one file. */
  save(runIds: readonly string[], withPictures: boolean): Promise<SavedFile> {
    return this.engine.request('saveRuns', { runIds, withPictures }).result;
  }

  /** A kept run, or a study of the queue, as one page of HTML. */
  report(what: Requests['report']['input']): Promise<SavedFile> {
    return this.engine.request('report', what).result;
  }

  /** How a kept run's network does on the open set. */
  testOnSet(runId: string): Promise<OtherSetResult> {
    return this.engine.request('testOnSet', { runId }).result;
  }

  /** What is in a file of runs; nothing of it is stored. */
  lookInto(file: Blob): Promise<Requests['lookIntoRuns']['output']> {
    return this.engine.request('lookIntoRuns', { file }).result;
  }

  /** Keeps some of a file's runs here. */
  async take(file: Blob, runIds: readonly string[]): Promise<TakenRuns> {
    const taken = await this.engine.request('takeRuns', { file, runIds }).result;
    await this.findKept();
    return taken;
  }

  /** All that is kept of a run beside its network. */
  record(runId: string): Promise<KeptRecord> {
    return this.engine.request('openKept', { runId }).result;
  }

  /** All runs that did not come to their end, the latest first. */
  left(): Promise<readonly ResumableRun[]> {
    return this.engine.request('listRuns', {}).result;
  }

  /** Looks for the latest run that did not come to its end. */
  async findLeft(): Promise<void> {
    await this.#ask({});
  }

  /** Deletes a run's checkpoints. */
  async discard({ runId }: ResumableRun): Promise<void> {
    await this.#ask({ discard: runId });
  }

  async #listKept(input: Requests['listKept']['input']): Promise<void> {
    try {
      const { runs, room, trouble } = await this.engine.request('listKept', input).result;
      this.dispatch({ kind: 'keptListed', runs, room });
      if (trouble !== null) this.#sayUnreadable(trouble);
    } catch (error) {
      this.dispatch({ kind: 'keptFailed', error: asStudioError(error).toWire() });
    }
  }

  async #ask(input: Requests['listRuns']['input']): Promise<void> {
    try {
      const [latest] = await this.engine.request('listRuns', input).result;
      this.dispatch({ kind: 'left', run: latest ?? null });
    } catch (error) {
      const trouble = asStudioError(error).toWire();
      if (!trouble.code.startsWith('storage/')) throw error;
      this.dispatch({ kind: 'left', run: null });
      this.#sayUnreadable(trouble);
    }
  }

  /** Storage that does not work has nothing to offer, and a run says so when it begins; what is there is named. */
  #sayUnreadable(trouble: WireError): void {
    if (trouble.code === 'storage/later-version') this.dispatch({ kind: 'unreadable', trouble });
  }
}
