/** Compared runs together: the mean of what they say, whatever order their pictures are in; leaks are refused. */
import { expect, it } from 'vitest';
import { togetherOf } from '../../../src/store/together.ts';
import type { KeptRecord } from '../../../src/protocol/runs/kept.ts';
import { dataset, result } from './samples.ts';

const labels = ['glad', 'sad'];
const split = {
  train: Uint32Array.of(0, 1),
  validation: Uint32Array.of(2, 3),
  test: Uint32Array.of(4, 5, 6, 7),
};

/** Right where it says more than a half of what is true: glad, sad, glad, sad. */
function recordOf(answers: readonly number[], rows = split.test, ofSplit = split): KeptRecord {
  const truthOf = (row: number): number => row % 2;
  const evaluation = (some: Uint32Array, said: readonly number[], part: 'validation' | 'test') => ({
    ...result.test!,
    ...{ split: part, labels, rows: some, truths: some.map(truthOf) },
    probabilities: Float32Array.from(said.flatMap((first) => [first, 1 - first])),
  });
  const end = {
    ...({ kind: 'phaseEnd', phaseIndex: 0, stoppedEarly: false, bestEpoch: 1, keptEpoch: 1 } as const),
    evaluation: evaluation(ofSplit.validation, [0.8, 0.3], 'validation'),
  };
  const start = {
    kind: 'phase',
    phaseIndex: 0,
    phase: 'head',
    epochs: 1,
    stepsPerEpoch: 1,
    trainableParameters: 1,
  } as const;
  return {
    result: { ...result, kept: { phaseIndex: 0, why: 'last' }, test: evaluation(rows, answers, 'test') },
    ended: [{ start, end }],
    dataset: { ...dataset, labels, split: ofSplit },
  };
}

const a = recordOf([0.9, 0.4, 0.4, 0.2]);
// Its pictures come in another order: 7, 6, 5, 4.
const b = recordOf([0.6, 0.9, 0.1, 0.7], split.test.toReversed());

it('is the mean of what they say of each picture', () => {
  // Of 4 to 7: a says 0.9, 0.4, 0.4, 0.2 and b 0.7, 0.1, 0.9, 0.6 for glad.
  const together = togetherOf([a, b], 'mean');
  expect(together).toMatchObject({ weights: [0.5, 0.5], accuracy: 1 });
  // Each alone is wrong on one.
  expect(together?.againstBest).toMatchObject({ onlyFirst: 1, onlySecond: 0, bothRight: 3 });
  expect(togetherOf([a, b], 'fitted')?.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
});

it('is null where one was not tested', () => {
  expect(togetherOf([a, { ...b, result: { ...b.result, test: null } }], 'mean')).toBeNull();
});

it('refuses one that learnt what the other is tested on, with how many', () => {
  const learnt = { ...split, train: Uint32Array.of(0, 5, 6), test: split.test };
  expect(() => togetherOf([a, recordOf([1, 0, 1, 0], split.test, learnt)], 'mean')).toThrow(
    /trained on 2 test pictures/,
  );
});
