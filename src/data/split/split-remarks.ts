/** Owns what must be known of a split: classes that the network never sees, and parts that were made of the training rows. */
import { countOf } from '../../lib/format.ts';
import type { Remark, SplitName } from '../../protocol/set/dataset.ts';
import { splitNameOf } from './given-split.ts';
import type { Split, SplitPlan } from './split.ts';

/** A set that was split. */
interface SplitSet {
  readonly labels: readonly string[];
  readonly labelOfRow: Uint16Array;
  readonly split: Split;
}

/**
 * What to say of how a set was split.
 *
 * @param words the set's own word for each row's part, or null
 */
export const splitRemarks = (
  words: readonly (string | null)[],
  set: SplitSet,
  plan: SplitPlan,
): readonly Remark[] => [...givenRemarks(words, set), ...partRemarks(plan, set.split)];

/** Of a split that the set itself brings along. */
function givenRemarks(words: readonly (string | null)[], { labels, labelOfRow, split }: SplitSet): Remark[] {
  const { train, validation, test } = split;
  if (words.every((word) => word === null)) return [];
  const given = new Set(words.map((word) => splitNameOf(word ?? '')));
  const remarks: Remark[] = [];
  for (const [name, rows] of Object.entries({ validation, test })) {
    if (given.has(name as SplitName) || rows.length === 0) continue;
    remarks.push({
      message: `The set has no labelled pictures for ${name} in parts of its own: ${countOf(rows.length, 'picture')} of its training part ${rows.length === 1 ? 'is' : 'are'} taken for it.`,
      hint: '',
    });
  }
  const trained = new Set(Array.from(train, (row) => labelOfRow[row]!));
  for (const [index, label] of labels.entries()) {
    if (trained.has(index)) continue;
    const inPart = (rows: Uint32Array): number => rows.filter((row) => labelOfRow[row] === index).length;
    const where = [[inPart(validation), 'validation'], [inPart(test), 'test']] as const; // oxfmt-ignore
    const parts = where
      .filter(([count]) => count > 0)
      .map(([count, part]) => `${countOf(count, 'picture')} in ${part}`);
    remarks.push({
      message: `The class “${label}” has no picture to train with, only ${parts.join(' and ')}: the network cannot learn it, and is wrong on each of them.`,
      hint: 'Put pictures of it into the training part, leave the class out, or split by the recipe’s shares.',
    });
  }
  return remarks;
}

/** Of a recipe that takes a part of the training pictures, or a fold to test on. */
function partRemarks({ trainShare = 1, fold }: SplitPlan, { train }: Split): Remark[] {
  const remarks: Remark[] = [];
  if (trainShare < 1) {
    const share = `${Number((trainShare * 100).toPrecision(3)).toString()} %`;
    remarks.push({
      message: `Of the training part ${share} trains, of each class alike: ${countOf(train.length, 'picture')}; the others of it are in no part.`,
      hint: 'The recipe’s split.trainShare says so; 1 takes all of them.',
    });
  }
  if (fold !== undefined) {
    remarks.push({
      message: `The test part is fold ${fold.number.toString()} of ${fold.of.toString()}; the shares of training and validation divide the rest.`,
      hint: '',
    });
  }
  return remarks;
}
