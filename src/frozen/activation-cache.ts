/**
 * What the frozen part computed up to one cut, kept by view and picture: computed once, read in every epoch. What has no
 * room, or is lost, is computed again: that costs speed, never the run.
 */
import * as tf from '@tensorflow/tfjs';
import type { CachePrecision } from '../protocol/recipe/recipe.ts';
import { movedOn, notKept, type Tell } from './notices.ts';
import { fromRecords, recordForm, toRecords } from './precision.ts';
import type { Failure, Placed, Places } from './storage/places.ts';
import { storageFailure, type StoreForm } from './storage/storage.ts';

/** The view without augmentation, in which pictures of validation and test are seen. */
export const PLAIN_VIEW = 'plain';

export interface CacheForm {
  /** Of one picture's activations. */
  readonly shape: readonly number[];
  readonly precision: CachePrecision;
  /** Pictures of the plain view, and of each augmented one. */
  readonly pictures: { readonly plain: number; readonly augmented: number };
  /** Views that may be kept, so that other caches have room too. */
  readonly views: number;
  /** Whether reading from disk is worth it. */
  readonly mayUseDisk: boolean;
}

/** Where a view is kept, as far as that is known. */
interface CachedView {
  readonly placing: Promise<Placed | null>;
  /** Null until it has a place, and where there is none. */
  placed: Placed | null;
}

/** Activations of one cut; rows are picture numbers. Clear it when it is no longer wanted. */
export class ActivationCache {
  readonly #views = new Map<string, CachedView>();
  #form: CacheForm;
  #tell: Tell;
  /** Then what is still under way keeps nothing more. */
  #isCleared = false;

  constructor(
    form: CacheForm,
    readonly places: Places,
    tell: Tell,
  ) {
    this.#form = form;
    this.#tell = tell;
  }

  /** Begins another run on the same pictures: what is held stays, what had no room is tried again. */
  begin(form: CacheForm, tell: Tell): void {
    this.#form = form;
    this.#tell = tell;
    this.#isCleared = false;
    for (const [name, { placed }] of this.#views) if (placed === null) this.#views.delete(name);
  }

  /** Those of `rows` that are not held for `view`. */
  missing(view: string, rows: ArrayLike<number>): number[] {
    const placed = this.#views.get(view)?.placed;
    return Array.from(rows).filter((row) => placed?.store.has(row) !== true);
  }

  /** Those of some views, in their order, that have a place, or get one by what the budget leaves. */
  withRoom(views: readonly string[]): string[] {
    let room = this.#form.views - this.#held;
    return views.filter((view) => {
      if (this.#views.get(view)?.placed != null) return true;
      room -= 1;
      return room >= 0;
    });
  }

  /**
   * Keeps a copy of the activations of `rows`.
   *
   * @param values `[rows.length, ...shape]`
   * @returns false when there is no room for the view
   */
  async store(view: string, rows: ArrayLike<number>, values: tf.Tensor): Promise<boolean> {
    if ((await this.#placeOf(view)) === null) return false;
    const records = tf.tidy(() => toRecords(values, this.#form.precision));
    try {
      for (;;) {
        const placed = await this.#placeOf(view);
        if (placed === null) return false;
        try {
          await placed.store.store(rows, records);
        } catch (error) {
          await this.#moveOn(view, placed, error);
          continue;
        }
        // Else it was moved meanwhile, because another's records could not be kept.
        if (this.#views.get(view)?.placed === placed) return true;
      }
    } finally {
      records.dispose();
    }
  }

  /** The activations of `rows`, `[rows.length, ...shape]`, owned by the caller; null when not all are held. */
  async gather(view: string, rows: ArrayLike<number>): Promise<tf.Tensor | null> {
    const placed = this.#views.get(view)?.placed;
    if (placed === undefined || placed === null || this.missing(view, rows).length > 0) return null;
    try {
      const records = await placed.store.gather(rows);
      if (records === null) return null;
      const { shape, precision } = this.#form;
      const values = tf.tidy(() => fromRecords(records, shape, precision));
      records.dispose();
      return values;
    } catch (error) {
      await this.#moveOn(view, placed, error);
      return null;
    }
  }

  /** Frees everything; {@link begin} makes it usable again. */
  clear(): void {
    this.#isCleared = true;
    for (const { placed } of this.#views.values()) placed?.release();
    this.#views.clear();
  }

  #placeOf(view: string): Promise<Placed | null> {
    if (this.#isCleared) return Promise.resolve(null);
    return (this.#views.get(view) ?? this.#begin(view, [])).placing;
  }

  #begin(name: string, failures: readonly Failure[]): CachedView {
    const placing = this.#place(name, failures).then((placed) => {
      if (this.#views.get(name) === view) {
        view.placed = placed;
        return placed;
      }
      // Cleared meanwhile.
      placed?.release();
      return null;
    });
    const view: CachedView = { placing, placed: null };
    this.#views.set(name, view);
    return view;
  }

  async #place(name: string, before: readonly Failure[]): Promise<Placed | null> {
    // The budget has no room for more, and has said so.
    if (this.#held >= this.#form.views) return null;
    const { placed, failures } = await this.places.place(this.#storeForm(name), this.#form.mayUseDisk);
    const gaveOut = [...before, ...failures];
    for (const failure of gaveOut) this.#tell(movedOn(this.#form, failure, placed?.place ?? null));
    if (placed === null && gaveOut.length === 0) this.#tell(notKept(this.#form));
    return placed;
  }

  /** Views that have a place. */
  get #held(): number {
    return [...this.#views.values()].filter(({ placed }) => placed !== null).length;
  }

  #storeForm(name: string): StoreForm {
    const { shape, precision, pictures } = this.#form;
    const count = name === PLAIN_VIEW ? pictures.plain : pictures.augmented;
    return { ...recordForm(shape, precision), pictures: count };
  }

  /** Finds another place for a view that could not be kept or read, unless that was done already. */
  async #moveOn(name: string, placed: Placed, error: unknown): Promise<void> {
    const cause = storageFailure(error);
    if (this.#views.get(name)?.placed !== placed) return;
    this.#views.delete(name);
    await this.#begin(name, [placed.gaveOut(cause)]).placing;
  }
}
