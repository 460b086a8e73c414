/** The run that goes on, those that were left before their end, and the networks of those that came to it. */
import type { Call, StudioClient } from '../../client/studio-client.ts';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { FinishedRun, ResumableRun } from '../../protocol/events.ts';
import type { Picked, Requests, SavedFile } from '../../protocol/messages.ts';
import type { StudioEvent } from '../reduce.ts';

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
  async train(input: Requests['train']['input']): Promise<void> {
    const { recipe, resume: _, ...picked } = input;
    this.#lastPicked = picked;
    this.dispatch({ kind: 'trainAsked', recipe, atMs: this.now() });
    this.#call = this.engine.request('train', input, (event) => {
      this.dispatch({ kind: 'run', event, atMs: this.now() });
    });
    try {
      const result = await this.#call.result;
      this.dispatch({ kind: 'trained', result, atMs: this.now() });
    } catch (error) {
      if (isAbort(error)) this.dispatch({ kind: 'trainCancelled' });
      else this.dispatch({ kind: 'trainFailed', error: asStudioError(error).toWire() });
    } finally {
      this.#call = null;
    }
    await Promise.all([this.findFinished(), this.findLeft()]);
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

  /** Writes a finished run's network in a format of the catalog; null when that failed, which the state then says. */
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

  /** Takes an exported network back, among those of finished runs. @throws StudioError */
  async bringBack(files: readonly File[]): Promise<FinishedRun> {
    const run = await this.engine.request('importNetwork', { files }).result;
    await this.findFinished();
    return run;
  }

  /** Looks for the finished runs whose networks are kept. */
  async findFinished(): Promise<void> {
    await this.#listFinished({});
  }

  /** Deletes a finished run's network. */
  async forget({ runId }: FinishedRun): Promise<void> {
    await this.#listFinished({ forget: runId });
  }

  /** Looks for the latest run that did not come to its end. */
  async findLeft(): Promise<void> {
    await this.#ask({});
  }

  /** Deletes a run's checkpoints. */
  async discard({ runId }: ResumableRun): Promise<void> {
    await this.#ask({ discard: runId });
  }

  async #listFinished(input: Requests['listFinished']['input']): Promise<void> {
    const { runs, trouble } = await this.engine.request('listFinished', input).result;
    this.dispatch({ kind: 'finishedListed', runs });
    if (trouble !== null) this.#sayUnreadable(trouble);
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
