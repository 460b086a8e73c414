/** Holds the split to scikit-learn's own rows (tests/parity/data/make_split_goldens.py) and to its refusals. */
import { describe, expect, it } from 'vitest';
import { splitRows } from '../../../../src/data/split/split.ts';
import { splitSet } from '../../../../src/data/split/split-set.ts';
import { RandomState } from '../../../../src/data/split/mt19937.ts';
import { shareOfTraining } from '../../../../src/data/split/train-share.ts';
import folds from '../../../parity/data/goldens/folds.json';
import golden from '../../../parity/data/goldens/splits.json';
import { errorOf } from '../studio-error.ts';

const PLAN = { train: 0.6, validation: 0.2, test: 0.2, seed: 42 };

/** The labels that the golden script makes. */
function labelsOf(rows: number, weights: readonly number[], seed: number): Uint16Array {
  const ends = weights.map((_, index) =>
    weights.slice(0, index + 1).reduce((sum, weight) => sum + weight, 0),
  );
  let state = seed;
  return Uint16Array.from({ length: rows }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const draw = (state >>> 8) % ends.at(-1)!;
    return ends.findIndex((end) => draw < end);
  });
}

function digest(rows: Iterable<number>): number {
  let value = 0;
  for (const row of rows) value = (value * 31 + row + 1) % 2147483647;
  return value;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `class ${String.fromCharCode(97 + index)}`);
}

describe('splitRows', () => {
  it.each(golden.cases)(
    'gives the rows of train_test_split: $rows rows, $plan',
    ({ rows, weights, plan, parts }) => {
      const split = splitRows(labelsOf(rows, weights, plan.seed), names(weights.length), plan);
      const found = [split.train, split.validation, split.test].map((part) => ({
        count: part.length,
        first: Array.from(part.subarray(0, 8)),
        digest: digest(part),
      }));
      expect(found).toEqual(parts);
    },
  );

  it('gives every row to exactly one part', () => {
    const labelOfRow = labelsOf(400, [3, 2, 1], 5);
    const split = splitRows(labelOfRow, names(3), { train: 0.5, validation: 0.25, test: 0.25, seed: 9 });
    const all = [...split.train, ...split.validation, ...split.test].sort((a, b) => a - b);
    expect(all).toEqual(Array.from(labelOfRow.keys()));
  });

  it('refuses a class with one member, as scikit-learn does, and names it', async () => {
    const labelOfRow = Uint16Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const error = await errorOf(() => splitRows(labelOfRow, ['cat', 'dog'], PLAN));
    expect(error.code).toBe('data/class-too-small');
    expect(error.message).toContain('"dog"');
  });

  it('refuses a part that is smaller than the number of classes', async () => {
    const labelOfRow = Uint16Array.from({ length: 12 }, (_, row) => row % 6);
    const error = await errorOf(() => splitRows(labelOfRow, names(6), PLAN));
    expect(error.code).toBe('data/split-too-small');
    expect(error.message).toContain('6 classes');
  });

  it.each([
    { train: 0, validation: 0.5, test: 0.5, seed: 1 },
    { train: 0, validation: 0, test: 1, seed: 1 },
  ])('refuses an empty part: $train, $validation, $test', async (plan) => {
    const labelOfRow = Uint16Array.from({ length: 12 }, (_, row) => row % 2);
    expect((await errorOf(() => splitRows(labelOfRow, names(2), plan))).code).toBe('data/split-too-small');
  });
});

describe('folds', () => {
  it.each(folds.cases)(
    'are those of StratifiedKFold, the rest split by train_test_split: $rows rows in $count',
    ({ rows, weights, count, plan, folds: expected }) => {
      const labelOfRow = labelsOf(rows, weights, plan.seed);
      const tested: number[] = [];
      expected.forEach(({ train, validation, test }, index) => {
        const fold = { of: count, number: index + 1 };
        const split = splitRows(labelOfRow, names(weights.length), { ...plan, test: 0.2, fold });
        expect(Array.from(split.train.subarray(0, 8))).toEqual(train);
        expect(Array.from(split.validation.subarray(0, 8))).toEqual(validation);
        expect(Array.from(split.test.subarray(0, 64))).toEqual(test);
        tested.push(...split.test);
      });
      expect(tested.sort((a, b) => a - b)).toEqual(Array.from(labelOfRow.keys()));
    },
  );

  it('leave all of the rest to training where the split keeps no validation', () => {
    const labelOfRow = labelsOf(60, [1, 1], 5);
    const plan = { train: 1, validation: 0, test: 0, seed: 1, fold: { of: 3, number: 2 } };
    const { train, validation, test } = splitRows(labelOfRow, names(2), plan);
    expect([train.length + test.length, validation.length]).toEqual([60, 0]);
  });

  it('refuse a class with fewer pictures than folds, and sets that split themselves', async () => {
    const labelOfRow = Uint16Array.from([0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
    const plan = { ...PLAN, fold: { of: 5, number: 1 } };
    const error = await errorOf(() => splitRows(labelOfRow, ['cat', 'dog'], plan));
    expect([error.code, error.message]).toEqual([
      'data/class-too-small',
      expect.stringContaining('"dog" has fewer'),
    ]);
    const none = Array.from(labelOfRow, () => null);
    for (const [words, groups] of [
      [Array.from(labelOfRow, () => 'train'), null],
      [none, Uint32Array.from(labelOfRow.keys())],
    ] as const) {
      const refused = await errorOf(() => splitSet(words, labelOfRow, ['cat', 'dog'], groups, plan));
      expect(refused.code).toBe('data/no-folds');
    }
  });
});

describe('a share of the training part', () => {
  const labelOfRow = labelsOf(400, [4, 2, 1], 5);
  const of = (trainShare: number) =>
    splitSet(
      Array.from(labelOfRow, () => null),
      labelOfRow,
      names(3),
      null,
      { ...PLAN, trainShare },
    );

  it('has its share of each class, in the order of the part, and nothing else changes', () => {
    const [whole, half] = [of(1), of(0.5)];
    expect([half.validation, half.test]).toEqual([whole.validation, whole.test]);
    const countOf = (rows: Uint32Array, label: number): number =>
      rows.filter((row) => labelOfRow[row] === label).length;
    for (const label of [0, 1, 2])
      expect(countOf(half.train, label)).toBe(Math.round(countOf(whole.train, label) / 2));
    expect(Array.from(half.train)).toEqual(Array.from(whole.train).filter((row) => half.train.includes(row)));
  });

  it('takes what a smaller one takes too, and at least one picture of each class', () => {
    const [quarter, half] = [of(0.25), of(0.5)];
    expect(quarter.train.every((row) => half.train.includes(row))).toBe(true);
    const least = shareOfTraining(of(1).train, labelOfRow, { ...PLAN, trainShare: 1e-6 });
    expect(Array.from(least, (row) => labelOfRow[row]!).sort((one, other) => one - other)).toEqual([0, 1, 2]);
  });
});

describe('RandomState', () => {
  const { seed, words, permutation, choice, lateWord } = golden.randomState;

  it('draws the words of numpy.random.RandomState', () => {
    const random = new RandomState(seed);
    expect(words.map(() => random.nextUint32())).toEqual(words);
    const late = new RandomState(4294967295);
    for (let i = 0; i < 1999; i += 1) late.nextUint32();
    expect(late.nextUint32()).toBe(lateWord);
  });

  it('permutes and chooses as it does', () => {
    expect(Array.from(new RandomState(7).permutation(20))).toEqual(permutation);
    expect(new RandomState(7).choice([10, 20, 30, 40, 50], 3)).toEqual(choice);
  });
});

it('a share of 0 for test leaves nobody out, and draws the two other parts as train_test_split does', () => {
  const labelOfRow = Uint16Array.from({ length: 40 }, (_, row) => row % 2);
  const plan = { train: 0.75, validation: 0.25, test: 0, seed: 42 };
  const { train, validation, test } = splitRows(labelOfRow, names(2), plan);
  expect([train.length, validation.length, test.length]).toEqual([30, 10, 0]);
  const groups = Uint32Array.from(labelOfRow.keys());
  const ofGroups = splitSet(new Array<null>(40).fill(null), labelOfRow, names(2), groups, plan);
  expect(ofGroups.test).toHaveLength(0);
  expect(ofGroups.train.length + ofGroups.validation.length).toBe(40);
  const words = Array.from({ length: 40 }, () => 'train');
  expect(splitSet(words, labelOfRow, names(2), null, plan).test).toHaveLength(0);
});

it('a share of 0 for validation leaves it empty, and the two other parts are drawn as train_test_split does', () => {
  const labelOfRow = Uint16Array.from({ length: 40 }, (_, row) => row % 2);
  const plan = { train: 0.75, validation: 0, test: 0.25, seed: 42 };
  const split = splitRows(labelOfRow, names(2), plan);
  const other = splitRows(labelOfRow, names(2), { ...plan, validation: 0.25, test: 0 });
  expect(split).toEqual({ train: other.train, validation: new Uint32Array(0), test: other.validation });
  const groups = Uint32Array.from(labelOfRow.keys());
  const none = new Array<null>(40).fill(null);
  const ofGroups = splitSet(none, labelOfRow, names(2), groups, plan);
  expect([ofGroups.train.length, ofGroups.validation.length, ofGroups.test.length]).toEqual([30, 0, 10]);
  const words = Array.from({ length: 40 }, () => 'train');
  expect(splitSet(words, labelOfRow, names(2), null, plan).validation).toHaveLength(0);
});

it('a share of 1 for training takes every row, also of a class with one picture', () => {
  const labelOfRow = Uint16Array.of(0, 0, 1, 0);
  const plan = { train: 1, validation: 0, test: 0, seed: 1 };
  const none = new Uint32Array(0);
  expect(splitRows(labelOfRow, names(2), plan)).toEqual({
    train: Uint32Array.of(0, 1, 2, 3),
    validation: none,
    test: none,
  });
});
