/** Owns splits that a set brings along: a column, or folders called train, validation and test. */
import type { SplitName } from '../../protocol/set/dataset.ts';
import { StudioError } from '../../protocol/errors.ts';
import { dealGroups } from './group-split.ts';
import { splitInTwo, type Split, type SplitPlan } from './split.ts';

/** Names under which sets on the web know the three parts. */
const NAMES: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
  eval: 'test',
  evaluation: 'test',
};

/** The part that a set's word for it means; null where it means none. */
export function splitNameOf(word: string): SplitName | null {
  const key = word.trim().toLowerCase();
  return Object.hasOwn(NAMES, key) ? (NAMES[key] ?? null) : null;
}

/** Whether a name is one that sets give a split. */
export const isSplitName = (name: string): boolean => splitNameOf(name) !== null;

/**
 * Takes the split that the set gives. A part that it does not have is taken from its training rows, in the recipe's
 * proportion: whole groups of them where there are groups, else as {@link splitInTwo} does it. The given parts keep the
 * set's order.
 *
 * @param splitOfRow the set's own word for each row
 * @param groupOfRow number of each row's group; null where every row stands alone
 * @throws StudioError `data/unknown-split`, `data/split-too-small`, `data/class-too-small`
 */
export function takeGivenSplit(
  splitOfRow: readonly (string | null)[],
  labelOfRow: Uint16Array,
  labels: readonly string[],
  groupOfRow: Uint32Array | null,
  plan: SplitPlan,
): Split {
  const rows: Record<SplitName, number[]> = { train: [], validation: [], test: [] };
  for (const [row, word] of splitOfRow.entries()) rows[nameOf(word)].push(row);
  let train = Uint32Array.from(rows.train);
  if (train.length === 0) throw noTrainingRows();
  const takeFromTrain = (part: 'validation' | 'test', leaving: number): Uint32Array => {
    if (rows[part].length > 0) return Uint32Array.from(rows[part]);
    if (plan[part] === 0) return new Uint32Array(0);
    const { seed } = plan;
    const fraction = plan[part] / (plan[part] + leaving);
    const parts = [['train', 1 - fraction] as const, [part, fraction] as const];
    const [rest, taken] =
      groupOfRow === null
        ? splitInTwo(train, fraction, { labelOfRow, labels, seed, names: ['train', part] })
        : dealGroups(train, parts, { labelOfRow, groupOfRow, seed });
    train = Uint32Array.from(rest!);
    return taken!;
  };
  const test = takeFromTrain('test', plan.train + (rows.validation.length > 0 ? 0 : plan.validation));
  const validation = takeFromTrain('validation', plan.train);
  return { train, validation, test };
}

function nameOf(word: string | null): SplitName {
  const name = splitNameOf(word ?? '');
  if (name !== null) return name;
  throw new StudioError({
    code: 'data/unknown-split',
    message: `Each row's split was expected to be train, validation or test; one is ${word === null ? 'not given' : `"${word.slice(0, 40)}"`}.`,
    hint: "Take the option for the set's own split out, to split by the recipe's fractions, or correct the set.",
  });
}

function noTrainingRows(): StudioError {
  return new StudioError({
    code: 'data/split-too-small',
    message: "The set's own split was expected to have training rows; it has none.",
    hint: "Take the option for the set's own split out, to split by the recipe's fractions.",
  });
}
