/**
 * Owns splitting whole groups: all rows of a group, for example of one person, go to the same part, and the parts
 * still have the classes in the same proportions, as near as the groups allow.
 *
 * @see scikit-learn `StratifiedGroupKFold`, which deals groups out by the same rule into equal folds
 */
import type { SplitName } from '../protocol/dataset.ts';
import { StudioError } from '../protocol/errors.ts';
import { shuffledRange } from '../lib/random.ts';
import type { Split, SplitPlan } from './split.ts';

const PARTS: readonly SplitName[] = ['train', 'validation', 'test'];

/**
 * Splits groups.
 *
 * @param labelOfRow label index of each row
 * @param groupOfRow number of each row's group
 * @throws StudioError `data/split-too-small` when there are too few groups to fill all parts
 */
export function splitGroups(labelOfRow: Uint16Array, groupOfRow: Uint32Array, plan: SplitPlan): Split {
  const groups = gather(groupOfRow);
  const classes = labelOfRow.reduce((most, label) => Math.max(most, label + 1), 0);
  const totals = new Float64Array(classes);
  for (const label of labelOfRow) totals[label] = totals[label]! + 1;
  const dealt = new Map(PARTS.map((part) => [part, new Float64Array(classes)]));
  const rows: Record<SplitName, number[]> = { train: [], validation: [], test: [] };
  for (const group of inDealingOrder(groups, plan.seed)) {
    const counts = countLabels(group, labelOfRow);
    const costs = PARTS.map((part) => costOf(counts, dealt.get(part)!, totals, plan[part]));
    const part = PARTS[costs.indexOf(Math.min(...costs))]!;
    const sums = dealt.get(part)!;
    for (const [label, count] of counts) sums[label] = sums[label]! + count;
    for (const row of group) rows[part].push(row);
  }
  for (const part of PARTS) if (rows[part].length === 0) throw tooFewGroups(groups.length, part);
  return {
    train: shuffled(rows.train, plan.seed, 0),
    validation: shuffled(rows.validation, plan.seed, 1),
    test: shuffled(rows.test, plan.seed, 2),
  };
}

/** Rows by group, in the order in which groups first occur. */
function gather(groupOfRow: Uint32Array): number[][] {
  const groups = new Map<number, number[]>();
  for (const [row, group] of groupOfRow.entries()) {
    const rows = groups.get(group);
    if (rows === undefined) groups.set(group, [row]);
    else rows.push(row);
  }
  return [...groups.values()];
}

/** Largest first, since small ones even out what large ones leave; of one size in the seed's order. */
function inDealingOrder(groups: readonly number[][], seed: number): number[][] {
  const order = shuffledRange(groups.length, seed, 'groups');
  return Array.from(order, (index) => groups[index]!).sort((a, b) => b.length - a.length);
}

function countLabels(rows: readonly number[], labelOfRow: Uint16Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(labelOfRow[row]!, (counts.get(labelOfRow[row]!) ?? 0) + 1);
  return counts;
}

/** By how much a group would bring a part nearer to its fraction of each class (negative) or farther from it. */
function costOf(
  counts: ReadonlyMap<number, number>,
  dealt: Float64Array,
  totals: Float64Array,
  fraction: number,
): number {
  let cost = 0;
  for (const [label, count] of counts) {
    const before = dealt[label]! / totals[label]! - fraction;
    const after = before + count / totals[label]!;
    cost += after * after - before * before;
  }
  return cost;
}

function shuffled(rows: readonly number[], seed: number, part: number): Uint32Array {
  return shuffledRange(rows.length, seed, 'group rows', part).map((index) => rows[index]!);
}

function tooFewGroups(groups: number, part: SplitName): StudioError {
  return new StudioError({
    code: 'data/split-too-small',
    message: `Groups were to be split into train, validation and test; with ${groups} groups nothing is left for ${part}.`,
    hint: 'Choose a column with more groups, or split without groups.',
  });
}
