/** Each way in which WebGPU lays matrix products out computes what the definition says, whatever the sizes. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { VARIANTS } from '../../src/kernels/webgpu/linear/variants.ts';
import { keyedRandom } from '../../src/lib/random.ts';
import { useBackend } from '../support/backends.ts';
import type { ConvolutionCase } from '../support/networks/kernel-cases.ts';
import { variantResult } from '../support/networks/variant-cases.ts';

beforeAll(() => useBackend('webgpu'));

/**
 * Any sizes, of more than a tile or a little less: multiples of four and of none. A software adapter takes seconds to compile
 * one program, so each has a shape of its own.
 */
function shapeFor(name: string, index: number): ConvolutionCase {
  const random = keyedRandom(2, 'variant shapes', index);
  const whole = (low: number, high: number): number => Math.floor(random.uniform(low, high + 1));
  // Sums in parts are long.
  const least = name.includes('parts') ? 65 : 4;
  const channels = (): number =>
    random.bernoulli(0.7) ? 4 * whole(least, least + 14) : 4 * whole(least, least + 14) + 3;
  const side = whole(1, 3);
  return {
    kind: 'conv',
    // Sixteen positions at least.
    batch: whole(4, 5),
    height: whole(5, 7),
    width: whole(5, 7),
    channels: channels(),
    outChannels: channels(),
    filter: [side, side],
    stride: whole(1, 2),
    pad: random.bernoulli(0.5) ? 'same' : 'valid',
  };
}

const tried = Object.values(VARIANTS)
  .flatMap(({ name, operations }) => operations.map((operation) => [operation, name] as const))
  .map(([operation, variant], index) => {
    const shape = shapeFor(variant, index);
    const { batch, height, width, channels, outChannels, filter, stride, pad } = shape;
    const sizes = `${filter.join('x')} of ${[batch, height, width, channels].join('x')} to ${outChannels}, stride ${stride}, ${pad}`;
    return [operation, variant, sizes, shape] as const;
  });

it.each(tried)('%s, %s: %s', async (operation, variant, _sizes, shape) => {
  const { numTensors } = tf.memory();
  const { computed, exact } = await variantResult(shape, operation, variant);
  exact.forEach((values, output) => {
    const most = (of: (value: number, at: number) => number): number =>
      values.reduce((largest, value, at) => Math.max(largest, Math.abs(of(value, at))), 0);
    const worst = most((value, at) => value - (computed[output]?.[at] ?? NaN));
    expect(worst / most((value) => value)).toBeLessThan(1e-5);
  });
  expect(tf.memory().numTensors).toBe(numTensors);
});
