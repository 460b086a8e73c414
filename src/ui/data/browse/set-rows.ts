/** Which rows of a set a list shows, and what the page says of one. */
import type { AsideRow, DatasetSummary, SplitName } from '../../../protocol/dataset.ts';
import { PARTS } from '../choose-rows.ts';

/** What is listed: a class or all, a part or all. */
export interface Filter {
  /** Index of the class. */
  readonly label: number | null;
  readonly part: SplitName | null;
}

/** Where a row stands in its set. */
export interface RowPlace {
  /** Empty where it has none. */
  readonly label: string;
  /** Null for a row that is not part of the set. */
  readonly part: SplitName | null;
  readonly aside: AsideRow['why'] | null;
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
  const parts = partOfRows(dataset);
  const rows: number[] = [];
  for (const [row, labelOfRow] of dataset.labelOfRow.entries()) {
    if ((label === null || label === labelOfRow) && (part === null || part === parts[row])) rows.push(row);
  }
  return rows;
}

/** See {@link RowPlace}. */
export function placeOf(dataset: DatasetSummary, row: number): RowPlace {
  const label = dataset.labelOfRow[row];
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
