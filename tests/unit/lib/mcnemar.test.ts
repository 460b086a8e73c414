/** McNemar's exact test, by SciPy's numbers. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { exactP, mcnemar } from '../../../src/lib/figures/mcnemar.ts';

interface Case {
  readonly one: number;
  readonly other: number;
  readonly p: number;
}

const cases = JSON.parse(readFileSync('tests/parity/data/goldens/mcnemar.json', 'utf8')) as readonly Case[];

it.each(cases)('of $one against $other is SciPy’s', ({ one, other, p }) => {
  expect(Math.abs(exactP(one, other) / p - 1)).toBeLessThan(1e-9);
  expect(exactP(other, one)).toBe(exactP(one, other));
});

it('counts only pictures of which one is right and the other wrong', () => {
  const first = [true, true, true, false, false];
  const second = [true, false, false, true, false];
  expect(mcnemar(first, second)).toEqual({ onlyFirst: 2, onlySecond: 1, bothRight: 1, bothWrong: 1, p: 1 });
});
