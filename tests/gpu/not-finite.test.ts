/** Values that are no numbers are found on WebGPU, whose shaders need not care for them, as on wasm and cpu. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { firstNotFinite } from '../../src/training/not-finite.ts';
import { useBackend } from '../support/backends.ts';

/** A filter of many values, one of them replaced. */
function filterWith(value: number): tf.Tensor {
  const values = Float32Array.from({ length: 3 * 3 * 40 * 40 }, (_, i) => Math.sin(i));
  values[9876] = value;
  return tf.tensor(values, [3, 3, 40, 40]);
}

describe.each(['cpu', 'wasm', 'webgpu'] as const)('on %s', (backend) => {
  it.each([NaN, Infinity, -Infinity])('a single %d among many values is found', async (value) => {
    await useBackend(backend);
    const good = filterWith(1);
    const tensors = new Map([
      ['good', good],
      ['bad', filterWith(value)],
      ['worse', tf.fill([7], NaN)],
    ]);
    expect(await firstNotFinite(tensors)).toBe('bad');
    expect(await firstNotFinite(new Map([['good', good]]))).toBeNull();
    tf.dispose([...tensors.values()]);
  });

  it('values are finite though their sum is not', async () => {
    await useBackend(backend);
    const huge = tf.fill([4, 4], 3e38);
    expect(await firstNotFinite(new Map([['huge', huge]]))).toBeNull();
    huge.dispose();
  });
});
