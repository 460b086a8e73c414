/** What a checkpoint holds, and how its tensors come to bytes and back. */
import * as tf from '@tensorflow/tfjs';
import type { Backend, GpuKernels } from '../../protocol/device.ts';
import type { EndedPhase, EpochRecord } from '../../protocol/events.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import { StudioError } from '../../protocol/errors.ts';
import { restoresBest, type Simd } from '../../protocol/recipe/recipe.ts';
import type { PhaseStatus } from '../../training/phase.ts';

/** Names of what was picked on the page; null where nothing was. It has to be picked again to go on. */
export interface PickedNames {
  readonly pictures: string | null;
  readonly weights: string | null;
}

/** A run after an epoch, without its weights: small, so that the runs on a machine can be listed. */
export interface CheckpointHead {
  readonly runId: string;
  readonly savedAtMs: number;
  readonly recipe: FullRecipe;
  readonly picked: PickedNames;
  /**
   * Of the set with its split, and of the backbone's weights: a run goes on with the same alone. Null in a run that an
   * earlier version kept, which did not note its pictures' content.
   */
  readonly setHash: string | null;
  readonly backboneSha256: string | null;
  readonly backend: Backend;
  /** As in `RunResult.simd`. Absent where an earlier version wrote it. */
  readonly simd?: readonly Simd[];
  /** As in `RunResult.kernels`. Absent where an earlier version wrote it. */
  readonly kernels?: readonly string[];
  /** Null on another backend than WebGPU; none where an earlier version kept it. */
  readonly gpuKernels?: GpuKernels | null;
  /** As in `RunResult.computedOn`. Absent where an earlier version wrote it. */
  readonly computedOn?: readonly string[];
  readonly phaseIndex: number;
  readonly status: PhaseStatus;
  /** Of all phases. */
  readonly history: readonly EpochRecord[];
  readonly ended: readonly EndedPhase[];
  readonly secondsByStage: Readonly<Record<string, number>>;
}

/** Epochs that are done in the phase at hand. */
export function epochOf({ history, phaseIndex }: Pick<CheckpointHead, 'history' | 'phaseIndex'>): number {
  return history.filter((record) => record.phaseIndex === phaseIndex).length;
}

/** The one of them whose weights are kept so far, from 1. */
export function keptEpochOf(head: CheckpointHead): number {
  return restoresBest(head.recipe) ? head.status.stopping.bestEpoch : epochOf(head);
}

/** Values of tensors by name. */
export type NamedArrays = Readonly<Record<string, { shape: readonly number[]; values: Float32Array }>>;

export interface Checkpoint {
  readonly head: CheckpointHead;
  /** All weights that this phase or one before it changed. */
  readonly weights: NamedArrays;
  /** The optimizer's slots. */
  readonly slots: NamedArrays;
  /** This phase's weights in the epoch that is kept so far. */
  readonly best: NamedArrays;
  /** Those of the best of the phases before it; none in the first, or where a version before this one kept it. */
  readonly earlier: NamedArrays;
}

/** The same with its tensors still on the device. */
export interface CheckpointTensors {
  readonly head: CheckpointHead;
  readonly weights: ReadonlyMap<string, tf.Tensor>;
  readonly slots: ReadonlyMap<string, tf.Tensor>;
  readonly best: ReadonlyMap<string, tf.Tensor>;
  readonly earlier: ReadonlyMap<string, tf.Tensor>;
}

/** Reads tensors without stalling the device. */
export async function arraysOf(tensors: ReadonlyMap<string, tf.Tensor>): Promise<NamedArrays> {
  const read = [...tensors].map(async ([name, tensor]) => {
    const values = await tensor.data<'float32'>();
    return [name, { shape: tensor.shape, values }] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

/** Puts values on the device; the caller disposes the tensors. */
export function tensorsOf(arrays: NamedArrays): Map<string, tf.Tensor> {
  return new Map(
    Object.entries(arrays).map(([name, { shape, values }]) => [
      name,
      tf.tensor(values, [...shape], 'float32'),
    ]),
  );
}

export function disposeCheckpoint({ weights, slots, best, earlier }: CheckpointTensors): void {
  tf.dispose([weights, slots, best, earlier].flatMap((tensors) => [...tensors.values()]));
}

/**
 * A run goes on with the pictures and the weights that it began with.
 *
 * @throws StudioError `train/other-pictures`, `train/other-weights`
 */
export function checkSame(head: CheckpointHead, setHash: string, backboneSha256: string | null): void {
  if (head.setHash !== null && head.setHash !== setHash) {
    throw new StudioError({
      code: 'train/other-pictures',
      message:
        'The run was to go on with the pictures that it began with; this set has other pictures, other labels or another split.',
      hint: 'Open the set that it began with, or discard it and train from the start.',
    });
  }
  if (head.backboneSha256 !== backboneSha256) {
    throw new StudioError({
      code: 'train/other-weights',
      message:
        'The run was to go on from the weights that it began with; the backbone’s file has changed since.',
      hint: 'Take the file that it began with, or discard it and train from the start.',
    });
  }
}
