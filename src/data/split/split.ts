/**
 * Owns which rows train, validate and test: the very rows, in the very order, that two calls of scikit-learn's
 * `train_test_split` give, the first taking the training part and the second halving the rest.
 *
 * @see scikit-learn `model_selection/_split.py` (`StratifiedShuffleSplit`), `utils/extmath.py` (`_approximate_mode`)
 */
import { foldRows, type FoldPlan } from './folds.ts';
import { RandomState } from './mt19937.ts';
import type { SplitName } from '../../protocol/set/dataset.ts';
import { StudioError } from '../../protocol/errors.ts';

/** The recipe's `split`. */
export interface SplitPlan {
  /** Fractions, which add up to 1. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** NumPy's seed, 0 to 2^32 - 1. */
  readonly seed: number;
  /** Which of how many stratified folds tests, from 1; the shares of the two other parts divide the rest. */
  readonly fold?: { readonly of: number; readonly number: number } | undefined;
  /** How much of the training part trains; all where it is left out. */
  readonly trainShare?: number;
}

/** Row numbers by split. */
export type Split = Readonly<Record<SplitName, Uint32Array>>;

/**
 * Splits rows so that each part has the classes in the same proportions. A share of 0 for validation or test leaves that
 * part empty, and two calls of `train_test_split` become one; of both, all rows train, in the set's order.
 *
 * @param labelOfRow label index of each row, 0 to `labels.length` - 1
 * @param labels class names in scikit-learn's order (sorted), for messages
 * @throws StudioError `data/class-too-small` when a class has fewer rows than a split needs of it;
 * `data/split-too-small` when a part would have fewer rows than there are classes
 */
export function splitRows(labelOfRow: Uint16Array, labels: readonly string[], plan: SplitPlan): Split {
  if (plan.fold !== undefined) return splitFold(labelOfRow, labels, { ...plan, fold: plan.fold });
  const held = tidy(plan.validation + plan.test);
  const every = Uint32Array.from(labelOfRow.keys());
  const given = { labelOfRow, labels, seed: plan.seed };
  const none = new Uint32Array(0);
  if (held === 0) return { train: every, validation: none, test: none };
  if (plan.test === 0 || plan.validation === 0) {
    const other = plan.test === 0 ? 'validation' : 'test';
    const [train, taken] = splitInTwo(every, held, { ...given, names: ['train', other] });
    return { train, validation: none, test: none, [other]: taken };
  }
  const [train, rest] = splitInTwo(every, held, { ...given, names: ['train', 'validation and test'] });
  const [validation, test] = splitInTwo(rest, plan.test / held, { ...given, names: ['validation', 'test'] });
  return { train, validation, test };
}

/** The rows of a fold test; the rest is split in two by the shares of training and validation. */
function splitFold(
  labelOfRow: Uint16Array,
  labels: readonly string[],
  plan: SplitPlan & { readonly fold: FoldPlan },
): Split {
  const [rest, test] = foldRows(labelOfRow, labels, plan.fold, plan.seed);
  if (plan.validation === 0) return { train: rest, validation: new Uint32Array(0), test };
  const by = { labelOfRow, labels, seed: plan.seed, names: ['train', 'validation'] as const };
  const [train, validation] = splitInTwo(rest, plan.validation / (plan.train + plan.validation), by);
  return { train, validation, test };
}

/** What rows are split by. */
export interface TwoParts {
  readonly labelOfRow: Uint16Array;
  readonly labels: readonly string[];
  readonly seed: number;
  /** What the two parts are called, for messages. */
  readonly names: readonly [string, string];
}

/**
 * Splits rows in two: `train_test_split(rows, test_size=fraction, random_state=seed, stratify=...)`.
 *
 * @throws StudioError `data/class-too-small`, `data/split-too-small`
 */
export function splitInTwo(rows: Uint32Array, fraction: number, by: TwoParts): [Uint32Array, Uint32Array] {
  const labelOfIndex = Uint16Array.from(rows, (row) => by.labelOfRow[row]!);
  const [first, second] = splitIndices(labelOfIndex, tidy(fraction), by);
  return [first.map((index) => rows[index]!), second.map((index) => rows[index]!)];
}

function splitIndices(
  labelOfRow: Uint16Array,
  fraction: number,
  { labels, seed, names }: TwoParts,
): [Uint32Array, Uint32Array] {
  const rowsOfClass = groupRows(labelOfRow, labels.length);
  const present = rowsOfClass.filter((rows) => rows.length > 0);
  const secondCount = Math.ceil(fraction * labelOfRow.length);
  const firstCount = labelOfRow.length - secondCount;
  checkClasses(rowsOfClass, labels, names);
  checkSize(names[0], firstCount, present.length);
  checkSize(names[1], secondCount, present.length);

  const random = new RandomState(seed);
  const counts = present.map((rows) => rows.length);
  const firstOfClass = approximateMode(counts, firstCount, random);
  const remaining = counts.map((count, index) => count - firstOfClass[index]!);
  const secondOfClass = approximateMode(remaining, secondCount, random);

  const first: number[] = [];
  const second: number[] = [];
  for (const [index, rows] of present.entries()) {
    const order = random.permutation(rows.length);
    const cut = firstOfClass[index]!;
    for (const at of order.subarray(0, cut)) first.push(rows[at]!);
    for (const at of order.subarray(cut, cut + secondOfClass[index]!)) second.push(rows[at]!);
  }
  return [random.shuffle(Uint32Array.from(first)), random.shuffle(Uint32Array.from(second))];
}

/**
 * How many of each class to draw: proportional, rounded down, and what is missing given to the largest remainders;
 * ties are broken by lot.
 */
function approximateMode(counts: readonly number[], draws: number, random: RandomState): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (count / total) * draws);
  const drawn = exact.map(Math.floor);
  let missing = Math.trunc(draws - drawn.reduce((sum, count) => sum + count, 0));
  if (missing <= 0) return drawn;
  const remainders = exact.map((value, index) => value - drawn[index]!);
  const descending = [...new Set(remainders)].sort((a, b) => b - a);
  for (const remainder of descending) {
    const tied = remainders.flatMap((value, index) => (value === remainder ? [index] : []));
    const now = Math.min(tied.length, missing);
    for (const index of random.choice(tied, now)) drawn[index] = drawn[index]! + 1;
    missing -= now;
    if (missing === 0) break;
  }
  return drawn;
}

function groupRows(labelOfRow: Uint16Array, classes: number): number[][] {
  const rows = Array.from({ length: classes }, (): number[] => []);
  for (const [row, label] of labelOfRow.entries()) rows[label]!.push(row);
  return rows;
}

function checkClasses(
  rowsOfClass: readonly number[][],
  labels: readonly string[],
  names: readonly string[],
): void {
  const lonely = labels.filter((_, index) => rowsOfClass[index]!.length === 1);
  if (lonely.length === 0) return;
  const listed = lonely.slice(0, 5).map((label) => `"${label}"`);
  const more = lonely.length > 5 ? ` and ${lonely.length - 5} more` : '';
  throw new StudioError({
    code: 'data/class-too-small',
    message: `To split into ${names[0]!} and ${names[1]!}, every class needs at least 2 pictures; ${listed.join(', ')}${more} ${lonely.length === 1 ? 'has' : 'have'} 1.`,
    hint: 'Add pictures to those classes, or have them left out: “Least pictures of a class”, where the set is chosen.',
  });
}

function checkSize(name: string, rows: number, classes: number): void {
  if (rows >= classes) return;
  throw new StudioError({
    code: 'data/split-too-small',
    message: `The ${name} part needs at least one picture of each of the ${classes} classes; it would have ${rows}.`,
    hint: 'Use more pictures, or give that part a larger fraction.',
  });
}

/** 0.30000000000000004 back to the 0.3 that a person wrote, since one row more or less hangs on it. */
function tidy(fraction: number): number {
  return Number(fraction.toPrecision(12));
}
