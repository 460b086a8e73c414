/** The figures of `npm run bench`: what is reached, and the table that says so. */
import { describe, it } from 'vitest';
import { isReached, median, table, type Row } from '../../../tools/bench/bench.ts';
import { BENCHES } from '../../../tools/bench/registry.ts';
import { standardDeviation, studentBound, welch } from '../../../tools/bench/keras/welch.ts';

const row = (given: Partial<Row>): Row => ({
  what: 'a step',
  against: 'stock',
  unit: 'ms',
  mien: 25,
  other: 100,
  ...given,
});

describe('median', () => {
  it('is the middle one', ({ expect }) => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it('of nothing is refused', ({ expect }) => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('a difference of means', () => {
  it('has the bounds that tables of Student’s t give', ({ expect }) => {
    expect(studentBound(1, 0.95)).toBeCloseTo(12.706, 3);
    expect(studentBound(4, 0.95)).toBeCloseTo(2.776, 3);
    expect(studentBound(8, 0.95)).toBeCloseTo(2.306, 3);
    expect(studentBound(30, 0.99)).toBeCloseTo(2.75, 3);
  });

  it('has the interval that SciPy gives', ({ expect }) => {
    // ttest_ind(one, other, equal_var=False).confidence_interval() is -2.747522 to 4.347522.
    const [one, other] = [
      [81, 79, 83, 80, 82],
      [78, 84, 77, 80, 82],
    ];
    const { difference, halfWidth } = welch(one, other);
    expect(difference).toBeCloseTo(0.8, 9);
    expect(halfWidth).toBeCloseTo(3.547522, 5);
    expect(standardDeviation(one)).toBeCloseTo(Math.sqrt(2.5), 9);
  });

  it('is exact where nothing varies, and refused for a single value', ({ expect }) => {
    expect(welch([3, 3], [1, 1])).toEqual({ difference: 2, halfWidth: 0 });
    expect(() => welch([3], [1, 2])).toThrow(RangeError);
  });
});

describe('an aim', () => {
  it('is a largest ratio, a largest figure or a least one', ({ expect }) => {
    expect(isReached(row({ aimRatio: 0.25 }))).toBe(true);
    expect(isReached(row({ aimRatio: 0.2 }))).toBe(false);
    expect(isReached(row({ aimFigure: 25 }))).toBe(true);
    expect(isReached(row({ aimFigure: 24 }))).toBe(false);
    expect(isReached(row({ aimLeast: 25 }))).toBe(true);
    expect(isReached(row({ aimLeast: 26 }))).toBe(false);
    expect(isReached(row({}))).toBeNull();
  });

  it('is a largest distance, either way', ({ expect }) => {
    expect(isReached(row({ mien: 80, other: 82, aimDistance: 2 }))).toBe(true);
    expect(isReached(row({ mien: 84, other: 82, aimDistance: 2 }))).toBe(true);
    expect(isReached(row({ mien: 79.9, other: 82, aimDistance: 2 }))).toBe(false);
    expect(isReached(row({ mien: 84.1, other: 82, aimDistance: 2 }))).toBe(false);
    expect(table([row({ unit: '%', aimDistance: 2 })])).toMatch(/ ± 2 % \|/);
  });
});

describe('the table', () => {
  it('says ratio, aim and whether it was reached, in aligned columns', ({ expect }) => {
    const lines = table([
      row({ aimRatio: 0.2, note: 'On one adapter.' }),
      row({ what: 'a much longer step' }),
    ]).split('\n');
    expect(lines[2]).toMatch(/a step \[1\] +\| stock +\| +25 ms \| +100 ms \| +0.25 \| +≤ 0.20 \| no/);
    expect(new Set(lines.slice(0, 4).map((line) => line.length)).size).toBe(1);
    expect(lines[4]).toBe('[1] On one adapter.');
  });
});

it('no two benchmarks share a name', ({ expect }) => {
  expect(new Set(BENCHES.map(({ name }) => name)).size).toBe(BENCHES.length);
});
