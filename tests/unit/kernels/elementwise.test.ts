/** What takes each value by itself on wasm: activations against float64, dropout against the host's own draws. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { keyedWords } from '../../../src/lib/random.ts';
import { useBackend } from '../../support/backends.ts';

beforeAll(() => useBackend('wasm'));

/** An odd number of them, from where e^x is least to where it is most. */
const POINTS = Float32Array.from({ length: 4001 }, (_, at) => (at - 2000) / 20);

function run(name: string, inputs: Record<string, Float32Array>, attrs: object = {}): Float32Array {
  return tf.tidy(() => {
    const tensors = Object.fromEntries(Object.entries(inputs).map(([key, of]) => [key, tf.tensor1d(of)]));
    const out = tf.engine().runKernel<tf.Tensor>(name, tensors, attrs as tf.NamedAttrMap);
    return Float32Array.from(out.dataSync<'float32'>());
  });
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

it('sigmoid is within three roundings of what it is in float64', () => {
  run('Sigmoid', { x: POINTS }).forEach((value, at) => {
    const x = POINTS[at]!;
    const wanted = sigmoid(x);
    expect(Math.abs(value - wanted), `at ${x}`).toBeLessThanOrEqual(3 * 2 ** -24 * wanted + 1e-37);
  });
});

it.each([
  ['Relu', Infinity],
  ['Relu6', 6],
])('%s holds values between 0 and %d, and takes whole numbers too', (name, ceiling) => {
  const wanted = POINTS.map((value) => Math.min(ceiling, Math.max(0, value)));
  // Zero has a sign.
  expect([...run(name, { x: POINTS })].map((value) => value + 0)).toEqual(
    [...wanted].map((value) => value + 0),
  );
  const whole = tf.tidy(() =>
    tf
      .engine()
      .runKernel<tf.Tensor>(name, { x: tf.tensor1d([-3, 0, 5, 9], 'int32') }, {})
      .dataSync(),
  );
  expect([...whole]).toEqual([0, 0, 5, Math.min(ceiling, 9)]);
});

it('swish is within four roundings of what it is in float64', () => {
  const actual = run('MienSwish', { x: POINTS });
  actual.forEach((value, at) => {
    const x = POINTS[at]!;
    const wanted = x * sigmoid(x);
    expect(Math.abs(value - wanted), `at ${x}`).toBeLessThanOrEqual(4 * 2 ** -24 * Math.abs(wanted) + 1e-35);
  });
});

it('its gradient is within eight roundings of its terms', () => {
  const dy = POINTS.map((_, at) => Math.sin(at));
  const actual = run('MienSwishGrad', { dy, x: POINTS });
  actual.forEach((value, at) => {
    const x = POINTS[at]!;
    const gate = sigmoid(x);
    const wanted = dy[at]! * (gate + x * gate * (1 - gate));
    const size = Math.abs(dy[at]!) * (gate + Math.abs(x * gate * (1 - gate)));
    expect(Math.abs(value - wanted), `at ${x}`).toBeLessThanOrEqual(8 * 2 ** -24 * (size + 2 ** -24));
  });
});

it('leaves what is not a number as it is, and only where it is', () => {
  const x = Float32Array.from([1, NaN, -1, 2, NaN]);
  const activations = ['MienSwish', 'Sigmoid', 'Relu', 'Relu6'].map((name) => run(name, { x }));
  for (const actual of [...activations, run('MienSwishGrad', { dy: x.map(() => 1), x })]) {
    expect([...actual].map(Number.isNaN)).toEqual([false, true, false, false, true]);
  }
});

it.each([1, 6, 10])('dropout drops what the host would, a draw for %i values', (valuesPerDraw) => {
  const x = Float32Array.from({ length: 210 }, (_, at) => at + 1);
  const key = { seed: 4_000_000_000, purpose: 'dropout', numbers: [1, 70_000, 3] as const };
  const words = keyedWords(x.length / valuesPerDraw, key.seed, key.purpose, key.numbers);
  const actual = run('MienDropout', { x }, { ...key, rate: 0.3, valuesPerDraw });
  const kept = Math.fround(1 / 0.7);
  const wanted = x.map((value, at) =>
    words[Math.floor(at / valuesPerDraw)]! < 0.3 * 2 ** 32 ? 0 : value * kept,
  );
  expect(actual).toEqual(wanted);
  expect(actual.some((value) => value === 0) && actual.some((value) => value !== 0)).toBe(true);
});

/** Shapes that go by our own loops and one that is left to tfjs: what is broadcast, and along what. */
it.each([
  [
    [3, 5, 7],
    [3, 5, 7],
  ],
  [
    [2, 3, 5, 7],
    [2, 1, 1, 7],
  ],
  [
    [2, 1, 1, 7],
    [2, 3, 5, 7],
  ],
  [
    [2, 3, 5, 7],
    [1, 3, 1, 7],
  ],
])('sums and products of %j and %j are those of cpu', async (a, b) => {
  const compute = (): number[][] =>
    tf.tidy(() => {
      const [x, y] = [a, b].map((shape) =>
        tf.sin(tf.range(0, tf.util.sizeFromShape(shape))).reshape(shape),
      ) as [tf.Tensor, tf.Tensor];
      return [tf.add(x, y), tf.mul(x, y)].map((each) => [...each.dataSync()]);
    });
  const onWasm = compute();
  await useBackend('cpu');
  const wanted = compute();
  await useBackend('wasm');
  expect(onWasm.map((each) => each.length)).toEqual(wanted.map((each) => each.length));
  onWasm.forEach((each, which) =>
    each.forEach((value, at) => expect(value).toBeCloseTo(wanted[which]![at]!, 6)),
  );
});

it.each([true, false])('sums the positions of each picture, with or without its axes (%s)', (keepDims) => {
  const [pictures, rows, channels] = [2, 6, 21];
  const values = Float32Array.from({ length: pictures * rows * channels }, (_, at) => Math.sin(at));
  const sum = tf.tidy(() => {
    const out = tf.sum(tf.tensor4d(values, [pictures, 2, 3, channels]), [1, 2], keepDims);
    return { shape: out.shape, values: [...out.dataSync()] };
  });
  expect(sum.shape).toEqual(keepDims ? [pictures, 1, 1, channels] : [pictures, channels]);
  sum.values.forEach((value, at) => {
    const [n, c] = [Math.floor(at / channels), at % channels];
    let wanted = 0;
    for (let row = 0; row < rows; row++) wanted += values[(n * rows + row) * channels + c]!;
    expect(value).toBeCloseTo(wanted, 5);
  });
});
