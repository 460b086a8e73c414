/**
 * Carries out, on the page's queue, a study that ends losing runs early: by the planner that the command has. A run waits at
 * a rung with its checkpoint; what each came to is noted before the next begins, so that after the page was loaded anew the
 * same runs go on in the same order.
 */
import { invariant, StudioError } from '../../protocol/errors.ts';
import type { EpochRecord, RunEvent } from '../../protocol/events.ts';
import type { Requests } from '../../protocol/messages.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { bestLoss, bracketOf, nextJob, type Asha, type BracketJob } from '../../protocol/runs/bracket.ts';
import type { KeptRun } from '../../protocol/runs/kept.ts';
import {
  endedEarlyOutcome,
  failedOutcome,
  FrozenCount,
  outcomeOf,
  waitingOf,
  type Outcome,
  type QueuedStudy,
  type RungDone,
} from '../../protocol/runs/queue.ts';
import type { PlannedRun, Study } from '../../protocol/runs/study.ts';
import type { QueueHost } from './queue-host.ts';

type Chosen = NonNullable<Study['choose']>;

/** What it needs of the queue, which says what each does. */
interface Notes {
  readonly inputFor: (study: QueuedStudy, run: PlannedRun) => Promise<Requests['train']['input']>;
  readonly isRunOf: (recipe: Recipe) => (ran: FullRecipe) => boolean;
  readonly endedUnnoticed: (study: QueuedStudy, run: PlannedRun) => Promise<KeptRun | undefined>;
  readonly came: (study: QueuedStudy, name: string, outcome: Outcome) => Promise<void>;
  readonly cameToRung: (study: QueuedStudy, rung: RungDone) => Promise<void>;
}

export class BracketWork {
  constructor(
    readonly host: QueueHost,
    readonly notes: Notes,
  ) {}

  /** Does what comes next of a study. @returns whether there may be more to do */
  async next(study: QueuedStudy, search: Asha): Promise<boolean> {
    const rungs = bracketOf(study.runs, search);
    const names = study.runs.map(({ name }) => name);
    const job = nextJob(names, study.rungs ?? [], search.eta, rungs.length);
    if (job !== null) return this.#carry(study, job, rungs);
    for (const run of waitingOf(study)) await this.#endEarly(study, run);
    return true;
  }

  async #carry(study: QueuedStudy, job: BracketJob, rungs: readonly number[]): Promise<boolean> {
    const { host, notes } = this;
    const run = study.runs.find(({ name }) => name === job.name);
    invariant(run !== undefined, 'a job is of a run of the study');
    const known = study.outcomes[run.name];
    // One that came to its end before, by early stopping, has nothing to go on with.
    if (known !== undefined) return this.#note(study, { ...job, ...atRungAgain(known, chooseOf(study)) });
    host.dispatch({ kind: 'queue', queue: { current: { id: study.id, name: run.name } } });
    const ended = await notes.endedUnnoticed(study, run);
    if (ended !== undefined) return this.#whole(study, job, ended.runId, 0);
    const input = await notes.inputFor(study, run);
    if (host.state().queue.doing !== 'running') return false;
    const isLast = job.rung === rungs.length - 1;
    const waitAfter = rungs[job.rung] ?? 0;
    const heard = new HeardRun();
    const asked = isLast ? input : { ...input, waitAfter };
    const end = await host.runs.train(asked, { onEvent: (event) => heard.hear(event) });
    const { frozen } = heard;
    const history = heard.history.slice(0, waitAfter);
    if (end.kind === 'done') return this.#whole(study, job, end.result.runId, frozen.pictures);
    if (end.kind === 'failed') {
      if (!end.error.code.startsWith('train/not-finite')) throw StudioError.fromWire(end.error);
      await notes.came(study, run.name, failedOutcome(end.error.message, frozen.pictures));
      const came = { ...figuresOf(history), loss: null, frozenPictures: frozen.pictures };
      return this.#note(study, { ...job, ...came });
    }
    // Broken off by whoever stopped the queue.
    if (history.length < waitAfter) return false;
    const loss = bestLoss(history, chooseOf(study));
    return this.#note(study, { ...job, ...figuresOf(history), loss, frozenPictures: frozen.pictures });
  }

  async #whole(study: QueuedStudy, job: BracketJob, runId: string, frozenPictures: number): Promise<boolean> {
    const record = await this.host.runs.record(runId);
    const { history } = record.result;
    await this.notes.came(study, job.name, outcomeOf(record, frozenPictures));
    const loss = bestLoss(history, chooseOf(study));
    return this.#note(study, { ...job, ...figuresOf(history), loss, frozenPictures });
  }

  async #note(study: QueuedStudy, rung: RungDone): Promise<boolean> {
    await this.notes.cameToRung(study, rung);
    return true;
  }

  /** Notes what it came to, and forgets its checkpoint: it does not go on any more. */
  async #endEarly(study: QueuedStudy, { name, recipe }: PlannedRun): Promise<void> {
    const { runs } = this.host;
    await this.notes.came(
      study,
      name,
      endedEarlyOutcome(study.rungs?.filter((rung) => rung.name === name) ?? []),
    );
    const isOne = this.notes.isRunOf(recipe);
    const left = (await runs.left()).find((one) => isOne(one.recipe));
    if (left !== undefined) await runs.discard(left);
  }
}

/** A study that ends runs early says by what. */
const chooseOf = ({ study }: QueuedStudy): Chosen => study.choose ?? 'valLoss';

/** What a run that has come to its end counts as at every rung after that. */
function atRungAgain(outcome: Outcome, choose: Chosen): Omit<RungDone, 'name' | 'rung'> {
  const { epochs, valLoss, valAccuracy, seconds, failure } = outcome;
  const loss = failure === null ? bestLoss([{ valLoss, valAccuracy }], choose) : null;
  return { epochs, valLoss, valAccuracy, seconds, loss, frozenPictures: 0 };
}

/** What is told of a run while it goes on. */
class HeardRun {
  history: readonly EpochRecord[] = [];
  readonly frozen = new FrozenCount();

  hear(event: RunEvent): void {
    this.frozen.hear(event);
    if (event.kind === 'resumed') this.history = event.history;
    if (event.kind === 'epoch') this.history = [...this.history, event.record];
  }
}

/** Of the epoch with the least validation loss. */
function figuresOf(
  history: readonly EpochRecord[],
): Pick<RungDone, 'epochs' | 'valLoss' | 'valAccuracy' | 'seconds'> {
  const [best] = history.toSorted((one, other) => (one.valLoss ?? Infinity) - (other.valLoss ?? Infinity));
  return {
    ...{ epochs: history.length, valLoss: best?.valLoss ?? null, valAccuracy: best?.valAccuracy ?? null },
    seconds: history.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}
