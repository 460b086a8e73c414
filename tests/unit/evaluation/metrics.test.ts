/** The classification report against scikit-learn's on a small, uneven case. */
import { expect, it } from 'vitest';
import { evaluationOf } from '../../../src/evaluation/metrics.ts';

const TRUTH = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3];
const PREDICTED = [0, 0, 1, 2, 1, 1, 0, 2, 2, 2];

function evaluation() {
  const probabilities = new Float32Array(TRUTH.length * 4);
  PREDICTED.forEach((label, index) => {
    probabilities[index * 4 + label] = 1;
  });
  return evaluationOf({
    split: 'test',
    rows: Uint32Array.from(TRUTH, (_, index) => index),
    loss: 0.5,
    probabilities,
    labelOfRow: TRUTH,
    labels: ['a', 'b', 'c', 'd'],
  });
}

it('gives confusion matrix, precision, recall, F1 and support as scikit-learn does', () => {
  // sklearn.metrics.confusion_matrix and classification_report(zero_division=0) on TRUTH and PREDICTED
  const { confusionMatrix, perClass, accuracy, macroF1 } = evaluation();
  expect(confusionMatrix).toEqual([
    [2, 1, 1, 0],
    [1, 2, 0, 0],
    [0, 0, 2, 0],
    [0, 0, 1, 0],
  ]);
  expect(accuracy).toBe(0.6);
  expect(perClass.map(({ precision }) => precision)).toEqual([2 / 3, 2 / 3, 0.5, 0]);
  expect(perClass.map(({ recall }) => recall)).toEqual([0.5, 2 / 3, 1, 0]);
  expect(perClass.map(({ support }) => support)).toEqual([4, 3, 2, 1]);
  expect(macroF1).toBeCloseTo(0.4761904761904762, 12);
});

it('gives the 95 % Wilson interval of the accuracy', () => {
  // Wilson 1927, by hand: centre (p + z²/2n) / (1 + z²/n), for 6 of 10
  const [low, high] = evaluation().interval;
  expect(low).toBeCloseTo(0.3126738, 5);
  expect(high).toBeCloseTo(0.8318197, 5);
});
