/** Each way in which WebGPU lays matrix products out computes what the definition says, whatever the sizes. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { gpuOf } from '../../src/kernels/webgpu/gpu.ts';
import { isOffered, VARIANTS } from '../../src/kernels/webgpu/linear/variants.ts';
import { keyedRandom } from '../../src/lib/random.ts';
import { useBackend } from '../support/backends.ts';
import type { ConvolutionCase } from '../support/networks/kernel-cases.ts';
import { variantResult } from '../support/networks/variant-cases.ts';

// Before the tests are listed: which ways there are hangs on the device.
await useBackend('webgpu');
const gpu = gpuOf(tf.backend());

/**
 * Any sizes, of more than a tile or a little less; channels on one side are no multiple of four. A software adapter takes
 * seconds to compile one program, so each has a shape of its own; tiles of 8 by 8 take ten for channels that come in no fours,
 * and read them as the others do.
 */
function shapeFor(name: string, index: number): ConvolutionCase {
  const random = keyedRandom(2, 'variant shapes', index);
  const whole = (low: number, high: number): number => Math.floor(random.uniform(low, high + 1));
  // Sums in parts are long, and some tiles are wide.
  const least = name.includes('parts') ? 65 : name.includes('x128') ? 26 : 4;
  const channels = (side: number): number =>
    4 * whole(least, least + 14) + (name.includes('8x8') || (index + side) % 2 === 0 ? 0 : 3);
  const side = whole(1, 3);
  return {
    kind: 'conv',
    // Sixteen positions at least.
    batch: whole(4, 5),
    height: whole(5, 7),
    width: whole(5, 7),
    channels: channels(0),
    outChannels: channels(1),
    filter: [side, side],
    stride: whole(1, 2),
    pad: random.bernoulli(0.5) ? 'same' : 'valid',
  };
}

const ways = Object.values(VARIANTS);
const leftOut = ways.filter((way) => !isOffered(gpu, way));

const tried = ways
  .filter((way) => !leftOut.includes(way))
  .flatMap(({ name, operations }) => operations.map((operation) => [operation, name] as const))
  .map(([operation, variant], index) => {
    const shape = shapeFor(variant, index);
    const { batch, height, width, channels, outChannels, filter, stride, pad } = shape;
    const halves = variant.includes('parts') || index % 2 === 1;
    const sizes = `${halves ? 'halves, ' : ''}${filter.join('x')} of ${[batch, height, width, channels].join('x')} to ${outChannels}, stride ${stride}, ${pad}`;
    return [operation, variant, sizes, shape, halves] as const;
  });

it.each(tried)('%s, %s: %s', async (operation, variant, _sizes, shape, halves) => {
  const { numTensors } = tf.memory();
  const { computed, exact } = await variantResult(shape, operation, variant, halves);
  exact.forEach((values, output) => {
    const most = (of: (value: number, at: number) => number): number =>
      values.reduce((largest, value, at) => Math.max(largest, Math.abs(of(value, at))), 0);
    const worst = most((value, at) => value - (computed[output]?.[at] ?? NaN));
    // A half has eleven bits.
    const isStored = halves && operation === 'forward';
    expect(worst / most((value) => value)).toBeLessThan(isStored ? 2 ** -11 : 1e-5);
  });
  expect(tf.memory().numTensors).toBe(numTensors);
});

const { features, adapterInfo } = gpu.device;
const subgroups = features.has('subgroups') ? `from ${adapterInfo.subgroupMinSize} on` : 'none';
const names = leftOut.length === 0 ? 'none' : leftOut.map(({ name }) => name).join(', ');

it(`ways left out for this device's subgroups, ${subgroups}: ${names}`, async () => {
  // It was asked for all that its adapter offers.
  const adapter = await navigator.gpu.requestAdapter();
  expect(features.has('subgroups')).toBe(adapter?.features.has('subgroups'));
  for (const { shared } of leftOut) expect(shared?.by).toBe('broadcast');
});
