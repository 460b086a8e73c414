/** Pictures of the opened set as the network's input: augmented, then preprocessed; on WebGPU and wasm by one kernel. */
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
    if (hasKernel()) return this.#byKernel(bytes, plan ?? plainPlan(rows.length));
    const values = plan === null ? bytes : applyViews(plan, bytes, size);
    return tf.tensor(preprocess(values, this.preprocessing), [rows.length, size, size, 3], 'float32');
  }

  #plan(rows: ArrayLike<number>, view: number): ViewPlan {
    const { augmentation, seed } = this.recipe;
    return planViews(augmentation, { seed, rows, view, size: this.pictures.size });
  }

  /** The pictures go to the device as bytes, and the kernel does the rest. */
  #byKernel(bytes: Uint8Array<ArrayBuffer>, { count, transforms, contrast, patches }: ViewPlan): tf.Tensor {
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
          pictures: tf.tensor1d(wordsOf(bytes), 'int32'),
          transforms: tf.tensor1d(transforms),
          contrast: tf.tensor1d(contrast),
          patches: tf.tensor1d(patches),
        },
        attrs as unknown as tf.NamedAttrMap,
      ),
    );
  }
}

/** Whether this backend makes views itself; the others have the host make them. */
function hasKernel(): boolean {
  return (tf.getKernel('MienViews', tf.getBackend()) as tf.KernelConfig | undefined) !== undefined;
}

/** Four bytes to a word, copied only where the last is not full. */
function wordsOf(bytes: Uint8Array<ArrayBuffer>): Int32Array {
  const count = Math.ceil(bytes.length / 4);
  if (bytes.length === count * 4 && bytes.byteOffset % 4 === 0) {
    return new Int32Array(bytes.buffer, bytes.byteOffset, count);
  }
  const words = new Int32Array(count);
  new Uint8Array(words.buffer).set(bytes);
  return words;
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
