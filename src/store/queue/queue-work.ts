/** Carries out what waits on the queue, one run at a time. Loaded when the queue is started. */
import { StudioError } from '../../protocol/errors.ts';
import { isSameRecipe } from '../../protocol/identity.ts';
import type { Requests } from '../../protocol/messages.ts';
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
} from '../../protocol/runs/queue.ts';
import type { KeptRun } from '../../protocol/runs/kept.ts';
import type { PlannedRun } from '../../protocol/runs/study.ts';
import type { StudioState } from '../state.ts';
import { BracketWork } from './bracket-work.ts';
import { pickedFor, type QueueHost } from './queue-host.ts';

export class QueueWork {
  /** @param put notes what is new of a study, for good */
  constructor(
    readonly host: QueueHost,
    readonly put: (study: QueuedStudy) => Promise<void>,
  ) {}

  get #queue(): StudioState['queue'] {
    return this.host.state().queue;
  }

  /** @returns whether there may be more to do */
  async next(): Promise<boolean> {
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
      ...pickedFor(this.host, recipe),
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
        ...pickedFor(this.host, run.recipe),
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
    if (study !== undefined) await this.put({ ...study, outcomes: { ...study.outcomes, [name]: outcome } });
  }

  /** The same of a run that was carried to a rung. */
  async cameToRung({ id }: QueuedStudy, rung: RungDone): Promise<void> {
    const study = this.#queue.studies.find((each) => each.id === id);
    if (study !== undefined) await this.put({ ...study, rungs: [...(study.rungs ?? []), rung] });
  }
}
