/**
 * What a recording is: all that a backend was asked for in one step, noted while it was computed, so that the same step on
 * other values is one call. Nothing is decided or allocated on the way then: what lies between kernels has its place. A backend
 * may record or not, and steps alone that its own kernels compute from beginning to end.
 */
import * as tf from '@tensorflow/tfjs';

/** A step that was recorded; belongs to whoever asked for it. */
export interface Recording {
  /** Whether it would be computed as it was recorded: as many threads may no longer take part. */
  readonly holds: boolean;
  /** Finds room for it before its first replay; false where there is none in one piece, so that steps are to be computed. */
  hasRoom(): boolean;
  /**
   * The step again.
   *
   * @param given in the order of those that were recorded, of the same shapes
   * @param into where what came out is put, in the order in which it came
   * @param step what stands in for the step's number in a draw's key
   */
  replay(given: readonly tf.TensorInfo[], into: readonly tf.TensorInfo[], step: number): void;
  dispose(): void;
}

/** What there was before a step, and what of it came out. */
export interface Recordable {
  /** All tensors that it may read and that it did not make itself. */
  readonly given: readonly tf.TensorInfo[];
  /** Computes it, and says what came out, in tensors that were made on the way. */
  run(): readonly tf.TensorInfo[];
}

/** Computes the step and notes it; null where it cannot be recorded. */
type Recorder = (backend: unknown, step: Recordable) => Recording | null;

const recorders = new Map<string, Recorder>();

/** Gives a backend recordings. */
export function registerRecorder(backendName: string, recorder: Recorder): void {
  recorders.set(backendName, recorder);
}

/** Whether the backend in use records at all. */
export const hasRecordings = (): boolean => recorders.has(tf.getBackend());

/** Computes a step on the backend in use, which must record, and notes it; null where this one cannot be. */
export const record: (step: Recordable) => Recording | null = (step) =>
  recorders.get(tf.getBackend())?.(tf.backend(), step) ?? null;
