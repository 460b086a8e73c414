/**
 * What a store of activations is: one view of the pictures, in one place. There is one way to fail: a store that cannot
 * take or give them throws a `storage/…` error, and the view goes to the next place. That costs speed, never the run.
 */
import type * as tf from '@tensorflow/tfjs';
import { StudioError } from '../../protocol/errors.ts';
import type { RecordForm } from '../precision.ts';

/** What a store is made for. */
export interface StoreForm extends RecordForm {
  /** How many it has room for. */
  readonly pictures: number;
}

/** Keeps records (see `precision.ts`) by picture. Owns its memory; dispose it. */
export interface ActivationStore {
  /** Whether a picture's record is kept. */
  has(row: number): boolean;
  /**
   * Keeps the records of `rows`.
   *
   * @param records `[rows.length, words]`, of which it keeps a copy
   * @throws StudioError `storage/…`
   */
  store(rows: ArrayLike<number>, records: tf.Tensor): Promise<void>;
  /**
   * `[rows.length, words]`, owned by the caller; null when some of it is gone after all.
   *
   * @throws StudioError `storage/…`
   */
  gather(rows: ArrayLike<number>): Promise<tf.Tensor | null>;
  /** Frees everything. */
  dispose(): void;
}

/** Why a place failed; an error of another kind is thrown on. */
export function storageFailure(error: unknown): StudioError {
  if (error instanceof StudioError && error.code.startsWith('storage/')) return error;
  throw error;
}
