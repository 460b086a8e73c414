/** The figures of `npm run bench`: what is reached, and the table that says so. */
import { describe, it } from 'vitest';
import { isReached, median, table, type Row } from '../../../tools/bench/bench.ts';
import { BENCHES } from '../../../tools/bench/registry.ts';

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
