/**
 * Owns splitting whole groups: all rows of a group, for example of one person, go to the same part, and the parts
 * still have the classes in the same proportions, as near as the groups allow.
 *
 * @see scikit-learn `StratifiedGroupKFold`, which deals groups out by the same rule into equal folds
 */
import type { SplitName } from '../../protocol/set/dataset.ts';
import { StudioError } from '../../protocol/errors.ts';
import { countOf } from '../../lib/format.ts';
import { shuffledRange } from '../../lib/random.ts';
import type { Split, SplitPlan } from './split.ts';

/** What groups are split by. */
export interface GroupedRows {
  /** Label index of each row. */
  readonly labelOfRow: Uint16Array;
  /** Number of each row's group. */
  readonly groupOfRow: Uint32Array;
  readonly seed: number;
}

/**
 * Splits groups into train, validation and test.
 *
 * @throws StudioError `data/split-too-small` when there are too few groups to fill all parts
 */
export function splitGroups(labelOfRow: Uint16Array, groupOfRow: Uint32Array, plan: SplitPlan): Split {
  const { seed } = plan;
  const by = { labelOfRow, groupOfRow, seed };
  const names = (['train', 'validation', 'test'] as const).filter(
    (name) => name === 'train' || plan[name] > 0,
  );
  const parts = dealGroups(
    Uint32Array.from(labelOfRow.keys()),
    names.map((name) => [name, plan[name]]),
    by,
  );
  const rowsOf = (name: SplitName): Uint32Array => parts[names.indexOf(name)] ?? new Uint32Array(0);
  return { train: rowsOf('train'), validation: rowsOf('validation'), test: rowsOf('test') };
}

/**
 * Splits the groups of some rows, of which each part gets its fraction of each class.
 *
 * @returns the rows of each part, in the seed's order
 * @throws StudioError `data/split-too-small` when there are too few groups to fill all parts
 */
export function dealGroups(
  rows: Uint32Array,
  parts: readonly (readonly [name: SplitName, fraction: number])[],
  { labelOfRow, groupOfRow, seed }: GroupedRows,
): Uint32Array[] {
  const groups = gather(rows, groupOfRow);
  const classes = labelOfRow.reduce((most, label) => Math.max(most, label + 1), 0);
  const totals = new Float64Array(classes);
  for (const row of rows) totals[labelOfRow[row]!] = totals[labelOfRow[row]!]! + 1;
  const dealt = parts.map(() => ({ sums: new Float64Array(classes), rows: [] as number[] }));
  for (const group of inDealingOrder(groups, seed)) {
    const counts = countLabels(group, labelOfRow);
    const costs = parts.map(([, fraction], part) => costOf(counts, dealt[part]!.sums, totals, fraction));
    const { sums, rows: taken } = dealt[costs.indexOf(Math.min(...costs))]!;
    for (const [label, count] of counts) sums[label] = sums[label]! + count;
    for (const row of group) taken.push(row);
  }
  const names = parts.map(([name]) => name);
  const empty = dealt.findIndex(({ rows: taken }) => taken.length === 0);
  if (empty !== -1) throw tooFewGroups(groups.length, names, names[empty]!);
  return dealt.map(({ rows: taken }, part) => shuffled(taken, seed, part));
}

/** Some rows by group, in the order in which groups first occur. */
function gather(rows: Uint32Array, groupOfRow: Uint32Array): number[][] {
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const group = groups.get(groupOfRow[row]!);
    if (group === undefined) groups.set(groupOfRow[row]!, [row]);
    else group.push(row);
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

function tooFewGroups(groups: number, names: readonly SplitName[], empty: SplitName): StudioError {
  return new StudioError({
    code: 'data/split-too-small',
    message: `Groups were to be split into ${names.slice(0, -1).join(', ')} and ${names.at(-1)!}; with ${countOf(groups, 'group')} nothing is left for ${empty}.`,
    hint: 'Choose a column with more groups, or split without groups.',
  });
}
