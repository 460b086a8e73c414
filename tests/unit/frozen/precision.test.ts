/** Values kept as halves: what is lost, that nothing becomes infinite, and that rounding twice changes nothing more. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromRecords, pictureBytes, rounded, toRecords } from '../../../src/frozen/precision.ts';
import { toHalf } from '../../../src/lib/bytes/float16.ts';
import { useBackend } from '../../support/backends.ts';

it('rounds to the nearest half', () => {
  const cases = [
    0,
    -0,
    1,
    -2.5,
    65504,
    65519.99,
    65520,
    6.1e-5,
    5.97e-8,
    2.9e-8,
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
  ];
  const halves = [0, 0x8000, 0x3c00, 0xc100, 0x7bff, 0x7bff, 0x7c00, 0x3ff, 1, 0, 0x3c00, 0x3c02];
  expect(cases.map(toHalf)).toEqual(halves);
});

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  async function roundedValues(values: number[][]): Promise<number[][]> {
    const x = tf.tensor2d(values);
    const y = tf.tidy(() => rounded(x, 'float16'));
    const out = (await y.array()) as number[][];
    tf.dispose([x, y]);
    return out;
  }

  it('keeps 11 bits of each value, and float32 as it is', async () => {
    const values = tf.randomNormal([3, 5, 7], 0, 40, 'float32', 5);
    const halves = tf.tidy(() => fromRecords(toRecords(values, 'float16'), [5, 7], 'float16'));
    const whole = tf.tidy(() => fromRecords(toRecords(values, 'float32'), [5, 7], 'float32'));
    expect(halves.shape).toEqual([3, 5, 7]);
    const given = await values.data();
    expect(await whole.data()).toEqual(given);
    (await halves.data()).forEach((value, index) => {
      expect(Math.abs(value - given[index]!)).toBeLessThanOrEqual(Math.abs(given[index]!) * 2 ** -11);
    });
    tf.dispose([values, halves, whole]);
  });

  it('gives the values of a picture that a half cannot hold a common factor, so that none becomes infinite', async () => {
    const large = [65_504, 65_505, 70_000, -131_008, 131_010, 3e38, 1];
    const out = await roundedValues(large.map((value) => [value, 3, 0.3 * value]));
    out.forEach(([value, three, third], index) => {
      const given = Math.fround(large[index]!);
      expect(Math.abs(value! - given)).toBeLessThanOrEqual(Math.abs(given) * 2 ** -11);
      expect(Math.abs(third! - 0.3 * given)).toBeLessThanOrEqual(Math.abs(0.3 * given) * 2 ** -10.9);
      if (Math.abs(given) < 1e6) expect(three).toBe(3);
    });
  });

  it('lets what is no number be none', async () => {
    const [[infinite, none, minus]] = (await roundedValues([[Infinity, NaN, -0]])) as [number[]];
    expect([infinite, none]).toEqual([Infinity, NaN]);
    expect(Object.is(minus, -0)).toBe(true);
  });

  it('changes nothing when it is done again', async () => {
    const values = Array.from({ length: 40 }, (_, row) =>
      [1, 0.37, 1.999, -0.0007].map((value) => Math.fround(value * 1.9 ** row)),
    );
    const once = await roundedValues(values);
    expect(await roundedValues(once)).toEqual(once);
  });
});

it('takes half of the room and one number a picture', () => {
  expect(pictureBytes([7, 7, 160], 'float32')).toBe(7 * 7 * 160 * 4);
  expect(pictureBytes([7, 7, 160], 'float16')).toBe(7 * 7 * 160 * 2 + 4);
  expect(pictureBytes([5], 'float16')).toBe(4 + 3 * 4);
});
