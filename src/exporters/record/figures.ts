/** Owns a run's figures as programs and spreadsheets read them: the lines of its history, and what its test says. */
import { csvLine } from '../../lib/csv.ts';
import {
  bestThreshold,
  binsOf,
  calibrationError,
  surenessOf,
  topAccuracy,
  type SureBin,
} from '../../lib/figures/sureness.ts';
import type { EpochRecord, Evaluation, RunResult } from '../../protocol/events.ts';

/** One line of `history.json`. */
export type HistoryLine = Omit<EpochRecord, 'phaseIndex'>;

export function historyLine({
  phase,
  epoch,
  loss,
  accuracy,
  valLoss,
  valAccuracy,
  learningRate,
  seconds,
}: EpochRecord): HistoryLine {
  return { phase, epoch, loss, accuracy, valLoss, valAccuracy, learningRate, seconds };
}

/** How sure it was of the test pictures, in bins; null where their true classes were not kept. */
export function reliabilityOf({
  labels,
  probabilities,
  rows,
  truths,
}: Evaluation): readonly SureBin[] | null {
  if (truths.length !== rows.length) return null;
  return binsOf(surenessOf(probabilities, truths, labels.length));
}

/** The content of `evaluation.json`; null when the run was stopped before its first epoch ended, or kept no test pictures. */
export function evaluationRecord({
  test,
  sureness,
  kept,
  recipe,
}: Pick<RunResult, 'test' | 'sureness' | 'kept' | 'recipe'>): object | null {
  if (test === null) return null;
  const { labels, loss, accuracy, macroF1, interval, confusionMatrix, perClass, probabilities } = test;
  const reliability = reliabilityOf(test);
  return {
    labels,
    // Whose network it is, and whether the recipe or the order of phases decided that.
    kept: kept === null ? null : { phase: recipe.phases[kept.phaseIndex]?.name, ...kept },
    testLoss: loss,
    testAccuracy: accuracy,
    top2Accuracy: reliability === null ? null : topAccuracy(probabilities, test.truths, labels.length, 2),
    macroF1,
    interval,
    confusionMatrix,
    perClass,
    calibrationError: reliability === null ? null : calibrationError(reliability),
    reliability,
    // Chosen on the validation pictures; null where they do not tell, or there are none.
    unsureBelow: sureness === null ? null : bestThreshold(sureness),
  };
}

/** `history.csv`: one line an epoch, with empty cells for validation where the split kept no pictures for it. */
export function historyTable(history: readonly EpochRecord[]): string {
  const lines = history.map(historyLine);
  const heads = Object.keys(lines[0] ?? {});
  return [heads, ...lines.map((line) => Object.values(line).map((value) => value ?? ''))]
    .map((cells) => csvLine(cells))
    .join('');
}

/** `evaluation.csv`: one line a class. */
export function classTable({ perClass }: Evaluation): string {
  const lines = perClass.map(({ label, precision, recall, f1, support }) => [
    label,
    precision,
    recall,
    f1,
    support,
  ]);
  return [['label', 'precision', 'recall', 'f1', 'support'], ...lines]
    .map((cells) => csvLine(cells))
    .join('');
}

/** `confusion-matrix.csv`: counts, a line for each true class and a column for each that was predicted. */
export function confusionTable({ labels, confusionMatrix }: Evaluation): string {
  const lines = confusionMatrix.map((counts, truth) => [labels[truth] ?? '', ...counts]);
  return [['true class', ...labels], ...lines].map((cells) => csvLine(cells)).join('');
}
