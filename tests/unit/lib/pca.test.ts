/** Principal components of tables whose widest directions are known because they were made of them. */
import { expect, it } from 'vitest';
import { principalComponents } from '../../../src/lib/figures/pca.ts';
import { keyedRandom } from '../../../src/lib/random.ts';

/** Rows that spread by `widths` along directions at right angles: columns of Walsh's matrix of 64. */
function tableOf(rows: number, widths: readonly number[]): { table: Float32Array; scores: number[][] } {
  const random = keyedRandom(3, 'table');
  const walsh = (at: number, of: number): number => {
    let bits = at & of;
    let sign = 1;
    while (bits > 0) {
      if ((bits & 1) === 1) sign = -sign;
      bits >>= 1;
    }
    return sign / 8;
  };
  const scores = Array.from({ length: rows }, () => widths.map((width) => random.normal() * width));
  const table = new Float32Array(rows * 64);
  for (const [row, ofRow] of scores.entries()) {
    for (let column = 0; column < 64; column++) {
      let sum = 5 + column;
      for (const [at, score] of ofRow.entries()) sum += score * walsh(at + 1, column);
      table[row * 64 + column] = sum;
    }
  }
  return { table, scores };
}

const correlation = (one: readonly number[], other: readonly number[]): number => {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  let [both, ofOne, ofOther] = [0, 0, 0];
  for (const [at, value] of one.entries()) {
    const [x, y] = [value - a, (other[at] ?? 0) - b];
    both += x * y;
    ofOne += x * x;
    ofOther += y * y;
  }
  return both / Math.sqrt(ofOne * ofOther);
};

it('finds the directions that a table was spread along, the widest first', () => {
  const widths = [40, 20, 8, ...Array.from({ length: 40 }, () => 0.5)];
  const { table, scores } = tableOf(3000, widths);
  const { points, count, shares } = principalComponents(table, 3000, 3);
  expect(count).toBe(3);
  for (const component of [0, 1, 2]) {
    const found = scores.map((_, row) => points[row * 3 + component] ?? 0);
    const made = scores.map((row) => row[component] ?? 0);
    expect(Math.abs(correlation(found, made))).toBeGreaterThan(0.995);
  }
  const all = widths.reduce((sum, width) => sum + width * width, 0);
  expect(shares[0]).toBeCloseTo(1600 / all, 1);
  expect(shares[1]).toBeCloseTo(400 / all, 1);
  // Components do not go together, and together they hold what the table holds of them.
  const column = (at: number) => scores.map((_, row) => points[row * 3 + at] ?? 0);
  expect(Math.abs(correlation(column(0), column(1)))).toBeLessThan(1e-4);
});

it('holds the whole of a small table, whose distances stay', () => {
  const { table } = tableOf(6, [9, 4, 2]);
  const before = table.slice();
  const { points, count, shares } = principalComponents(table, 6, 10);
  expect(count).toBe(6);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
  const distance = (values: Float32Array, width: number, one: number, other: number): number =>
    Math.hypot(
      ...Array.from({ length: width }, (_, at) => values[one * width + at]! - values[other * width + at]!),
    );
  for (const [one, other] of [
    [0, 1],
    [2, 5],
    [3, 4],
  ] as const) {
    expect(distance(points, count, one, other)).toBeCloseTo(distance(before, 64, one, other), 3);
  }
});

it('has nothing to say of pictures that are all the same, nor of none', () => {
  const { points, shares } = principalComponents(new Float32Array(40).fill(3), 10, 2);
  expect([...points].map(Math.abs)).toEqual(Array.from({ length: 20 }, () => 0));
  expect(shares).toEqual([0, 0]);
  expect(principalComponents(new Float32Array(0), 0, 2).points).toHaveLength(0);
});
