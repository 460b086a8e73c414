/**
 * Precision, recall and F1 of each class as a text, letter by letter what scikit-learn prints.
 *
 * @see sklearn.metrics.classification_report with `digits=4, zero_division=0`
 */

/** One class, all shares 0 to 1. */
export interface ReportLine {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Pictures of the class. */
  readonly support: number;
}

const HEADS = ['precision', 'recall', 'f1-score', 'support'];
const WEIGHTED = 'weighted avg';

/** @param accuracy 0 to 1 */
export function classificationReport(perClass: readonly ReportLine[], accuracy: number): string {
  const width = Math.max(WEIGHTED.length, ...perClass.map(({ label }) => lengthOf(label)));
  const line = (head: string, cells: readonly (number | string)[], support: number | string): string => {
    const shown = cells.map((cell) => (typeof cell === 'number' ? fourDigits(cell) : cell));
    return `${padded(head, width)} ${[...shown, support].map((cell) => ` ${padded(String(cell), 9)}`).join('')}\n`;
  };
  const all = perClass.reduce((sum, { support }) => sum + support, 0);
  const average = (weightOf: (one: ReportLine) => number): number[] =>
    (['precision', 'recall', 'f1'] as const).map((which) =>
      perClass.reduce((sum, one) => sum + one[which] * weightOf(one), 0),
    );
  const lines = perClass.map((one) => line(one.label, [one.precision, one.recall, one.f1], one.support));
  return [
    line('', HEADS.slice(0, 3), HEADS[3] ?? ''),
    '\n',
    ...lines,
    '\n',
    line('accuracy', ['', '', accuracy], all),
    line(
      'macro avg',
      average(() => 1 / perClass.length),
      all,
    ),
    line(
      WEIGHTED,
      average(({ support }) => (all === 0 ? 0 : support / all)),
      all,
    ),
  ].join('');
}

/** In code points, as Python counts. */
const lengthOf = (text: string): number => Array.from(text).length;

const padded = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - lengthOf(text))) + text;

/**
 * Rounded as Python rounds: of two numbers that are as near, to the even one. Halfway between two numbers of four digits
 * lie, of what a computer's numbers can be, the odd multiples of 1/32 alone: 1/20,000 is 1/32 of 1/625.
 */
function fourDigits(value: number): string {
  const isHalfway = Number.isInteger(value * 32) && (value * 32) % 2 === 1;
  if (!isHalfway) return value.toFixed(4);
  const below = Math.floor(value * 10_000);
  return ((below % 2 === 0 ? below : below + 1) / 10_000).toFixed(4);
}
