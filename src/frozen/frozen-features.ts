/**
 * What an epoch asks for: the values at a cut output, for any pictures and view. From the cache where it holds them, else
 * computed by the frozen part from what comes before, and kept.
 */
import * as tf from '@tensorflow/tfjs';
import type { Parameters } from '../models/program/parameters.ts';
import { inferencePass } from '../models/program/pass.ts';
import type { Program } from '../models/program/program.ts';
import type { StudioError } from '../protocol/errors.ts';
import type { CachePrecision } from '../protocol/recipe/recipe.ts';
import { PLAIN_VIEW, type ActivationCache } from './activation-cache.ts';
import type { Notices } from './notices.ts';
import { rounded } from './precision.ts';

/** One view of the pictures; `plain` is without augmentation, as validation and test use it. */
export type View =
  | { readonly kind: 'plain' }
  | { readonly kind: 'augmented'; readonly index: number; readonly isCached: boolean };

export const PLAIN: View = { kind: 'plain' };

/** Gives values of pictures as tensors. */
export interface FeatureSource {
  /** `[rows.length, ...shape]`; the caller disposes it. */
  batch(rows: ArrayLike<number>, view: View, signal: AbortSignal): Promise<tf.Tensor>;
}

export interface FrozenFeaturesOptions {
  readonly program: Program;
  readonly parameters: Parameters;
  /** What the section starts from. */
  readonly from: FeatureSource;
  /** What the values are rounded to, kept or not. */
  readonly precision: CachePrecision;
  /** Null where the values themselves are not kept. */
  readonly cache: ActivationCache | null;
  /** Whether the cache belongs to these features, and ends with them. */
  readonly ownsCache: boolean;
  /** The features that are kept in their place, at an earlier cut; null for none. */
  readonly earlier: FrozenFeatures | null;
  readonly notices: Notices;
}

/** Owns its section’s program. */
export class FrozenFeatures implements FeatureSource {
  constructor(readonly options: FrozenFeaturesOptions) {}

  /** What must be said of what is not kept, since the last call. */
  newNotices(): readonly StudioError[] {
    return this.options.notices.take();
  }

  async batch(rows: ArrayLike<number>, view: View, signal: AbortSignal): Promise<tf.Tensor> {
    const { cache } = this.options;
    const key = keyOf(view);
    if (key === null || cache === null) return this.#compute(rows, view, signal);
    const held = await cache.gather(key, rows);
    if (held !== null) return held;
    const values = await this.#compute(rows, view, signal);
    try {
      await cache.store(key, rows, values);
      return values;
    } catch (error) {
      values.dispose();
      throw error;
    }
  }

  /** Those of `rows` that are not kept although the view is one that can be. */
  missing(rows: ArrayLike<number>, view: View): number[] {
    const { cache, earlier } = this.options;
    const key = keyOf(view);
    if (cache === null || key === null) return earlier?.missing(rows, view) ?? [];
    return cache.missing(key, rows);
  }

  /** Those of some views, in their order, that are kept, or that there is room for as far as can be foreseen. */
  withRoom(views: readonly View[]): View[] {
    const { cache, earlier } = this.options;
    if (cache === null) return earlier?.withRoom(views) ?? [];
    const kept = cache.withRoom(views.flatMap((view) => keyOf(view) ?? []));
    return views.filter((view) => kept.includes(keyOf(view) ?? ''));
  }

  /** Computes and keeps `rows`; false when there is no room for them. */
  async keep(rows: readonly number[], view: View, signal: AbortSignal): Promise<boolean> {
    const { earlier } = this.options;
    if (earlier !== null) return earlier.keep(rows, view, signal);
    const values = await this.batch(rows, view, signal);
    values.dispose();
    return this.missing(rows, view).length === 0;
  }

  /** Frees the program, and the cache where it is its own. */
  dispose(): void {
    if (this.options.ownsCache) this.options.cache?.clear();
    this.options.program.dispose();
  }

  async #compute(rows: ArrayLike<number>, view: View, signal: AbortSignal): Promise<tf.Tensor> {
    const { from, program, parameters, precision } = this.options;
    const x = await from.batch(rows, view, signal);
    let y: tf.Tensor | null = null;
    try {
      y = tf.tidy(() => rounded(program.forward(x, inferencePass(parameters)), precision));
      return y;
    } finally {
      // Nothing to compute leaves what came.
      if (y !== x) x.dispose();
    }
  }
}

/** Under which name the cache keeps a view; null for one that is never cached. */
function keyOf(view: View): string | null {
  if (view.kind === 'plain') return PLAIN_VIEW;
  return view.isCached ? view.index.toString() : null;
}
