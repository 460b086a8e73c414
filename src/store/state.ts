/** What the page knows: one state, replaced by {@link reduce} with each event. Plain data, no tensors. */
import type { Catalog } from '../protocol/catalog.ts';
import type { DatasetSummary } from '../protocol/set/dataset.ts';
import type { BackendChoice, DeviceReport } from '../protocol/device.ts';
import type { WireError } from '../protocol/errors.ts';
import type {
  EpochRecord,
  Evaluation,
  KeptPhase,
  ResumableRun,
  RunEvent,
  RunResult,
} from '../protocol/events.ts';
import type { KeptRoom, KeptRun } from '../protocol/runs/kept.ts';
import type { QueuedStudy } from '../protocol/runs/queue.ts';
import type { ModelSummary } from '../protocol/model.ts';
import type { PhaseName, Recipe } from '../protocol/recipe/recipe.ts';

type ProgressEvent = Extract<RunEvent, { kind: 'progress' }>;

/** A stage under way, with what its speed is measured from. Times in ms of `performance.now()`. */
export interface StageProgress extends Omit<ProgressEvent, 'kind'> {
  readonly startedAtMs: number;
  /** `done` when the stage was first heard of. */
  readonly doneAtStart: number;
  readonly atMs: number;
}

/** How a phase ended. */
export interface PhaseEnd {
  readonly stoppedEarly: boolean;
  /** The epoch whose weights it kept, from 1. */
  readonly keptEpoch: number;
  /** On validation; null where there are no validation pictures. */
  readonly evaluation: Evaluation | null;
}

/** A phase that has begun. */
export interface PhaseRecord {
  readonly phaseIndex: number;
  readonly phase: PhaseName;
  /** As planned; early stopping may end it sooner. */
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly trainableParameters: number;
  /** Best epoch so far, from 1; null before the first has ended, and where there are no validation pictures. */
  readonly bestEpoch: number | null;
  readonly end: PhaseEnd | null;
}

/** The step that training is at. */
export type LiveStep = Omit<Extract<RunEvent, { kind: 'step' }>, 'kind'>;

/** What a run has said so far. */
export interface RunRecord {
  readonly recipe: Recipe;
  /** The set as it is trained on, whatever is edited afterwards; null until it is open. */
  readonly dataset: DatasetSummary | null;
  /** Moved on by each pause, so that what is measured from it leaves pauses out. */
  readonly startedAtMs: number;
  /** When the pause under way began; null while there is none. */
  readonly pausedAtMs: number | null;
  /** Null while steps are taken. */
  readonly progress: StageProgress | null;
  readonly phases: readonly PhaseRecord[];
  readonly history: readonly EpochRecord[];
  readonly live: LiveStep | null;
  readonly test: Evaluation | null;
  /** Whose network it ends with, where that is not the last phase's as far as the run has come. */
  readonly kept: KeptPhase | null;
  /** Why the device went away, until training goes on. */
  readonly lost: string | null;
  /** What must be known of it though it goes on; one of each message. */
  readonly notices: readonly WireError[];
}

/** Where the run is. */
export type RunState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'preparing' | 'running' | 'pausing' | 'paused' | 'stopping'; readonly run: RunRecord }
  | {
      readonly kind: 'finished';
      readonly run: RunRecord;
      readonly result: RunResult;
      readonly seconds: number;
      /** When it ended, of one that was opened again; null of one that has just ended. In ms since 1970. */
      readonly keptAtMs: number | null;
    }
  | { readonly kind: 'failed'; readonly run: RunRecord; readonly error: WireError };

/** Something asked of the engine: the last answer stays while a new one is on its way. */
export interface Loadable<Value> {
  readonly status: 'none' | 'loading' | 'ready' | 'failed' | 'cancelled';
  readonly value: Value | null;
  readonly error: WireError | null;
}

/** What came of a change: said in a sentence, or why it was not made. */
export interface Edited {
  readonly said: string;
  readonly error: WireError | null;
}

/** Before the first change of a set. */
export const noEdit: Edited = { said: '', error: null };

/** The queue as the page works on it. */
export interface QueueState {
  readonly studies: readonly QueuedStudy[];
  readonly doing: 'nothing' | 'running' | 'stopping';
  /** The run at hand: its study, and its name in it, null while chosen runs are asked about test pictures. */
  readonly current: { readonly id: string; readonly name: string | null } | null;
  /** Why it does not go on, or cannot be stored. */
  readonly failure: WireError | null;
}

export interface StudioState {
  readonly engine: 'starting' | 'ready' | 'failed';
  readonly engineError: WireError | null;
  readonly catalog: Catalog | null;
  readonly backendChoice: BackendChoice;
  readonly device: Loadable<DeviceReport>;
  /** Null until the catalog has come. */
  readonly recipe: Recipe | null;
  /** Name of the preset that the recipe started from. */
  readonly preset: string | null;
  /** A set on a server that a link names: nothing of it is fetched before the user agrees. */
  readonly linked: Recipe['dataset'] | null;
  /** Whether files were picked on this page, for the recipe's set and for its weights. */
  readonly picked: { readonly pictures: boolean; readonly weights: boolean };
  /** Why the recipe of the page's address was not taken. */
  readonly linkError: WireError | null;
  readonly dataset: Loadable<DatasetSummary>;
  /** What opening the set is doing. */
  readonly opening: StageProgress | null;
  /** What must be known of the set that is open or being opened, though work goes on; one of each message. */
  readonly notices: readonly WireError[];
  /** What came of the last change of the open set. */
  readonly edited: Edited;
  readonly model: Loadable<ModelSummary>;
  readonly run: RunState;
  /** The latest run that was left before its end; null where there is none. */
  readonly left: ResumableRun | null;
  /** All runs that are kept, the latest first, also of earlier sessions. */
  readonly kept: readonly KeptRun[];
  /** What they take. */
  readonly room: KeptRoom;
  /** What came of the last change of one of them, or of opening one, where it failed. */
  readonly keptFailure: WireError | null;
  readonly queue: QueueState;
  /** What is on this machine and cannot be read by this version. */
  readonly unreadable: readonly WireError[];
  /** What is being written: a format, and the run whose network it is. */
  readonly exporting: { readonly format: string; readonly runId: string } | null;
  readonly exportFailure: { readonly runId: string; readonly error: WireError } | null;
}

const nothing = { status: 'none', value: null, error: null } as const;

/** The state before anything is known. */
export function initialState(backendChoice: BackendChoice): StudioState {
  return {
    engine: 'starting',
    engineError: null,
    catalog: null,
    backendChoice,
    device: nothing,
    recipe: null,
    preset: null,
    linked: null,
    picked: { pictures: false, weights: false },
    linkError: null,
    dataset: nothing,
    opening: null,
    notices: [],
    edited: noEdit,
    model: nothing,
    run: { kind: 'idle' },
    left: null,
    kept: [],
    room: { takenBytes: 0, frozenBytes: 0, freeBytes: null },
    keptFailure: null,
    queue: { studies: [], doing: 'nothing', current: null, failure: null },
    unreadable: [],
    exporting: null,
    exportFailure: null,
  };
}

/** The run's record, or null when there is none. */
export function recordOf(run: RunState): RunRecord | null {
  return run.kind === 'idle' ? null : run.run;
}

/** A run that is under way. */
export type ActiveRun = Extract<
  RunState,
  { kind: 'preparing' | 'running' | 'pausing' | 'paused' | 'stopping' }
>;

/** Whether a run is under way, so that its recipe is fixed. */
export function isActive(run: RunState): run is ActiveRun {
  return run.kind !== 'idle' && !isOver(run.kind);
}

/** Whether a run has come to an end. */
export function isOver(kind: RunState['kind']): boolean {
  return kind === 'finished' || kind === 'failed';
}
