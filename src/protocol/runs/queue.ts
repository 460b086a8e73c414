/** The page's one queue: studies, and single recipes as studies of one run, with what came of each run so far. */
import type { WireError } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import type { KeptRecord } from './kept.ts';
import { secondsOf } from './kept.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { chosenOf, type RunFigures } from './study-figures.ts';
import type { RungResult } from './bracket.ts';
import type { PlannedRun, Study } from './study.ts';

/** A study, checked: all of its runs can be carried out. */
export interface StudyPlan {
  readonly study: Study;
  readonly base: Recipe;
  /** In the order to carry them out. */
  readonly runs: readonly PlannedRun[];
}

/** What came of a run of a study. */
export interface Outcome extends Omit<RunFigures, 'run' | 'isChosen'> {
  /** Among the kept runs; null for one whose numbers were lost. */
  readonly runId: string | null;
  /** Pictures whose frozen part was computed for it; 0 where all was there from runs before it, null where nobody counted. */
  readonly frozenPictures: number | null;
}

/** A run of a study that ends losing runs early, carried to a rung, with its figures until there. */
export interface RungDone
  extends RungResult, Pick<Outcome, 'epochs' | 'valLoss' | 'valAccuracy' | 'seconds'> {
  readonly frozenPictures: number;
}

export interface QueuedStudy extends StudyPlan {
  readonly id: string;
  /** In ms since 1970. */
  readonly addedAtMs: number;
  /** By a run's name; a run without is still to be done. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** Where losing runs are ended early: what was carried to which rung, in order. */
  readonly rungs?: readonly RungDone[];
}

export interface Queue {
  /** In the order in which they were added. */
  readonly studies: readonly QueuedStudy[];
  /** Why what is stored of it cannot be read, or a change could not be stored; null where all could. */
  readonly trouble: WireError | null;
}

/** What is changed on it. */
export type QueueChange = { readonly put: QueuedStudy } | { readonly remove: string };

/** What a study is made of: one that ships with Mien, a picked file, or a recipe alone. */
export type StudySource =
  | { readonly preset: string }
  /** Beside it, files that may hold its base. */
  | { readonly file: Blob; readonly beside: readonly File[] }
  | { readonly recipe: Recipe }
  /** One that was made before, with another search. */
  | { readonly study: Study; readonly base: Recipe };

export function outcomeOf({ result, ended }: KeptRecord, frozenPictures: number | null): Outcome {
  const validation = ended.at(-1)?.end.evaluation ?? null;
  const { runId, test, history } = result;
  return {
    runId,
    frozenPictures,
    epochs: history.length,
    valLoss: validation?.loss ?? null,
    valAccuracy: validation?.accuracy ?? null,
    test: test && {
      accuracy: test.accuracy,
      loss: test.loss,
      macroF1: test.macroF1,
      interval: test.interval,
    },
    seconds: secondsOf(result),
    endedEarly: false,
    failure: null,
  };
}

/** A run whose numbers were lost. */
export function failedOutcome(failure: string, frozenPictures: number): Outcome {
  const none = { runId: null, valLoss: null, valAccuracy: null, test: null };
  return { ...none, epochs: 0, seconds: 0, endedEarly: false, frozenPictures, failure };
}

/** A run that was ended early, with the best that it came to. */
export function endedEarlyOutcome(rungs: readonly RungDone[]): Outcome {
  const last = rungs.at(-1);
  const frozenPictures = rungs.reduce((sum, rung) => sum + rung.frozenPictures, 0);
  const { epochs = 0, valLoss = null, valAccuracy = null, seconds = 0 } = last ?? {};
  const figures = { epochs, valLoss, valAccuracy, seconds, frozenPictures };
  return { ...figures, runId: null, test: null, endedEarly: true, failure: null };
}

/** Runs that are still to be done, in their order. */
export const waitingOf = ({ runs, outcomes }: QueuedStudy): readonly PlannedRun[] =>
  runs.filter(({ name }) => outcomes[name] === undefined);

/** Of the runs that are done, those that are chosen marked. */
export function figuresOf({ study, runs, outcomes }: QueuedStudy): readonly RunFigures[] {
  const figures = runs.flatMap((run): RunFigures[] => {
    const outcome = outcomes[run.name];
    return outcome === undefined ? [] : [{ ...outcome, run, isChosen: false }];
  });
  if (figures.length < runs.length) return figures;
  const chosen = new Set(chosenOf(figures, study).map(({ run }) => run.name));
  return figures.map((each) => ({ ...each, isChosen: chosen.has(each.run.name) }));
}

/** Chosen runs that were not yet asked about their test pictures; none before all runs are done. */
export const untestedOf = (queued: QueuedStudy): readonly RunFigures[] =>
  figuresOf(queued).filter(({ isChosen, test }) => isChosen && test === null);

/** Counts the pictures whose frozen part is computed for a run, by what the run says. */
export class FrozenCount {
  pictures = 0;
  #before = 0;

  hear(event: RunEvent): void {
    if (event.kind !== 'progress' || event.stage !== 'cache') return;
    const { done, total } = event;
    // A new count begins with each view and each phase.
    this.pictures += done > this.#before ? done - this.#before : done;
    this.#before = done === total ? 0 : done;
  }
}
