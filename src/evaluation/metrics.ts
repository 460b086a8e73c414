/** Confusion matrix, classification report and intervals from probabilities. */
import { likeliestOf } from '../lib/figures/sureness.ts';
import { wilsonInterval } from '../lib/figures/wilson.ts';
import type { SplitName } from '../protocol/set/dataset.ts';
import type { ClassReport, Evaluation } from '../protocol/events.ts';

/** What a network said of some pictures, and what is true of them. */
export interface Scored {
  readonly split: SplitName;
  readonly rows: Uint32Array;
  readonly loss: number;
  /** `[rows, classes]`, row-major. */
  readonly probabilities: Float32Array;
  readonly labelOfRow: ArrayLike<number>;
  /** Class names in index order. */
  readonly labels: readonly string[];
}

/**
 * All figures of one split. Precision, recall and F1 of a class without pictures or predictions are 0.
 *
 * @see sklearn.metrics.classification_report with `zero_division=0`
 */
export function evaluationOf(scored: Scored): Evaluation {
  const { split, rows, loss, probabilities, labelOfRow, labels } = scored;
  const confusionMatrix = labels.map(() => labels.map(() => 0));
  const truths = rows.map((row) => labelOfRow[row] ?? 0);
  truths.forEach((truth, index) => {
    const predicted = likeliestOf(probabilities, index * labels.length, labels.length);
    const cells = confusionMatrix[truth];
    if (cells !== undefined) cells[predicted] = (cells[predicted] ?? 0) + 1;
  });
  const right = labels.reduce((sum, _label, index) => sum + (confusionMatrix[index]?.[index] ?? 0), 0);
  const perClass = labels.map((label, index) => classReport(label, index, confusionMatrix));
  return {
    split,
    loss,
    accuracy: rows.length === 0 ? 0 : right / rows.length,
    macroF1: perClass.reduce((sum, { f1 }) => sum + f1, 0) / labels.length,
    interval: wilsonInterval(rows.length === 0 ? 0 : right / rows.length, rows.length),
    labels,
    confusionMatrix,
    perClass,
    rows,
    truths,
    probabilities,
  };
}

function classReport(label: string, index: number, matrix: readonly (readonly number[])[]): ClassReport {
  const hits = matrix[index]?.[index] ?? 0;
  const support = (matrix[index] ?? []).reduce((sum, count) => sum + count, 0);
  const predicted = matrix.reduce((sum, row) => sum + (row[index] ?? 0), 0);
  const precision = predicted === 0 ? 0 : hits / predicted;
  const recall = support === 0 ? 0 : hits / support;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { label, precision, recall, f1, support };
}
