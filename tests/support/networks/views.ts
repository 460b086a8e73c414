/** Views as wasm's kernel makes them. */
import * as tf from '@tensorflow/tfjs';
import type { ViewPlan } from '../../../src/data/augmentations/plan-views.ts';
import type { Preprocessing } from '../../../src/models/backbones/backbone.ts';

/** @param bytes RGB, `[count, size, size, 3]` */
export function viewsByKernel(
  { count, transforms, contrast, patches }: ViewPlan,
  bytes: Uint8Array,
  size: number,
  preprocessing: Preprocessing,
): Float32Array {
  const words = new Int32Array(Math.ceil(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes);
  const attrs = { count, size, changesContrast: contrast.some((factor) => factor !== 1), preprocessing };
  return tf.tidy(() => {
    const inputs = {
      pictures: tf.tensor1d(words, 'int32'),
      ...{ transforms: tf.tensor1d(transforms), contrast: tf.tensor1d(contrast) },
      patches: tf.tensor1d(patches),
    };
    return tf
      .engine()
      .runKernel<tf.Tensor>('MienViews', inputs, attrs as unknown as tf.NamedAttrMap)
      .dataSync<'float32'>()
      .slice();
  });
}

/** What distinguishes numbers that print alike. */
export function bitsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
