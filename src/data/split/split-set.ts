/** Owns which of the ways to split a set is taken, and what is said of groups that its own split cuts. */
import { countOf } from '../../lib/format.ts';
import { StudioError } from '../../protocol/errors.ts';
import { takeGivenSplit } from './given-split.ts';
import { splitGroups } from './group-split.ts';
import { noFolds } from './folds.ts';
import { shareOfTraining } from './train-share.ts';
import { splitRows, type Split, type SplitPlan } from './split.ts';

/**
 * Splits by the set's own words where it has some, by groups where there are any, else as scikit-learn does.
 *
 * @param words the set's own word for each row's part, or null
 * @param groupOfRow number of each row's group; null where every row stands alone
 * @throws StudioError `data/unknown-split`, `data/split-too-small`, `data/class-too-small`, `data/no-folds`
 */
export function splitSet(
  words: readonly (string | null)[],
  labelOfRow: Uint16Array,
  labels: readonly string[],
  groupOfRow: Uint32Array | null,
  plan: SplitPlan,
): Split {
  const isGiven = words.some((word) => word !== null);
  if (plan.fold !== undefined && (isGiven || groupOfRow !== null)) throw noFolds(isGiven);
  const whole = isGiven
    ? takeGivenSplit(words, labelOfRow, labels, groupOfRow, plan)
    : groupOfRow === null
      ? splitRows(labelOfRow, labels, plan)
      : splitGroups(labelOfRow, groupOfRow, plan);
  return { ...whole, train: shareOfTraining(whole.train, labelOfRow, plan) };
}

/** How many groups have rows in several parts. */
export function countCut(groupOfRow: Uint32Array | null, split: Split): number {
  if (groupOfRow === null) return 0;
  const partOf = new Map<number, string>();
  const cut = new Set<number>();
  for (const [part, rows] of Object.entries(split)) {
    for (const row of rows) {
      const group = groupOfRow[row]!;
      if ((partOf.get(group) ?? part) !== part) cut.add(group);
      partOf.set(group, part);
    }
  }
  return cut.size;
}

/** What is said of such groups: a set's own split is taken as it is. */
export function groupsCut(groups: number): StudioError {
  const were = groups === 1 ? 'is' : 'are';
  return new StudioError({
    code: 'data/groups-cut',
    message: `Pictures that belong together were to stay in one part; ${countOf(groups, 'group')} ${were} in several, since the set's own split puts them there.`,
    hint: "The network is tested on what it has seen the like of. Take the option for the set's own split out to have whole groups split, or drop the copies.",
  });
}
