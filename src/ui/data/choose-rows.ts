/** Which pictures stand for a set: training pictures only (test pictures stay unseen), each class in turn. */
import type { DatasetSummary, SplitName } from '../../protocol/dataset.ts';

/** The parts of a set, in the order they are told. */
export const PARTS: readonly SplitName[] = ['train', 'validation', 'test'];

const known = new WeakMap<DatasetSummary, Map<number, readonly number[]>>();

/** Row numbers of `count` training pictures, spread over the classes; the same ones for the same set. */
export function pictureRows(dataset: DatasetSummary, count: number): readonly number[] {
  const chosen = known.get(dataset) ?? new Map<number, readonly number[]>();
  known.set(dataset, chosen);
  const rows = chosen.get(count) ?? spread(dataset, count);
  chosen.set(count, rows);
  return rows;
}

function spread(dataset: DatasetSummary, count: number): readonly number[] {
  const perClass: number[][] = dataset.labels.map(() => []);
  const enough = Math.ceil(count / Math.max(1, dataset.labels.length));
  for (const row of dataset.split.train) {
    const ofClass = perClass[dataset.labelOfRow[row] ?? 0];
    if (ofClass !== undefined && ofClass.length < enough) ofClass.push(row);
  }
  const rounds = Array.from({ length: enough }, (_, round) => perClass.map((rows) => rows[round]));
  return rounds
    .flat()
    .filter((row) => row !== undefined)
    .slice(0, count);
}

/** Rows of each class in each part of the split: `counts[label].train`. */
export function countByClass(
  dataset: DatasetSummary,
): readonly { readonly train: number; readonly validation: number; readonly test: number }[] {
  const counts = dataset.labels.map(() => ({ train: 0, validation: 0, test: 0 }));
  for (const part of PARTS) {
    for (const row of dataset.split[part]) {
      const ofClass = counts[dataset.labelOfRow[row] ?? 0];
      if (ofClass !== undefined) ofClass[part]++;
    }
  }
  return counts;
}
