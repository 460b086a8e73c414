/**
 * The one queue: studies are planned, stored, and carried out run after run. It goes on where it was after the page was
 * loaded anew: what came of each run is stored when it has ended, and a run that was broken off goes on from its checkpoint.
 */
import type { Call } from '../../client/studio-client.ts';
import { isSame } from '../../lib/json.ts';
import { newId } from '../../lib/new-id.ts';
import { asStudioError, isAbort, StudioError } from '../../protocol/errors.ts';
import { isSameRecipe } from '../../protocol/identity.ts';
import type { Picked, Requests } from '../../protocol/messages.ts';
import { fullOrNull, type FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import {
  failedOutcome,
  FrozenCount,
  outcomeOf,
  untestedOf,
  waitingOf,
  type Outcome,
  type QueuedStudy,
  type RungDone,
  type StudyPlan,
  type StudySource,
} from '../../protocol/runs/queue.ts';
import type { KeptRun } from '../../protocol/runs/kept.ts';
import type { PlannedRun } from '../../protocol/runs/study.ts';
import { isActive, type StudioState } from '../state.ts';
import { BracketWork } from './bracket-work.ts';
import type { QueueHost } from './queue-host.ts';

export class StudyQueue {
  constructor(readonly host: QueueHost) {}

  /** Looks for what is stored of it. */
  async find(): Promise<void> {
    await this.#list({});
  }

  /** What a study would carry out. @throws StudioError `recipe/…`, with the combination */
  plan(source: StudySource): Promise<StudyPlan> {
    return this.host.engine.request('planStudy', source).result;
  }

  /** Puts a study at the end. */
  async add(plan: StudyPlan): Promise<void> {
    await this.#put({ ...plan, id: newId(), addedAtMs: Date.now(), outcomes: {} });
  }

  /** Takes a study off; its runs stay among the kept ones. */
  async remove(id: string): Promise<void> {
    if (this.#queue.current?.id === id) return;
    const studies = this.#queue.studies.filter((study) => study.id !== id);
    this.host.dispatch({ kind: 'queue', queue: { studies } });
    await this.#list({ change: { remove: id } });
  }

  /** Carries out what waits, until nothing does, it is stopped, or a run cannot be carried out. */
  async start(): Promise<void> {
    const { dispatch, engine, state } = this.host;
    if (this.#queue.doing !== 'nothing' || isActive(state().run)) return;
    dispatch({ kind: 'queue', queue: { doing: 'running', failure: null } });
    let hold: Call<'holdQueue'> | null = null;
    try {
      await new Promise<void>((resolve, reject) => {
        hold = engine.request('holdQueue', {}, () => resolve());
        hold.result.catch(reject);
      });
      while (await this.#next());
    } catch (error) {
      if (!isAbort(error)) dispatch({ kind: 'queue', queue: { failure: asStudioError(error).toWire() } });
    } finally {
      (hold as Call<'holdQueue'> | null)?.control('cancel');
      dispatch({ kind: 'queue', queue: { doing: 'nothing', current: null } });
    }
    await this.host.settle();
  }

  /** Breaks the run at hand off, to go on from its last epoch when the queue is started again. */
  stop(): void {
    if (this.#queue.doing !== 'running') return;
    this.host.dispatch({ kind: 'queue', queue: { doing: 'stopping' } });
    this.host.runs.breakOff();
  }

  get #queue(): StudioState['queue'] {
    return this.host.state().queue;
  }

  /** Picked files go with the set that they were picked for. */
  pickedFor(recipe: Recipe): Picked {
    const { files, ...others } = this.host.picked();
    const own = this.host.state().recipe;
    const isOwnSet = own !== null && isSame(own.dataset, recipe.dataset);
    return { ...others, ...(isOwnSet && files !== undefined && { files }) };
  }

  /** @returns whether there may be more to do */
  async #next(): Promise<boolean> {
    if (this.#queue.doing !== 'running') return false;
    for (const study of this.#queue.studies) {
      const { search } = study.study;
      if (search.kind === 'asha' && waitingOf(study).length > 0)
        return new BracketWork(this.host, this).next(study, search);
      const [run] = waitingOf(study);
      if (run !== undefined) return this.#carryOut(study, run);
      if (untestedOf(study).length > 0) return this.#askTests(study);
    }
    return false;
  }

  async #carryOut(study: QueuedStudy, run: PlannedRun): Promise<boolean> {
    const { runs, dispatch } = this.host;
    dispatch({ kind: 'queue', queue: { current: { id: study.id, name: run.name } } });
    const ended = await this.endedUnnoticed(study, run);
    if (ended !== undefined) {
      await this.came(study, run.name, outcomeOf(await runs.record(ended.runId), null));
      return true;
    }
    const input = await this.inputFor(study, run);
    if (this.#queue.doing !== 'running') return false;
    const frozen = new FrozenCount();
    const end = await runs.train(input, { onEvent: (event) => frozen.hear(event) });
    if (end.kind === 'cancelled') return false;
    if (end.kind === 'done') {
      const record = await runs.record(end.result.runId);
      await this.came(study, run.name, outcomeOf(record, frozen.pictures));
      return true;
    }
    if (!end.error.code.startsWith('train/not-finite')) throw StudioError.fromWire(end.error);
    await this.came(study, run.name, failedOutcome(end.error.message, frozen.pictures));
    return true;
  }

  /** What a run is trained with, from where it was left. */
  async inputFor({ study }: QueuedStudy, { recipe }: PlannedRun): Promise<Requests['train']['input']> {
    const left = await this.host.runs.left();
    const isOne = this.isRunOf(recipe);
    const before = left.find((one) => one.failure === null && isOne(one.recipe));
    return {
      ...{ recipe, isTested: study.choose === undefined },
      ...this.pickedFor(recipe),
      ...(before !== undefined && { resume: before.runId }),
    };
  }

  /** Whether what ran was a recipe of the queue: what runs, and what is kept of it, is filled in. */
  isRunOf(recipe: Recipe): (ran: FullRecipe) => boolean {
    const full = fullOrNull(recipe, this.host.state().catalog);
    return (ran) => full !== null && isSameRecipe(ran, full);
  }

  /** A kept run that came to its end as the page was closed, before that was noted here: it need not be carried out again. */
  async endedUnnoticed(
    { addedAtMs, study }: QueuedStudy,
    { recipe }: PlannedRun,
  ): Promise<KeptRun | undefined> {
    await this.host.runs.findKept();
    const noted = new Set(
      this.#queue.studies.flatMap(({ outcomes }) => Object.values(outcomes).map(({ runId }) => runId)),
    );
    const isTested = study.choose === undefined;
    const isOne = this.isRunOf(recipe);
    return this.host
      .state()
      .kept.find(
        (kept) =>
          !kept.stopped &&
          kept.finishedAtMs >= addedAtMs &&
          !noted.has(kept.runId) &&
          (kept.test !== null || !isTested) &&
          isOne(kept.recipe),
      );
  }

  async #askTests(study: QueuedStudy): Promise<boolean> {
    const { engine, dispatch } = this.host;
    dispatch({ kind: 'queue', queue: { current: { id: study.id, name: null } } });
    for (const { run } of untestedOf(study)) {
      const outcome = study.outcomes[run.name];
      if (outcome?.runId == null) continue;
      const { test } = await engine.request('askTest', {
        runId: outcome.runId,
        ...this.pickedFor(run.recipe),
      }).result;
      if (test === null) continue;
      const { accuracy, loss, macroF1, interval } = test;
      await this.came(study, run.name, { ...outcome, test: { accuracy, loss, macroF1, interval } });
    }
    await this.host.runs.findKept();
    return true;
  }

  /** Stored the moment it is known. */
  async came({ id }: QueuedStudy, name: string, outcome: Outcome): Promise<void> {
    const study = this.#queue.studies.find((each) => each.id === id);
    if (study !== undefined) await this.#put({ ...study, outcomes: { ...study.outcomes, [name]: outcome } });
  }

  /** The same of a run that was carried to a rung. */
  async cameToRung({ id }: QueuedStudy, rung: RungDone): Promise<void> {
    const study = this.#queue.studies.find((each) => each.id === id);
    if (study !== undefined) await this.#put({ ...study, rungs: [...(study.rungs ?? []), rung] });
  }

  /** What cannot be stored is on the page as long as this tab is open. */
  async #put(study: QueuedStudy): Promise<void> {
    const { studies } = this.#queue;
    const isKnown = studies.some(({ id }) => id === study.id);
    const next = isKnown ? studies.map((each) => (each.id === study.id ? study : each)) : [...studies, study];
    this.host.dispatch({ kind: 'queue', queue: { studies: next } });
    await this.#list({ change: { put: study } });
  }

  async #list(input: Requests['listQueue']['input']): Promise<void> {
    const { studies, trouble } = await this.host.engine.request('listQueue', input).result;
    if (trouble === null) this.host.dispatch({ kind: 'queue', queue: { studies } });
    else this.host.dispatch({ kind: 'queue', queue: { failure: trouble } });
  }
}
