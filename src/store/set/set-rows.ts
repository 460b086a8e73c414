/** What is read off a set: which rows stand for it or are listed, how many there are of each class, and where one stands. */
import { NO_CLASS, type AsideRow, type DatasetSummary, type SplitName } from '../../protocol/set/dataset.ts';

/** The parts of a set, in the order they are told. */
export const PARTS: readonly SplitName[] = ['train', 'validation', 'test'];

const known = new WeakMap<DatasetSummary, Map<number, readonly number[]>>();

/**
 * Row numbers of `count` pictures that stand for a set, each class in turn; the same ones for the same set. Training
 * pictures only: test pictures stay unseen.
 */
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

/** How many pictures are in use: those in some part. */
export function pictureCount({ split }: Pick<DatasetSummary, 'split'>): number {
  return PARTS.reduce((sum, part) => sum + split[part].length, 0);
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

/** What is listed: a class or all, a part or all. */
export interface Filter {
  /** Index of the class. */
  readonly label: number | null;
  /** `leftOut` for what the user left out. */
  readonly part: SplitName | 'leftOut' | null;
}

/** Where a row stands in its set. */
export interface RowPlace {
  /** Empty where it has none. */
  readonly label: string;
  /** Null for a row that is not part of the set. */
  readonly part: SplitName | null;
  readonly aside: AsideRow['why'] | 'byHand' | null;
}

const partsOf = new WeakMap<DatasetSummary, readonly (SplitName | undefined)[]>();

/** The part of each row; made once for a set. */
function partOfRows(dataset: DatasetSummary): readonly (SplitName | undefined)[] {
  const known = partsOf.get(dataset);
  if (known !== undefined) return known;
  const parts: (SplitName | undefined)[] = Array.from({ length: dataset.labelOfRow.length });
  for (const part of PARTS) for (const row of dataset.split[part]) parts[row] = part;
  partsOf.set(dataset, parts);
  return parts;
}

/** The rows that a filter lets through, in the set's order. */
export function rowsOf(dataset: DatasetSummary, { label, part }: Filter): readonly number[] {
  if (part === 'leftOut') {
    const name = label === null ? null : dataset.labels[label];
    const out = dataset.edits?.leftOut ?? [];
    return out.filter((row) => name === null || row.label === name).map(({ row }) => row);
  }
  const parts = partOfRows(dataset);
  const rows: number[] = [];
  for (const [row, labelOfRow] of dataset.labelOfRow.entries()) {
    if (labelOfRow === NO_CLASS) continue;
    if ((label === null || label === labelOfRow) && (part === null || part === parts[row])) rows.push(row);
  }
  return rows;
}

/** Where a row stands, or why it was left out. */
export function placeOf(dataset: DatasetSummary, row: number): RowPlace {
  const label = dataset.labelOfRow[row];
  if (label === NO_CLASS) {
    const out = dataset.edits?.leftOut.find((each) => each.row === row);
    return { label: out?.label ?? '', part: null, aside: 'byHand' };
  }
  if (label !== undefined) {
    return { label: dataset.labels[label] ?? '', part: partOfRows(dataset)[row] ?? null, aside: null };
  }
  const aside = dataset.findings?.aside[row - dataset.labelOfRow.length];
  return { label: aside?.label ?? '', part: null, aside: aside?.why ?? null };
}

/** The other rows whose file is the same as this one's, and those that look the same. */
export function copiesOf(
  dataset: DatasetSummary,
  row: number,
): { readonly exact: readonly number[]; readonly near: readonly number[] } {
  const othersIn = (sets: readonly (readonly number[])[] = []): readonly number[] =>
    sets.find((set) => set.includes(row))?.filter((other) => other !== row) ?? [];
  return { exact: othersIn(dataset.findings?.duplicates), near: othersIn(dataset.findings?.nearDuplicates) };
}
