/** Reading an evaluation: which class is taken for which, and which pictures of a cell the network was surest of. */
import { likeliestOf } from '../../lib/figures/sureness.ts';
import type { Evaluation } from '../../protocol/events.ts';
import type { Cell } from '../chart.ts';

/** A cell off the diagonal, with its pictures and their share of the true class. */
export interface Confusion extends Cell {
  readonly count: number;
  readonly share: number;
}

/** The cells off the diagonal that have pictures, most first, at most so many. */
export function worstPairs(evaluation: Evaluation, most: number): readonly Confusion[] {
  const shares = rowShares(evaluation.confusionMatrix);
  const pairs = evaluation.confusionMatrix.flatMap((row, truth) =>
    row.map((count, predicted) => ({ truth, predicted, count, share: shares[truth]?.[predicted] ?? 0 })),
  );
  return pairs
    .filter(({ truth, predicted, count }) => truth !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, most);
}

/** The cell off the diagonal with the most pictures; null when nothing is wrong. */
export function worstConfusion(evaluation: Evaluation): Cell | null {
  return worstPairs(evaluation, 1)[0] ?? null;
}

/** What is taken for what most often, as the end of a sentence. */
export function worstText(evaluation: Evaluation): string {
  const worst = worstConfusion(evaluation);
  if (worst === null) return 'no class taken for another';
  const { labels } = evaluation;
  return `most often ${labels[worst.truth] ?? ''} taken for ${labels[worst.predicted] ?? ''}`;
}

/** Counts as shares of their row, 0 to 1; an empty row stays empty. */
export function rowShares(counts: readonly (readonly number[])[]): number[][] {
  return counts.map((row) => {
    const sum = row.reduce((total, count) => total + count, 0);
    return row.map((count) => (sum === 0 ? 0 : count / sum));
  });
}

/** A picture of a cell, with the probability of what it was taken for and of what it is. */
export interface SurePicture {
  readonly row: number;
  readonly ofPredicted: number;
  readonly ofTruth: number;
}

/**
 * The pictures of a cell, surest first.
 *
 * @param labelOfRow label index of each row of the set
 */
export function picturesInCell(
  evaluation: Evaluation,
  labelOfRow: Uint16Array,
  cell: Cell,
): readonly SurePicture[] {
  const classes = evaluation.labels.length;
  const found: SurePicture[] = [];
  evaluation.rows.forEach((row, index) => {
    if (labelOfRow[row] !== cell.truth) return;
    const probabilities = evaluation.probabilities.subarray(index * classes, (index + 1) * classes);
    if (likeliestOf(probabilities, 0, classes) !== cell.predicted) return;
    found.push({
      row,
      ofPredicted: probabilities[cell.predicted] ?? 0,
      ofTruth: probabilities[cell.truth] ?? 0,
    });
  });
  return found.sort((a, b) => b.ofPredicted - a.ofPredicted);
}

/** Names cut to three letters for the matrix' head, and longer where two would be the same. */
export function shortLabels(labels: readonly string[]): readonly string[] {
  return labels.map((label) => {
    for (let length = 3; length < label.length; length++) {
      const short = label.slice(0, length);
      if (labels.filter((other) => other.startsWith(short)).length === 1) return short;
    }
    return label;
  });
}
