/** What a run says while it goes on, and what it leaves. */
import type { Sureness } from '../lib/figures/sureness.ts';
import type { CleaningReport, DatasetSummary, SplitName } from './set/dataset.ts';
import type { DeviceReport, GpuKernels } from './device.ts';
import type { WireError } from './errors.ts';
import type { ModelSummary, WeightsRecord } from './model.ts';
import type { FullRecipe } from './recipe/full-recipe.ts';
import type { CachePrecision, PhaseName, Simd } from './recipe/recipe.ts';

/** One finished epoch; the lines of `history.json`. Accuracies are 0 to 1. */
export interface EpochRecord {
  readonly phase: PhaseName;
  /** Index of the phase in the recipe, from 0. */
  readonly phaseIndex: number;
  /** From 1 in each phase. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  /** Null, as is the accuracy, where the split keeps no validation pictures. */
  readonly valLoss: number | null;
  readonly valAccuracy: number | null;
  readonly learningRate: number;
  readonly seconds: number;
}

/** Precision, recall and F1 of one class, 0 to 1; `support` in pictures. */
export interface ClassReport {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

/** How the network does on one split. */
export interface Evaluation {
  readonly split: SplitName;
  readonly loss: number;
  /** Top-1, 0 to 1. */
  readonly accuracy: number;
  readonly macroF1: number;
  /** 95 % Wilson interval of the accuracy. */
  readonly interval: readonly [number, number];
  readonly labels: readonly string[];
  /** Counts, rows true, columns predicted. */
  readonly confusionMatrix: readonly (readonly number[])[];
  readonly perClass: readonly ClassReport[];
  /** Row number of each picture, in split order. */
  readonly rows: Uint32Array;
  /** Index of the true class of each picture, as the set had it then. */
  readonly truths: Uint32Array;
  /** `[rows, classes]`, row-major. */
  readonly probabilities: Float32Array;
}

/** The stages before training and between phases. */
export type Stage = 'dataset' | 'weights' | 'device' | 'pictures' | 'cache' | 'evaluation' | 'upload';

export type RunEvent =
  | {
      readonly kind: 'progress';
      readonly stage: Stage;
      /** What is being done, as the page says it, for example `Computing the frozen part`. */
      readonly label: string;
      readonly done: number;
      /** Null while unknown. */
      readonly total: number | null;
      readonly unit: 'bytes' | 'pictures' | 'views' | 'steps';
      /** What goes on beside it, such as a wait; empty or absent for nothing. */
      readonly note?: string;
    }
  /** What must be known of the set or of the run though work goes on. One that is said again takes the place of the earlier. */
  | { readonly kind: 'notice'; readonly of: 'set' | 'run'; readonly notice: WireError }
  | {
      readonly kind: 'device';
      readonly device: DeviceReport;
      /** Which SIMD it computes with; null on others than wasm. */
      readonly simd: Simd | null;
    }
  | { readonly kind: 'dataset'; readonly dataset: DatasetSummary }
  | { readonly kind: 'model'; readonly model: ModelSummary }
  | {
      readonly kind: 'phase';
      readonly phaseIndex: number;
      readonly phase: PhaseName;
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      readonly trainableParameters: number;
      /** Best epoch so far, from 1, of a phase that goes on from a checkpoint. */
      readonly bestEpoch?: number;
    }
  | {
      readonly kind: 'step';
      readonly phaseIndex: number;
      readonly epoch: number;
      /** Steps done in this epoch, from 1. */
      readonly step: number;
      readonly steps: number;
      /** Mean over the epoch so far. */
      readonly loss: number;
      readonly accuracy: number;
      readonly stepMs: number;
    }
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly isBest: boolean }
  | {
      readonly kind: 'phaseEnd';
      readonly phaseIndex: number;
      readonly stoppedEarly: boolean;
      /** Best epoch by what is monitored, from 1; null where there are no validation pictures to tell by. */
      readonly bestEpoch: number | null;
      /** The epoch whose weights are kept, from 1. */
      readonly keptEpoch: number;
      /** On validation, with these weights; null where there are no validation pictures. */
      readonly evaluation: Evaluation | null;
    }
  /** Before the test: the run ends with the network of an earlier phase, which was better on validation. */
  | { readonly kind: 'phaseKept'; readonly phaseIndex: number; readonly keptEpoch: number }
  | { readonly kind: 'test'; readonly evaluation: Evaluation }
  /** Rates that were tried out since the last of these. */
  | {
      readonly kind: 'rates';
      readonly phaseIndex: number;
      readonly points: readonly RatePoint[];
      /** Rates in a whole sweep; one whose loss diverges ends sooner. */
      readonly steps: number;
    }
  | { readonly kind: 'state'; readonly state: 'running' | 'pausing' | 'paused' | 'stopping' }
  | { readonly kind: 'deviceLost'; readonly reason: string }
  /** The run goes on from a checkpoint: what was recorded until then. The phase that goes on says itself anew. */
  | {
      readonly kind: 'resumed';
      readonly history: readonly EpochRecord[];
      readonly ended: readonly EndedPhase[];
    };

/** A phase that is over, by what was said of it. */
export interface EndedPhase {
  readonly start: Extract<RunEvent, { kind: 'phase' }>;
  readonly end: Extract<RunEvent, { kind: 'phaseEnd' }>;
}

/** A run that did not come to its end and can go on from its last checkpoint. */
export interface ResumableRun {
  readonly runId: string;
  /** Of the checkpoint, in ms since 1970. */
  readonly savedAtMs: number;
  readonly recipe: FullRecipe;
  readonly phaseIndex: number;
  readonly phase: PhaseName;
  /** Epochs that are done in that phase. */
  readonly epoch: number;
  /** The one of them whose network is kept when the run is ended now, from 1. */
  readonly keptEpoch: number;
  /** Why it stopped, where going on would end in the same way again; null for one that was broken off. */
  readonly failure: WireError | null;
  /** Names of what was picked on the page and has to be picked again; null where nothing was. */
  readonly picked: { readonly pictures: string | null; readonly weights: string | null };
}

/** Whose network a run ends with: its last phase's, the best one's by the recipe, or one chosen after the test was seen. */
export interface KeptPhase {
  readonly phaseIndex: number;
  readonly why: 'last' | 'best' | 'chosen';
}

/** The network of another phase, which was better on validation (or is the last, where that one was taken). */
export interface OtherPhase {
  readonly phaseIndex: number;
  readonly test: Evaluation | null;
  readonly sureness: Sureness | null;
}

/** What a finished run leaves; its network stays with the engine. */
export interface RunResult {
  readonly runId: string;
  readonly recipe: FullRecipe;
  readonly history: readonly EpochRecord[];
  /** Null when the run was stopped before its first epoch ended. */
  readonly test: Evaluation | null;
  /** On the validation pictures, with the weights that were kept; null where there was no epoch or no such picture, or nobody kept it. */
  readonly sureness: Sureness | null;
  /** Null where there was no epoch, and in runs that an earlier version kept. */
  readonly kept: KeptPhase | null;
  /** What can be taken in its place; null where nothing can. */
  readonly other: OtherPhase | null;
  readonly stopped: boolean;
  readonly device: DeviceReport;
  /**
   * Which kernels computed it, by versions, on wasm by the module's hash, and whether they stored activations as halves: one, or
   * several where another version of Mien or another device went on with it. Absent in runs that an earlier version kept.
   */
  readonly kernels?: readonly string[];
  /** Null on another backend than WebGPU; none in runs that an earlier version kept. */
  readonly gpuKernels?: GpuKernels | null;
  /**
   * What it was computed on, in words (see runs/computed.ts): one, or several where another arithmetic went on with it. Absent
   * in runs that an earlier version kept.
   */
  readonly computedOn?: readonly string[];
  /** What the backbone began with. */
  readonly weights: WeightsRecord;
  /** How precisely the output of the frozen part was taken, wherever it was kept. */
  readonly cachePrecision: CachePrecision;
  /**
   * Which SIMD wasm computed it with: one, or several where it went on with another; none on other devices. Absent in runs
   * that an earlier version kept, which had plain SIMD alone.
   */
  readonly simd?: readonly Simd[];
  /** Of the set that it was trained and tested on; see `DatasetSummary.setHash`. */
  readonly setHash: string;
  readonly cleaning: CleaningReport;
  readonly secondsByStage: Readonly<Record<string, number>>;
  readonly versions: Readonly<Record<string, string>>;
}

/** One step of a sweep. */
export interface RatePoint {
  readonly learningRate: number;
  /** Mean loss of the step's pictures, before it changed the weights. */
  readonly loss: number;
  /** The same as a moving mean over the steps so far. */
  readonly smoothedLoss: number;
}

/** A whole sweep; the content of `learning-rate.json`. */
export interface RateSweep {
  readonly phase: PhaseName;
  /** Index of the phase in the recipe, from 0. */
  readonly phaseIndex: number;
  /** From the lowest rate up, as far as the sweep went. */
  readonly points: readonly RatePoint[];
  /** Null when no rate can be suggested: the loss never fell. */
  readonly suggested: number | null;
}
