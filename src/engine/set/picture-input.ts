/** Pictures of the opened set as the network's input: augmented, then preprocessed; on WebGPU by the GPU. */
import * as tf from '@tensorflow/tfjs';
import { applyViews } from '../../data/augmentations/apply-views.ts';
import { PATCH_NUMBERS, planViews, type ViewPlan } from '../../data/augmentations/plan-views.ts';
import type { PictureStore } from '../../data/dataset.ts';
import type { FeatureSource, View } from '../../frozen/frozen-features.ts';
import type { MienDeviceKernels } from '../../kernels/signatures.ts';
import { preprocess, type Preprocessing } from '../../models/backbones/backbone.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';

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
    const plan = view.kind === 'plain' ? null : this.#plan(rows, view.index);
    if (tf.getBackend() === 'webgpu') return this.#onDevice(bytes, plan ?? plainPlan(rows.length));
    const values = plan === null ? bytes : applyViews(plan, bytes, size);
    return tf.tensor(preprocess(values, this.preprocessing), [rows.length, size, size, 3], 'float32');
  }

  #plan(rows: ArrayLike<number>, view: number): ViewPlan {
    const { augmentation, seed } = this.recipe;
    return planViews(augmentation, { seed, rows, view, size: this.pictures.size });
  }

  /** The pictures go up as bytes; the rest is one program, or two where contrast changes. */
  #onDevice(bytes: Uint8Array, { count, transforms, contrast, patches }: ViewPlan): tf.Tensor {
    const words = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
    words.set(bytes);
    const changesContrast = contrast.some((factor) => factor !== 1);
    const attrs: MienDeviceKernels['MienViews']['attrs'] = {
      count,
      size: this.pictures.size,
      changesContrast,
      preprocessing: this.preprocessing,
    };
    return tf.tidy(() =>
      tf.engine().runKernel<tf.Tensor>(
        'MienViews',
        {
          pictures: tf.tensor1d(new Int32Array(words.buffer), 'int32'),
          transforms: tf.tensor1d(transforms),
          contrast: tf.tensor1d(contrast),
          patches: tf.tensor1d(patches),
        },
        attrs as unknown as tf.NamedAttrMap,
      ),
    );
  }
}

/** Leaves pictures as they are. */
function plainPlan(count: number): ViewPlan {
  const transforms = new Float32Array(count * 8);
  for (let index = 0; index < count; index++) transforms.set([1, 0, 0, 0, 1], index * 8);
  return {
    count,
    transforms,
    contrast: new Float32Array(count).fill(1),
    patches: new Float32Array(count * PATCH_NUMBERS),
    captions: [],
  };
}
