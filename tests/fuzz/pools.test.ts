/** Max pooling on wasm against its definition, on shapes that a seed draws and at corners; values that are equal among them. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { keyedRandom } from '../../src/lib/random.ts';
import { useBackend } from '../support/backends.ts';
import type { ConvolutionCase } from '../support/networks/kernel-cases.ts';
import { outputOf } from '../support/networks/reference.ts';

beforeAll(() => useBackend('wasm'));

/** As of a convolution of one filter a channel. */
type Pool = Omit<ConvolutionCase, 'kind' | 'outChannels'>;

/** Windows that lie side by side, that overlap, that leave lines out, that are the whole picture, and beyond it. */
const CORNERS: readonly Pool[] = (
  [
    [2, 8, 6, 64, [2, 2], 2, 'valid'],
    [3, 4, 4, 37, [2, 2], 2, 'valid'],
    [1, 7, 9, 16, [2, 2], 2, 'valid'],
    [2, 9, 7, 20, [3, 3], 2, 'same'],
    [1, 6, 6, 3, [3, 3], 1, 'same'],
    [1, 11, 10, 5, [2, 1], 3, 'valid'],
    [2, 5, 5, 33, [5, 5], 5, 'valid'],
    [1, 2, 3, 8, [4, 4], 2, 'same'],
    [1, 1, 1, 1, [1, 1], 1, 'valid'],
  ] as const
).map(([batch, height, width, channels, filter, stride, pad]) => ({
  ...{ batch, height, width, channels, filter, stride, pad },
}));

function drawn(count: number): Pool[] {
  const random = keyedRandom(3, 'pools');
  const whole = (low: number, high: number): number => Math.floor(random.uniform(low, high + 1));
  return Array.from({ length: count }, () => ({
    ...{ batch: whole(1, 4), height: whole(4, 14), width: whole(4, 14), channels: whole(1, 70) },
    ...{
      filter: [whole(1, 4), whole(1, 4)],
      stride: whole(1, 4),
      pad: random.bernoulli(0.5) ? 'same' : 'valid',
    },
  }));
}

const cases = [...CORNERS, ...drawn(40)].map((pool) => [JSON.stringify(Object.values(pool)), pool] as const);

/** What comes out, and the gradient by what went in, by walking over every window. */
function poolBy(pool: Pool, x: Float32Array, dy: Float32Array): { y: Float32Array; dx: Float64Array } {
  const { batch, height, width, channels, filter, stride } = pool;
  const { outHeight, outWidth, top, left } = outputOf({ ...pool, kind: 'depthwise', outChannels: channels });
  const [y, dx] = [new Float32Array(dy.length), new Float64Array(x.length)];
  for (let at = 0; at < dy.length; at += 1) {
    const position = Math.floor(at / channels);
    const [n, line, column] = [
      Math.floor(position / (outHeight * outWidth)),
      Math.floor(position / outWidth) % outHeight,
      position % outWidth,
    ];
    let best = -1;
    for (let tap = 0; tap < filter[0] * filter[1]; tap += 1) {
      const down = line * stride + Math.floor(tap / filter[1]) - top;
      const across = column * stride + (tap % filter[1]) - left;
      if (down < 0 || down >= height || across < 0 || across >= width) continue;
      const from = ((n * height + down) * width + across) * channels + (at % channels);
      if (best < 0 || x[from]! > x[best]!) best = from;
    }
    y[at] = x[best]!;
    dx[best]! += dy[at]!;
  }
  expect(x).toHaveLength(batch * height * width * channels);
  return { y, dx };
}

/** Values, a few of them alike; and how tfjs is asked. */
function given(pool: Pool) {
  const { batch, height, width, channels, filter, stride, pad } = pool;
  const random = keyedRandom(5, 'pooled values', height, width, channels);
  const { outHeight, outWidth } = outputOf({ ...pool, kind: 'depthwise', outChannels: channels });
  const shapes = { x: [batch, height, width, channels], y: [batch, outHeight, outWidth, channels] } as const;
  const size = (shape: readonly number[]): number => shape.reduce((all, side) => all * side, 1);
  return {
    shapes,
    x: Float32Array.from({ length: size(shapes.x) }, () => Math.floor(random.uniform(-6, 6)) / 2),
    dy: Float32Array.from({ length: size(shapes.y) }, () => random.uniform(-1, 1)),
    attrs: { filterSize: [...filter], strides: [stride, stride], pad },
  };
}

function run(name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): Float32Array {
  return Float32Array.from(
    tf.tidy(() => tf.engine().runKernel<tf.Tensor>(name, inputs, attrs).dataSync<'float32'>()),
  );
}

it.each(cases)('%s has the largest, and gives the gradient to the first of them', (_name, pool) => {
  const { shapes, attrs, ...values } = given(pool);
  const wanted = poolBy(pool, values.x, values.dy);
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const [x, dy] = [tf.tensor4d(values.x, [...shapes.x]), tf.tensor4d(values.dy, [...shapes.y])];
    expect(run('MaxPool', { x }, attrs)).toEqual(wanted.y);
    const output = tf.tensor4d(wanted.y, [...shapes.y]);
    const dx = run('MaxPoolGrad', { dy, input: x, output }, attrs);
    // Of at most sixteen windows that share a value.
    dx.forEach((value, at) => expect(Math.abs(value - wanted.dx[at]!)).toBeLessThanOrEqual(16 * 2 ** -24));
  });
  expect(tf.memory().numTensors).toBe(before);
});

it('has the same bits alone and in a batch', () => {
  for (const [, pool] of cases.slice(0, CORNERS.length)) {
    const { shapes, attrs, ...values } = given({ ...pool, batch: 3 });
    tf.tidy(() => {
      const x = tf.tensor4d(values.x, [...shapes.x]);
      const each = [0, 1, 2].map((n) =>
        run('MaxPool', { x: tf.slice(x, [n, 0, 0, 0], [1, -1, -1, -1]) }, attrs),
      );
      expect(each.flatMap((part) => [...part])).toEqual([...run('MaxPool', { x }, attrs)]);
    });
  }
});

it('leaves what is not a number as it is, and only where it is', () => {
  const x = Float32Array.from({ length: 4 * 4 * 21 }, (_, at) => at % 5);
  // Of the second channel the last value of the first window; of the last one the first value of the last window.
  x[(1 * 4 + 1) * 21 + 1] = NaN;
  x[(2 * 4 + 2) * 21 + 20] = NaN;
  const y = tf.tidy(() =>
    run('MaxPool', { x: tf.tensor4d(x, [1, 4, 4, 21]) }, { filterSize: 2, strides: 2, pad: 'valid' }),
  );
  const none = [...y.keys()].filter((at) => Number.isNaN(y[at]));
  expect(none).toEqual([1, 3 * 21 + 20]);
});
