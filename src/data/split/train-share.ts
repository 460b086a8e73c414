/** Owns which pictures of the training part train where a recipe takes a share of them. */
import { shuffledRange } from '../../lib/random.ts';
import type { SplitPlan } from './split.ts';

/**
 * A share of each class, at least one picture, in the part's order. Each class has one order by lot, of which a share
 * takes the beginning: so a larger share holds what a smaller one does.
 *
 * @param train row numbers
 */
export function shareOfTraining(
  train: Uint32Array,
  labelOfRow: Uint16Array,
  { trainShare = 1, seed }: SplitPlan,
): Uint32Array {
  if (trainShare === 1) return train;
  const taken = new Set<number>();
  for (const label of new Set(Array.from(train, (row) => labelOfRow[row]!))) {
    const rows = train.filter((row) => labelOfRow[row] === label);
    const order = shuffledRange(rows.length, seed, 'training share', label);
    const count = Math.max(1, Math.round(trainShare * rows.length));
    for (const at of order.subarray(0, count)) taken.add(rows[at]!);
  }
  return train.filter((row) => taken.has(row));
}
