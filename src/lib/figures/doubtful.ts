/** Which labels a network doubts most: a picture whose own class it finds unlikely is wrong in its label, or hard. */
import { csvLine } from '../csv.ts';
import { likeliestOf } from './sureness.ts';

/** A picture, by how unlikely a network finds its label. */
export interface Doubtful {
  readonly row: number;
  /** The class of its label, and the likeliest. */
  readonly truth: number;
  readonly predicted: number;
  /** Probabilities of these two, 0 to 1. */
  readonly ofTruth: number;
  readonly confidence: number;
  /** Cross-entropy of its label: the natural logarithm of 1 / `ofTruth`. */
  readonly loss: number;
}

/** Keras' epsilon: a float32 may have become 0, whose logarithm is none. */
const LEAST = 1e-7;

/**
 * The highest loss first; of equal ones in the order they came.
 *
 * @param probabilities `[rows, classes]`
 * @param truths the class of each row's label
 */
export function doubtfulFirst(
  rows: ArrayLike<number>,
  probabilities: Float32Array,
  truths: ArrayLike<number>,
  classes: number,
): Doubtful[] {
  const all = Array.from(rows, (row, at): Doubtful => {
    const start = at * classes;
    const truth = truths[at] ?? 0;
    const predicted = likeliestOf(probabilities, start, classes);
    const ofTruth = probabilities[start + truth] ?? 0;
    const loss = -Math.log(Math.max(ofTruth, LEAST));
    return { row, truth, predicted, ofTruth, confidence: probabilities[start + predicted] ?? 0, loss };
  });
  return all.sort((one, other) => other.loss - one.loss);
}

/** What a table says of a picture beside what the network says of it. */
export interface DoubtfulFacts {
  /** From 0, as the source has it; null for one that was added. */
  readonly sourceRow: number | null;
  /** Path or name of its file; empty where the source has none. */
  readonly path: string;
  readonly part: string;
  /** What it was changed to since; empty where it was not. */
  readonly changedTo: string;
}

/** All of them as comma-separated values. @param facts of each, in the same order */
export function doubtfulTable(
  doubtful: readonly Doubtful[],
  facts: readonly DoubtfulFacts[],
  labels: readonly string[],
): string {
  const head = ['row', 'source_row', 'file', 'part', 'label', 'label_probability'];
  const lines = doubtful.map(({ row, truth, ofTruth, predicted, confidence, loss }, at) => {
    const { sourceRow, path, part, changedTo } = facts[at] ?? NOTHING_KNOWN;
    return csvLine([
      ...[row, sourceRow ?? '', path, part, labels[truth] ?? '', ofTruth],
      ...[labels[predicted] ?? '', confidence, loss.toFixed(6), changedTo],
    ]);
  });
  return csvLine([...head, 'predicted', 'confidence', 'loss', 'changed_to']) + lines.join('');
}

const NOTHING_KNOWN: DoubtfulFacts = { sourceRow: null, path: '', part: '', changedTo: '' };
