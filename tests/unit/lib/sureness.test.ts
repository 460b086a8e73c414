/** Calibration and thresholds on numbers that can be counted by hand. */
import { expect, it } from 'vitest';
import {
  answeredAt,
  bestThreshold,
  binsOf,
  calibrationError,
  surenessOf,
  worthOf,
} from '../../../src/lib/figures/sureness.ts';

/** 30 pictures: of ten each it was 0.95, 0.65 and 0.35 sure; right were all ten, seven and two. */
const sureness = {
  confidences: Float32Array.from({ length: 30 }, (_, at) => [0.95, 0.65, 0.35][Math.floor(at / 10)] ?? 0),
  isRight: Uint8Array.from({ length: 30 }, (_, at) =>
    at % 10 < ([10, 7, 2][Math.floor(at / 10)] ?? 0) ? 1 : 0,
  ),
};

it('says how sure a network was, and whether rightly', () => {
  const said = surenessOf(Float32Array.of(0.2, 0.8, 0.6, 0.4, 0.5, 0.5), [1, 1, 0], 2);
  expect([...said.isRight]).toEqual([1, 0, 1]);
  expect([...said.confidences]).toEqual([...Float32Array.of(0.8, 0.6, 0.5)]);
});

it('counts bins, and by how much they are off', () => {
  const bins = binsOf(sureness);
  expect(bins.filter(({ count }) => count > 0).map(({ from, right }) => [from, right])).toEqual([
    [0.3, 2],
    [0.6, 7],
    [0.9, 10],
  ]);
  expect(calibrationError(bins)).toBeCloseTo((0.05 + 0.05 + 0.15) / 3, 6);
  expect(worthOf(sureness, 0.62)).toMatchObject({ count: 10, right: 7 });
  expect(worthOf(sureness, 0.5)).toBe(null);
});

it('answers above a threshold, and finds the one that parts right from wrong best', () => {
  expect(answeredAt(sureness, 0.5)).toEqual({ answered: 20, right: 17, all: 30 });
  expect(bestThreshold(sureness)).toBeCloseTo(0.65, 6);
  expect(bestThreshold({ ...sureness, isRight: sureness.isRight.map(() => 1) })).toBe(null);
});
