/** The learning-rate finder's arithmetic on curves made by hand: rates, the moving mean, where it ends, what it suggests. */
import { describe, expect, it } from 'vitest';
import { RateCurve, rateOf, suggestRate, SWEEP } from '../../../src/training/rate-finder.ts';

/** The curve of a loss that depends on the rate, in decades (-7 to 1), and on the step. */
function curveOf(lossAt: (decade: number, step: number) => number): RateCurve {
  const curve = new RateCurve();
  for (let step = 0; step < SWEEP.steps && !curve.isOver; step++) {
    curve.add(lossAt(Math.log10(rateOf(step)), step));
  }
  return curve;
}

/** Falls from 2 to 0.5 between rates of 0.0001 and 0.01, and climbs steeply behind it. */
const valley = (decade: number): number =>
  decade < -4 ? 2 : decade < -2 ? 2 - 0.75 * (decade + 4) : 0.5 + 8 * (decade + 2);

/** The same for each step, about 0, at most 1 either way. */
const wobble = (step: number): number => Math.sin(step * 12.9898);

describe('the rates', () => {
  it('go from 1e-7 to 10, each the same number of times the one before', () => {
    const rates = Array.from({ length: SWEEP.steps }, (_, step) => rateOf(step));
    expect(rates[0]).toBeCloseTo(1e-7, 12);
    expect(rates.at(-1)).toBeCloseTo(10, 9);
    const factors = rates.slice(1).map((rate, index) => rate / (rates[index] ?? NaN));
    for (const factor of factors) expect(factor).toBeCloseTo(10 ** (8 / 99), 9);
  });
});

describe('the moving mean', () => {
  it('is the loss itself while it stays, from the first step on', () => {
    for (const { smoothedLoss } of curveOf(() => 1.5).points) expect(smoothedLoss).toBeCloseTo(1.5, 9);
  });

  it('weighs each loss 0.9 times the next', () => {
    const curve = new RateCurve();
    for (const loss of [3, 1, 2]) curve.add(loss);
    expect(curve.points[1]?.smoothedLoss).toBeCloseTo((0.9 * 3 + 1) / 1.9, 9);
    expect(curve.points[2]?.smoothedLoss).toBeCloseTo((0.81 * 3 + 0.9 * 1 + 2) / 2.71, 9);
  });
});

describe('a sweep', () => {
  it('ends with the first mean that is more than four times the lowest', () => {
    const { points } = curveOf(valley);
    const lowest = Math.min(...points.map(({ smoothedLoss }) => smoothedLoss));
    const means = points.map(({ smoothedLoss }) => smoothedLoss);
    expect(means.findIndex((mean) => mean > 4 * lowest)).toBe(means.length - 1);
    expect(points.length).toBeLessThan(SWEEP.steps);
  });

  it.each([NaN, Infinity])('ends with a loss of %d, which is no point', (loss) => {
    const curve = curveOf((_, step) => (step < 40 ? 2 : loss));
    expect(curve.isOver).toBe(true);
    expect(curve.points).toHaveLength(40);
    curve.add(1);
    expect(curve.points).toHaveLength(40);
  });

  it('takes all its steps while the loss stays in bounds', () => {
    const curve = curveOf(() => 2);
    expect([curve.points.length, curve.isOver]).toEqual([SWEEP.steps, true]);
  });
});

describe('the suggestion', () => {
  it('is a tenth of the rate at the lowest mean, to two digits', () => {
    const { points } = curveOf(valley);
    const lowest = points.reduce((low, point) => (point.smoothedLoss < low.smoothedLoss ? point : low));
    const suggested = suggestRate(points) ?? NaN;
    expect(Math.abs(suggested / (lowest.learningRate / 10) - 1)).toBeLessThan(0.05);
    expect(suggested).toBe(Number(suggested.toPrecision(2)));
    // Where the loss falls, and short of where it is lowest.
    expect(suggested).toBeGreaterThan(1e-4);
    expect(suggested).toBeLessThan(1e-2);
  });

  it('hardly moves when losses differ from batch to batch', () => {
    const plain = suggestRate(curveOf(valley).points) ?? NaN;
    const noisy = suggestRate(curveOf((decade, step) => valley(decade) + 0.2 * wobble(step)).points) ?? NaN;
    expect(Math.abs(Math.log10(noisy / plain))).toBeLessThan(0.3);
  });

  it('is of the highest rates when the loss falls to the end', () => {
    const falling = curveOf((decade) => (decade < 0 ? 2 : 2 - decade));
    expect(suggestRate(falling.points)).toBe(1);
  });

  it.each<[string, (decade: number, step: number) => number]>([
    ['stays', () => 2],
    ['only climbs', (decade) => (decade < -3 ? 2 : 2 + (decade + 3) ** 2)],
    ['differs from batch to batch and never falls', (_, step) => 2 + 0.3 * wobble(step)],
    ['falls by a trifle', (decade) => (decade < -2 ? 2.079 : 2.07)],
    ['is low by chance at first', (_, step) => (step === 0 ? 0.5 : 2)],
    ['is no number from the start', () => NaN],
  ])('is none when the loss %s', (_, lossAt) => {
    expect(suggestRate(curveOf(lossAt).points)).toBeNull();
  });

  it('is none for a sweep that ended before its rates changed anything', () => {
    expect(suggestRate(curveOf(valley).points.slice(0, 10))).toBeNull();
  });
});
