/**
 * What the frozen prefix computed, kept by (picture, view): computed once, read in every epoch. A cache that is full
 * costs speed, never the run: what it does not hold is computed again.
 */
import type * as tf from '@tensorflow/tfjs';
import { StudioError } from '../../protocol/errors.ts';
import { notKept, type Placed, type Tiers } from './tiers.ts';

/** The view without augmentation, in which pictures of validation and test are looked at. */
export const PLAIN_VIEW = 'plain';

export interface CacheForm {
  /** Of one picture's activations. */
  readonly shape: readonly number[];
  /** Pictures of the plain view, and of each augmented one. */
  readonly pictures: { readonly plain: number; readonly augmented: number };
  /** Views that may be kept, so that other caches have room too. */
  readonly views: number;
  /** Whether reading from storage is worth it. */
  readonly mayStore: boolean;
}

/** Activations of one waist by view and row; rows are picture numbers. Clear it when it is no longer wanted. */
export class ActivationCache {
  /** Null for views that there is no room for. */
  readonly #views = new Map<string, Promise<Placed | null>>();
  readonly #placed = new Map<string, Placed>();
  /** Why something is computed again; null while everything is kept. */
  notKept: StudioError | null = null;

  #form: CacheForm;

  constructor(
    form: CacheForm,
    readonly tiers: Tiers,
  ) {
    this.#form = form;
  }

  /** Begins another run on the same pictures: what is held stays, what had no room is tried again. */
  begin(form: CacheForm): void {
    this.#form = form;
    this.notKept = null;
    for (const view of this.#views.keys()) if (!this.#placed.has(view)) this.#views.delete(view);
  }

  /** Those of `rows` that are not held for `view`. */
  missing(view: string, rows: ArrayLike<number>): number[] {
    const placed = this.#placed.get(view);
    return Array.from(rows).filter((row) => placed?.slab.has(row) !== true);
  }

  /** Keeps a copy of the activations of `rows`; false when there is no room for the view. */
  async store(view: string, rows: ArrayLike<number>, values: tf.Tensor): Promise<boolean> {
    const placing = this.#views.get(view) ?? this.#place(view);
    this.#views.set(view, placing);
    const placed = await placing;
    if (placed === null || !this.#placed.has(view)) return false;
    try {
      await placed.slab.store(rows, values);
      return true;
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
      this.#drop(view);
      this.#views.set(view, Promise.resolve(null));
      this.notKept ??= notKept(this.#form, error);
      return false;
    }
  }

  /** The activations of `rows`, `[rows.length, ...]`, owned by the caller; null when not all are held. */
  async gather(view: string, rows: ArrayLike<number>): Promise<tf.Tensor | null> {
    const placed = this.#placed.get(view);
    if (placed === undefined || this.missing(view, rows).length > 0) return null;
    try {
      return await placed.slab.gather(rows);
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
      return null;
    }
  }

  clear(): void {
    for (const view of [...this.#placed.keys()]) this.#drop(view);
    this.#views.clear();
    this.notKept = null;
  }

  async #place(view: string): Promise<Placed | null> {
    const { shape, pictures, views, mayStore } = this.#form;
    const count = view === PLAIN_VIEW ? pictures.plain : pictures.augmented;
    const placed =
      this.#placed.size < views ? await this.tiers.place({ shape, pictures: count }, mayStore) : null;
    if (placed === null) this.notKept ??= notKept(this.#form);
    else this.#placed.set(view, placed);
    return placed;
  }

  #drop(view: string): void {
    const placed = this.#placed.get(view);
    this.#placed.delete(view);
    placed?.slab.dispose();
    placed?.giveBack();
  }
}
