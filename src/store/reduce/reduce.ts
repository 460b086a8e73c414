/** The one place where the state changes: `reduce(state, event)`, pure, over run events and the ends of requests. */
import { isSame } from '../../lib/json.ts';
import type { Catalog } from '../../protocol/catalog.ts';
import type { DatasetSummary } from '../../protocol/set/dataset.ts';
import type { BackendChoice, DeviceReport } from '../../protocol/device.ts';
import type { WireError } from '../../protocol/errors.ts';
import type { ResumableRun, RunEvent, RunResult } from '../../protocol/events.ts';
import type { ModelSummary } from '../../protocol/model.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { secondsOf } from '../../protocol/runs/kept.ts';
import { isKept, reduceKept, type KeptEvent } from './reduce-kept.ts';
import { newRecord, progressAfter, reduceRun } from './reduce-run.ts';
import { isMended, withoutMended } from '../troubles/mended.ts';
import {
  isActive,
  noEdit,
  type Loadable,
  type RunRecord,
  type RunState,
  type StudioState,
} from '../state.ts';

/** What the engine is asked for outside a run, and whose last answer the page keeps. */
export type Asked = 'device' | 'dataset' | 'model';

/** Everything that can happen to the page. Times in ms. */
export type StudioEvent =
  | KeptEvent
  | { readonly kind: 'ready'; readonly catalog: Catalog }
  | { readonly kind: 'engineFailed'; readonly error: WireError }
  | ({ readonly kind: 'recipeSet' } & Pick<StudioState, 'preset' | 'picked'> & { readonly recipe: Recipe })
  /** What a link names waits until the user agrees; null when that was done. */
  | { readonly kind: 'linked'; readonly dataset: Recipe['dataset'] | null }
  /** The recipe's set waits for its files to be picked, or for the user to agree. */
  | { readonly kind: 'datasetAwaited' }
  | { readonly kind: 'linkFailed'; readonly error: WireError | null }
  | { readonly kind: 'backendAsked'; readonly choice: BackendChoice }
  /** `isEdited` where it is the open set, edited otherwise. */
  | { readonly kind: 'asked'; readonly what: Asked; readonly isEdited: boolean }
  | { readonly kind: 'askFailed'; readonly what: Asked; readonly error: WireError }
  | { readonly kind: 'askDropped'; readonly what: Asked }
  | { readonly kind: 'opening'; readonly event: RunEvent; readonly atMs: number }
  | { readonly kind: 'device'; readonly device: DeviceReport }
  | { readonly kind: 'dataset'; readonly dataset: DatasetSummary }
  | { readonly kind: 'model'; readonly model: ModelSummary }
  | { readonly kind: 'trainAsked'; readonly recipe: Recipe; readonly atMs: number }
  | { readonly kind: 'run'; readonly event: RunEvent; readonly atMs: number }
  | { readonly kind: 'controlAsked'; readonly action: 'pause' | 'stop' }
  | { readonly kind: 'trained'; readonly result: RunResult }
  /** The finished run ends with the network of another phase. */
  | { readonly kind: 'otherPhaseTaken'; readonly result: RunResult }
  | { readonly kind: 'trainFailed'; readonly error: WireError }
  | { readonly kind: 'trainCancelled'; readonly before: RunState }
  /** Another set was given up before it was open: what was found of the one before holds again. */
  | ({ readonly kind: 'wentBack' } & Pick<StudioState, 'run' | 'notices' | 'edited'>)
  | { readonly kind: 'runCleared' }
  | { readonly kind: 'left'; readonly run: ResumableRun | null };

export function reduce(state: StudioState, event: StudioEvent): StudioState {
  switch (event.kind) {
    case 'ready':
      return { ...state, engine: 'ready', engineError: null, catalog: event.catalog };
    case 'engineFailed':
      return { ...state, engine: 'failed', engineError: event.error };
    case 'recipeSet':
      return {
        ...state,
        recipe: event.recipe,
        preset: event.preset,
        picked: event.picked,
        run: withoutMended(state.run, (place, failed) => isMended(place, failed, event.recipe)),
      };
    case 'linked':
      return { ...state, linked: event.dataset };
    case 'datasetAwaited':
      return { ...state, dataset: { status: 'none', value: null, error: null }, opening: null, notices: [] };
    case 'wentBack': {
      const { run, notices, edited } = event;
      return { ...state, run, notices, edited, opening: null };
    }
    case 'linkFailed':
      return { ...state, linkError: event.error };
    case 'left':
      return { ...state, left: event.run };
    case 'backendAsked':
      return {
        ...state,
        backendChoice: event.choice,
        run: withoutMended(state.run, (place) => place === 'bar'),
      };
    case 'asked':
    case 'askFailed':
    case 'askDropped':
      return reduceAsk(state, event);
    case 'opening':
      return reduceOpening(withNotice(state, event.event), event.event, event.atMs);
    case 'device':
      return { ...state, device: ready(event.device) };
    case 'dataset':
      return { ...state, dataset: ready(event.dataset), opening: null };
    case 'model':
      return { ...state, model: ready(event.model) };
    default:
      return isKept(event) ? reduceKept(state, event) : reduceTraining(state, event);
  }
}

type TrainingEvent = Extract<
  StudioEvent,
  {
    kind:
      | 'trainAsked'
      | 'run'
      | 'controlAsked'
      | 'trained'
      | 'otherPhaseTaken'
      | 'trainFailed'
      | 'trainCancelled'
      | 'runCleared';
  }
>;

function reduceTraining(state: StudioState, event: TrainingEvent): StudioState {
  switch (event.kind) {
    case 'trainAsked':
      return {
        ...state,
        run: { kind: 'preparing', run: newRecord(event.recipe, event.atMs) },
        exportFailure: null,
        linkError: null,
        // A run of the queue may be of another set than the one that waits.
        linked: isSame(event.recipe.dataset, state.linked) ? null : state.linked,
      };
    case 'run':
      return withRun(
        withSummaries(withNotice(state, event.event), event.event),
        reduceRun(state.run, event.event, event.atMs),
      );
    case 'controlAsked':
      return { ...state, run: afterControl(state.run, event.action) };
    case 'trained':
      return finish(state, event.result);
    case 'otherPhaseTaken':
      return afterOtherPhase(state, event.result);
    case 'trainFailed': {
      const run = activeRecord(state.run);
      return run === null ? state : { ...state, run: { kind: 'failed', run, error: event.error } };
    }
    case 'trainCancelled':
      return { ...state, run: event.before };
    case 'runCleared':
      return { ...state, run: { kind: 'idle' } };
    default:
      return event satisfies never;
  }
}

function withRun(state: StudioState, run: RunState): StudioState {
  return run === state.run ? state : { ...state, run };
}

function reduceOpening(state: StudioState, event: RunEvent, atMs: number): StudioState {
  if (event.kind !== 'progress') return state;
  const opening = progressAfter(state.opening, event, atMs);
  return opening === state.opening ? state : { ...state, opening };
}

function withNotice(state: StudioState, event: RunEvent): StudioState {
  if (event.kind !== 'notice' || event.of !== 'set') return state;
  const others = state.notices.filter(({ message }) => message !== event.notice.message);
  return { ...state, notices: [...others, event.notice] };
}

/** A run says on its own which set, network and device it took; the page shows those. */
function withSummaries(state: StudioState, event: RunEvent): StudioState {
  switch (event.kind) {
    case 'device':
      return { ...state, device: ready(event.device) };
    case 'dataset':
      return { ...state, dataset: ready(event.dataset) };
    case 'model':
      return { ...state, model: ready(event.model) };
    default:
      return state;
  }
}

/** The page says at once that it heard; the engine confirms. */
function afterControl(run: RunState, action: 'pause' | 'stop'): RunState {
  if (!isActive(run) || run.kind === 'stopping') return run;
  return { kind: action === 'pause' ? 'pausing' : 'stopping', run: run.run };
}

function finish(state: StudioState, result: RunResult): StudioState {
  const run = activeRecord(state.run);
  if (run === null) return state;
  // As its record and every list of runs have it: what the engine was at work, without pauses.
  const seconds = secondsOf(result);
  const { test, kept } = result;
  const finished = { ...run, progress: null, live: null, test: test ?? run.test, kept };
  return { ...state, run: { kind: 'finished', run: finished, result, seconds, keptAtMs: null } };
}

/** The run, with another phase's network. */
function afterOtherPhase(state: StudioState, result: RunResult): StudioState {
  const { run } = state;
  const { runId, test, kept } = result;
  if (run.kind !== 'finished' || run.result.runId !== runId) return state;
  return { ...state, run: { ...run, result, run: { ...run.run, test, kept } } };
}

function activeRecord(run: RunState): RunRecord | null {
  return isActive(run) ? run.run : null;
}

function reduceAsk(
  state: StudioState,
  event: Extract<StudioEvent, { kind: 'asked' | 'askFailed' | 'askDropped' }>,
): StudioState {
  const opening = event.what === 'dataset' ? null : state.opening;
  switch (event.what) {
    case 'device':
      return { ...state, device: loadableAfter(state.device, event) };
    case 'dataset': {
      const after = loadableAfter(state.dataset, event);
      // The engine keeps the set that was open before one that cannot be opened.
      const dataset = event.kind === 'askFailed' ? { ...after, value: state.dataset.value } : after;
      // What was said of the set, and of its edits, holds for it however it is edited.
      if (event.kind !== 'asked' || event.isEdited) return { ...state, opening, dataset };
      return { ...state, opening, dataset, notices: [], edited: noEdit };
    }
    case 'model':
      return { ...state, model: loadableAfter(state.model, event) };
    default:
      return event.what satisfies never;
  }
}

function loadableAfter<Value>(
  before: Loadable<Value>,
  event: Extract<StudioEvent, { kind: 'asked' | 'askFailed' | 'askDropped' }>,
): Loadable<Value> {
  switch (event.kind) {
    case 'asked':
      return { status: 'loading', value: before.value, error: null };
    case 'askFailed':
      return { status: 'failed', value: null, error: event.error };
    case 'askDropped':
      return { ...before, status: before.value === null ? 'cancelled' : 'ready' };
    default:
      return event satisfies never;
  }
}

function ready<Value>(value: Value): Loadable<Value> {
  return { status: 'ready', value, error: null };
}
