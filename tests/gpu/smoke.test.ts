/** tfjs' WebGPU backend runs on Dawn, the implementation that Chrome has, and computes what the cpu backend does. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { beforeAll, describe, expect, it } from 'vitest';

/** A product and its gradient, computed on one backend. */
async function matMulOn(backend: string): Promise<{ product: Float32Array; gradient: Float32Array }> {
  expect(await tf.setBackend(backend)).toBe(true);
  const a = tf.tensor2d(
    Array.from({ length: 33 * 17 }, (_, i) => Math.sin(i)),
    [33, 17],
  );
  const b = tf.tensor2d(
    Array.from({ length: 17 * 65 }, (_, i) => Math.cos(i)),
    [17, 65],
  );
  const product = tf.matMul(a, b);
  const gradient = tf.grad((x: tf.Tensor) => tf.matMul(x.as2D(33, 17), b).square().mean())(a);
  const result = {
    product: (await product.data()) as Float32Array,
    gradient: (await gradient.data()) as Float32Array,
  };
  tf.dispose([a, b, product, gradient]);
  return result;
}

describe('tfjs WebGPU on Dawn', () => {
  beforeAll(async () => {
    const adapter = await navigator.gpu.requestAdapter();
    expect(adapter, 'a WebGPU adapter').not.toBeNull();
  });

  it('multiplies matrices and differentiates as the cpu backend does', async () => {
    const expected = await matMulOn('cpu');
    const actual = await matMulOn('webgpu');
    expect(tf.getBackend()).toBe('webgpu');
    for (const key of ['product', 'gradient'] as const) {
      actual[key].forEach((value, i) => expect(value).toBeCloseTo(expected[key][i]!, 4));
    }
  });
});
