/**
 * The values at a waist, or at a ledge before it, for any pictures and view: from the cache where it holds them, else
 * computed by the frozen prefix from what comes before and kept.
 */
import * as tf from '@tensorflow/tfjs';
import type { Parameters } from '../models/program/parameters.ts';
import type { Program } from '../models/program/program.ts';
import type { StudioError } from '../protocol/errors.ts';
import { PLAIN_VIEW, type ActivationCache } from './cache/activation-cache.ts';
import { inferencePass } from './pass.ts';

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

export type FeaturesOptions = {
  readonly prefix: Program;
  readonly parameters: Parameters;
  /** Whether the cache belongs to these features, and ends with them. */
  readonly ownsCache: boolean;
} & (
  | {
      /** What the prefix starts from. */
      readonly from: FeatureSource;
      readonly cache: ActivationCache;
    }
  /** Nothing is kept here, but at a ledge before. */
  | { readonly from: Features; readonly cache: null }
);

/** Owns its prefix program. */
export class Features implements FeatureSource {
  constructor(readonly options: FeaturesOptions) {}

  /** Why something is computed again in each epoch; null while everything is kept. */
  get notKept(): StudioError | null {
    const { cache, from } = this.options;
    return cache === null ? from.notKept : cache.notKept;
  }

  async batch(rows: ArrayLike<number>, view: View, signal: AbortSignal): Promise<tf.Tensor> {
    const { cache } = this.options;
    const key = keyOf(view);
    if (key === null || cache === null) return this.#compute(rows, view, signal);
    const held = await cache.gather(key, rows);
    if (held !== null) return held;
    const values = await this.#compute(rows, view, signal);
    await cache.store(key, rows, values);
    return values;
  }

  /** Those of `rows` that are not kept although the view is one that can be. */
  missing(rows: ArrayLike<number>, view: View): number[] {
    const { cache, from } = this.options;
    if (cache === null) return from.missing(rows, view);
    const key = keyOf(view);
    return key === null ? [] : cache.missing(key, rows);
  }

  /** Computes and keeps `rows`; false when there is no room for them. */
  async keep(rows: readonly number[], view: View, signal: AbortSignal): Promise<boolean> {
    const { cache, from } = this.options;
    if (cache === null) return from.keep(rows, view, signal);
    const values = await this.batch(rows, view, signal);
    values.dispose();
    return this.missing(rows, view).length === 0;
  }

  /** Frees the prefix, and the cache where it is its own. */
  dispose(): void {
    if (this.options.ownsCache) this.options.cache?.clear();
    this.options.prefix.dispose();
  }

  async #compute(rows: ArrayLike<number>, view: View, signal: AbortSignal): Promise<tf.Tensor> {
    const { from, prefix, parameters } = this.options;
    const x = await from.batch(rows, view, signal);
    const y = tf.tidy(() => prefix.forward(x, inferencePass(parameters)));
    if (y !== x) x.dispose();
    return y;
  }
}

/** Under which name the cache keeps a view; null for one that is never cached. */
function keyOf(view: View): string | null {
  if (view.kind === 'plain') return PLAIN_VIEW;
  return view.isCached ? view.index.toString() : null;
}
