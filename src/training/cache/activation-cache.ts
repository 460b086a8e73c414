/**
 * What the frozen prefix computed, kept by (picture, view): computed once, read in every epoch. A cache that is full
 * costs speed, never the run: what it does not hold is computed again.
 */
import type * as tf from '@tensorflow/tfjs';
import { StudioError } from '../../protocol/errors.ts';
import type { SlabShape } from './slab.ts';
import { notKept, type Placed, type Tiers } from './tiers.ts';

/** Activations of one waist by view and row; rows are picture numbers. Clear it when it is no longer wanted. */
export class ActivationCache {
  /** Null for views that there is no room for. */
  readonly #views = new Map<string, Placed | null>();
  /** Why something is computed again; null while everything is kept. */
  notKept: StudioError | null = null;

  constructor(
    readonly form: SlabShape,
    readonly tiers: Tiers,
  ) {}

  /** Those of `rows` that are not held for `view`. */
  missing(view: string, rows: ArrayLike<number>): number[] {
    const placed = this.#views.get(view);
    return Array.from(rows).filter((row) => placed?.slab.has(row) !== true);
  }

  /** Keeps a copy of the activations of `rows`; false when there is no room for the view. */
  async store(view: string, rows: ArrayLike<number>, values: tf.Tensor): Promise<boolean> {
    let placed = this.#views.get(view);
    if (placed === undefined) {
      placed = await this.tiers.place(this.form);
      this.#views.set(view, placed);
      if (placed === null) this.notKept ??= notKept(this.form);
    }
    if (placed === null) return false;
    try {
      await placed.slab.store(rows, values);
      return true;
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
      this.#drop(placed);
      this.#views.set(view, null);
      this.notKept ??= notKept(this.form, error);
      return false;
    }
  }

  /** The activations of `rows`, `[rows.length, ...]`, owned by the caller; null when not all are held. */
  async gather(view: string, rows: ArrayLike<number>): Promise<tf.Tensor | null> {
    const placed = this.#views.get(view) ?? null;
    if (placed === null || this.missing(view, rows).length > 0) return null;
    try {
      return await placed.slab.gather(rows);
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
      return null;
    }
  }

  clear(): void {
    for (const placed of this.#views.values()) if (placed !== null) this.#drop(placed);
    this.#views.clear();
    this.notKept = null;
  }

  #drop({ slab, giveBack }: Placed): void {
    slab.dispose();
    giveBack();
  }
}
