/** The run that goes on, and those that were left before their end. */
import type { Call, StudioClient } from '../client/studio-client.ts';
import { asStudioError, isAbort } from '../protocol/errors.ts';
import type { ResumableRun } from '../protocol/events.ts';
import type { Picked, Requests } from '../protocol/messages.ts';
import type { StudioEvent } from './reduce.ts';

export class RunRequests {
  #call: Call<'train'> | null = null;
  #lastPicked: Picked = {};

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
    await this.findLeft();
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

  /** Ends the run and keeps its best weights. */
  stop(): void {
    if (this.#call === null) return;
    this.dispatch({ kind: 'controlAsked', action: 'stop' });
    this.#call.control('stop');
  }

  /** Looks for the latest run that did not come to its end. */
  async findLeft(): Promise<void> {
    await this.#ask({});
  }

  /** Deletes a run's checkpoints. */
  async discard({ runId }: ResumableRun): Promise<void> {
    await this.#ask({ discard: runId });
  }

  /** Storage that cannot be read has none to offer; a run says so when it begins. */
  async #ask(input: Requests['listRuns']['input']): Promise<void> {
    try {
      const [latest] = await this.engine.request('listRuns', input).result;
      this.dispatch({ kind: 'left', run: latest ?? null });
    } catch (error) {
      if (!asStudioError(error).code.startsWith('storage/')) throw error;
      this.dispatch({ kind: 'left', run: null });
    }
  }
}
