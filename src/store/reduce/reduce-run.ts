/** What each event of a run, or of a search for a learning rate, changes in its record. Pure: times come with the events. */
import type { EndedPhase, RatePoint, RunEvent } from '../../protocol/events.ts';
import type { KeptRecord } from '../../protocol/runs/kept.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import {
  isActive,
  type ActiveRun,
  type PhaseRecord,
  type RunRecord,
  type RunState,
  type StageProgress,
} from '../state.ts';

type Of<Kind extends RunEvent['kind']> = Extract<RunEvent, { kind: Kind }>;

/** The record of a run that was just asked for. */
export function newRecord(recipe: Recipe, startedAtMs: number): RunRecord {
  return {
    recipe,
    dataset: null,
    startedAtMs,
    pausedAtMs: null,
    progress: null,
    phases: [],
    history: [],
    live: null,
    test: null,
    kept: null,
    lost: null,
    notices: [],
  };
}

/** The run after an event; one that comes when no run is under way changes nothing. */
export function reduceRun(state: RunState, event: RunEvent, atMs: number): RunState {
  if (!isActive(state)) return state;
  if (event.kind === 'state') {
    const kind = kindAfter(event.state, state.run);
    return { kind, run: event.state === 'paused' ? paused(state.run, atMs) : goingOn(state.run, atMs) };
  }
  const run = recordAfter(state.run, event, atMs);
  return run === state.run ? state : { kind: kindWhile(state, event), run };
}

function paused(run: RunRecord, atMs: number): RunRecord {
  return { ...run, pausedAtMs: run.pausedAtMs ?? atMs };
}

/** Moves the clocks of the run and of its stage on by the pause that ends here. */
function goingOn(run: RunRecord, atMs: number): RunRecord {
  const { pausedAtMs, startedAtMs, progress } = run;
  if (pausedAtMs === null) return run;
  const lasted = atMs - pausedAtMs;
  const moved = progress && {
    ...progress,
    startedAtMs: progress.startedAtMs + lasted,
    atMs: progress.atMs + lasted,
  };
  return { ...run, pausedAtMs: null, startedAtMs: startedAtMs + lasted, progress: moved };
}

/** Some sources report every picture; the page need not hear of more than ten a second. */
const LEAST_MS_BETWEEN = 100;

/** What a stage's progress becomes; a new stage starts its own clock. */
export function progressAfter(
  before: StageProgress | null,
  event: Of<'progress'>,
  atMs: number,
): StageProgress {
  const { kind: _, ...progress } = event;
  const goesOn =
    before !== null &&
    before.stage === event.stage &&
    before.label === event.label &&
    before.done <= event.done;
  if (!goesOn) return { ...progress, startedAtMs: atMs, doneAtStart: event.done, atMs };
  if (atMs - before.atMs < LEAST_MS_BETWEEN && event.done !== event.total) return before;
  return { ...before, ...progress, atMs };
}

function kindAfter(asked: Of<'state'>['state'], run: RunRecord): ActiveRun['kind'] {
  return asked === 'running' && run.phases.length === 0 ? 'preparing' : asked;
}

/** The first phase ends the preparing; what was asked for (a pause, a stop) holds until the engine says otherwise. */
function kindWhile(state: ActiveRun, event: RunEvent): ActiveRun['kind'] {
  return state.kind === 'preparing' && event.kind === 'phase' ? 'running' : state.kind;
}

function recordAfter(run: RunRecord, event: Exclude<RunEvent, { kind: 'state' }>, atMs: number): RunRecord {
  switch (event.kind) {
    case 'progress': {
      const progress = progressAfter(run.progress, event, atMs);
      return progress === run.progress ? run : { ...run, progress };
    }
    case 'phase':
      return { ...run, progress: null, live: null, phases: [...run.phases, phaseFrom(event)] };
    case 'step': {
      const { kind: _, ...live } = event;
      return { ...run, progress: null, lost: null, live };
    }
    case 'epoch':
      return afterEpoch(run, event);
    case 'phaseEnd':
      return afterPhase(run, event);
    case 'phaseKept':
      return { ...run, kept: { phaseIndex: event.phaseIndex, why: 'best' } };
    case 'test':
      return { ...run, progress: null, test: event.evaluation };
    case 'resumed':
      return resumed(run, event);
    case 'deviceLost':
      return { ...run, lost: event.reason };
    case 'notice': {
      if (event.of === 'set') return run;
      const others = run.notices.filter(({ message }) => message !== event.notice.message);
      return { ...run, notices: [...others, event.notice] };
    }
    case 'dataset':
      return { ...run, dataset: event.dataset };
    case 'device':
    case 'model':
      return run;
    case 'rates':
      return { ...run, progress: null, lost: null };
    default:
      return event satisfies never;
  }
}

function phaseFrom({ kind: _, bestEpoch, ...phase }: Of<'phase'>): PhaseRecord {
  return { ...phase, bestEpoch: bestEpoch ?? null, end: null };
}

/** What was recorded until the checkpoint, whatever was heard since; the phase that goes on comes next. */
function resumed(run: RunRecord, { history, ended }: Of<'resumed'>): RunRecord {
  return { ...run, phases: phasesOf(ended), history, live: null, lost: null };
}

const phasesOf = (ended: readonly EndedPhase[]): readonly PhaseRecord[] =>
  ended.map(({ start, end: { bestEpoch, stoppedEarly, keptEpoch, evaluation } }) => ({
    ...phaseFrom(start),
    bestEpoch,
    end: { stoppedEarly, keptEpoch, evaluation },
  }));

/** The record of a run that was kept. Of one that an earlier version kept, phases are known by their epochs alone. */
export function keptRecord({ result, ended, dataset }: KeptRecord, endedAtMs: number): RunRecord {
  const { recipe, history, test } = result;
  const phases = recipe.phases.flatMap(({ name, epochs }, phaseIndex): PhaseRecord[] =>
    history.some((epoch) => epoch.phaseIndex === phaseIndex)
      ? [
          {
            phaseIndex,
            phase: name,
            epochs,
            stepsPerEpoch: 0,
            trainableParameters: 0,
            bestEpoch: null,
            end: null,
          },
        ]
      : [],
  );
  return {
    ...newRecord(recipe, endedAtMs),
    dataset,
    phases: ended.length === 0 ? phases : phasesOf(ended),
    history,
    test,
  };
}

function afterEpoch(run: RunRecord, { record, isBest }: Of<'epoch'>): RunRecord {
  const phases = run.phases.map((phase) =>
    phase.phaseIndex === record.phaseIndex && isBest ? { ...phase, bestEpoch: record.epoch } : phase,
  );
  return { ...run, phases, progress: null, live: null, history: [...run.history, record] };
}

function afterPhase(
  run: RunRecord,
  { phaseIndex, bestEpoch, stoppedEarly, keptEpoch, evaluation }: Of<'phaseEnd'>,
): RunRecord {
  const phases = run.phases.map((phase) =>
    phase.phaseIndex === phaseIndex
      ? { ...phase, bestEpoch, end: { stoppedEarly, keptEpoch, evaluation } }
      : phase,
  );
  return { ...run, phases, progress: null, live: null };
}

export interface RateSearch {
  /** Told as of a run: it ends in nothing, and no other run hears of it. */
  readonly run: RunState;
  readonly points: readonly RatePoint[];
  /** Rates in a whole sweep; null before the first is tried. */
  readonly steps: number | null;
}

/** The search that was just asked for. */
export function newSearch(recipe: Recipe, startedAtMs: number): RateSearch {
  return { run: { kind: 'preparing', run: newRecord(recipe, startedAtMs) }, points: [], steps: null };
}

/** The search after an event. */
export function reduceSearch(search: RateSearch, event: RunEvent, atMs: number): RateSearch {
  const run = reduceRun(search.run, event, atMs);
  if (event.kind === 'rates') {
    return { run, points: [...search.points, ...event.points], steps: event.steps };
  }
  return run === search.run ? search : { ...search, run };
}
