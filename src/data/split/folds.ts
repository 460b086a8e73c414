/**
 * Owns stratified folds: the very rows that scikit-learn's `StratifiedKFold(of, shuffle=True, random_state=seed)` puts
 * into each, so that every picture is tested on once.
 *
 * @see scikit-learn `model_selection/_split.py` (StratifiedKFold)
 */
import { StudioError } from '../../protocol/errors.ts';
import { RandomState } from './mt19937.ts';

/** Which of how many folds tests, from 1. */
export interface FoldPlan {
  readonly of: number;
  readonly number: number;
}

/**
 * The rows that a fold leaves, and those that it tests on, both in the set's order.
 *
 * @param labels class names in index order, for messages
 * @param seed NumPy's, 0 to 2^32 - 1
 * @throws StudioError `data/class-too-small` when a class has fewer rows than there are folds
 */
export function foldRows(
  labelOfRow: Uint16Array,
  labels: readonly string[],
  { of, number }: FoldPlan,
  seed: number,
): [rest: Uint32Array, test: Uint32Array] {
  const foldOfRow = foldsOf(labelOfRow, labels, of, seed);
  const rows = Uint32Array.from(labelOfRow.keys());
  return [
    rows.filter((row) => foldOfRow[row] !== number - 1),
    rows.filter((row) => foldOfRow[row] === number - 1),
  ];
}

/** The fold of each row, from 0. */
function foldsOf(labelOfRow: Uint16Array, labels: readonly string[], of: number, seed: number): Uint16Array {
  // In the order in which classes come first, as scikit-learn numbers them.
  const classes = [...new Set(labelOfRow)];
  const counts = classes.map((label) => labelOfRow.reduce((sum, each) => sum + (each === label ? 1 : 0), 0));
  const small = classes.filter((_, index) => (counts[index] ?? 0) < of);
  if (small.length > 0)
    throw tooSmall(
      small.map((label) => labels[label] ?? ''),
      of,
    );
  const random = new RandomState(seed);
  const foldOfRow = new Uint16Array(labelOfRow.length);
  let before = 0;
  classes.forEach((label, index) => {
    const count = counts[index] ?? 0;
    // Labels in order are dealt to the folds one by one; this class's lie from `before` on.
    const dealt = Array.from({ length: count }, (_, at) => (before + at) % of).sort((a, b) => a - b);
    before += count;
    const shuffled = random.shuffle(Uint32Array.from(dealt));
    let at = 0;
    for (const [row, each] of labelOfRow.entries()) if (each === label) foldOfRow[row] = shuffled[at++]!;
  });
  return foldOfRow;
}

function tooSmall(labels: readonly string[], of: number): StudioError {
  const listed = labels.slice(0, 5).map((label) => `"${label}"`);
  const more = labels.length > 5 ? ` and ${(labels.length - 5).toString()} more` : '';
  return new StudioError({
    code: 'data/class-too-small',
    message: `For ${of.toString()} folds every class needs at least ${of.toString()} pictures; ${listed.join(', ')}${more} ${labels.length === 1 ? 'has' : 'have'} fewer.`,
    hint: 'Take fewer folds, add pictures to those classes, or have them left out: “Least pictures of a class”, where the set is chosen.',
  });
}

/** Why a set is not split into folds. */
export function noFolds(isGiven: boolean): StudioError {
  return new StudioError({
    code: 'data/no-folds',
    message: `The recipe tests on a fold, which deals pictures one by one; ${isGiven ? 'the set brings its own split' : 'some of the set’s pictures belong together and have to stay in one part'}.`,
    hint: `Take split.fold out of the recipe, or the option for ${isGiven ? 'the set’s own split' : 'what belongs together'}.`,
  });
}
