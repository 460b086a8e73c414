/** Cosines and sines against their series summed to fifty digits. */
import { expect, it } from 'vitest';
import { turnBy } from '../../../src/lib/turn.ts';

it.each([
  [0, 1, 0],
  [7.25, 0.992004949679715, 0.12619896913582976],
  [-10, 0.984807753012208, -0.17364817766693036],
  [45, 0.7071067811865476, 0.7071067811865476],
  [-44.875, 0.7086477648609169, -0.7055624319347131],
  [61.5, 0.4771587602596084, 0.8788171126619654],
  [-133.0625, -0.6827957372759956, -0.7306093218387851],
  [179.9375, -0.999999405044161, 0.0010908305661643995],
] as const)('%f degrees, to the last place or the one before it', (degrees, cosine, sine) => {
  const found = turnBy(degrees);
  expect(Math.abs(found[0] - cosine)).toBeLessThanOrEqual(2 ** -52);
  expect(Math.abs(found[1] - sine)).toBeLessThanOrEqual(2 ** -52);
});

it.each([
  [90, 0, 1],
  [-90, 0, -1],
  [180, -1, 0],
  [-180, -1, 0],
])('%i degrees, exactly', (degrees, cosine, sine) => {
  const [c, s] = turnBy(degrees);
  expect([c + 0, s + 0]).toEqual([cosine, sine]);
});
