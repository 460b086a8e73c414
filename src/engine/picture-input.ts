/** Pictures of the opened set as the network's input: augmented, then preprocessed. */
import * as tf from '@tensorflow/tfjs';
import { applyViews } from '../data/augmentations/apply-views.ts';
import { planViews } from '../data/augmentations/plan-views.ts';
import type { PictureStore } from '../data/dataset.ts';
import type { Preprocessing } from '../models/backbones/backbone.ts';
import type { Recipe } from '../protocol/recipe.ts';
import type { FeatureSource, View } from '../training/features.ts';

/** See the header. */
export class PictureInput implements FeatureSource {
  constructor(
    readonly pictures: PictureStore,
    readonly preprocessing: Preprocessing,
    readonly recipe: Recipe,
  ) {}

  /** `[rows.length, size, size, 3]`, preprocessed; the caller disposes it. */
  async batch(rows: ArrayLike<number>, view: View, signal: AbortSignal): Promise<tf.Tensor> {
    const { size } = this.pictures;
    const bytes = await this.pictures.read(rows, signal);
    const values = view.kind === 'plain' ? bytes : this.#augment(bytes, rows, view.index);
    return tf.tensor(preprocess(values, this.preprocessing), [rows.length, size, size, 3], 'float32');
  }

  #augment(bytes: Uint8Array, rows: ArrayLike<number>, view: number): Float32Array {
    const { size } = this.pictures;
    const { augmentation, seed } = this.recipe;
    return applyViews(planViews(augmentation, { seed, rows, view, size }), bytes, size);
  }
}

/**
 * Applies a network's preprocessing to RGB values of 0 to 255.
 *
 * @returns as many values, channels in the network's order
 */
export function preprocess(pixels: ArrayLike<number>, { order, scale, offset }: Preprocessing): Float32Array {
  const out = new Float32Array(pixels.length);
  for (let channel = 0; channel < 3; channel++) {
    const from = order[channel] ?? channel;
    const factor = scale[channel] ?? 1;
    const shift = offset[channel] ?? 0;
    for (let pixel = 0; pixel < pixels.length; pixel += 3) {
      out[pixel + channel] = (pixels[pixel + from] ?? 0) * factor + shift;
    }
  }
  return out;
}
