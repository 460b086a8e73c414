/** Owns what is said of a set beyond its rows: what was left out, what is there twice, and what a split cuts. */
import type { AsideRow, Findings } from '../protocol/set/dataset.ts';
import type { CleanedRows } from './cleaning/clean-rows.ts';
import type { Curated } from './cleaning/curate.ts';
import { countCut } from './split/split-set.ts';
import type { Split } from './split/split.ts';

/** Puts it together, with rows numbered as in the set, those aside after them. */
export function findingsOf(cleaned: CleanedRows, curated: Curated, split: Split): Findings {
  const shown = [...curated.kept, ...curated.aside.map(({ row }) => row)];
  const newNumber = new Map(shown.map((row, index) => [row, index]));
  const renumber = (sets: readonly (readonly number[])[]): number[][] =>
    sets.map((set) => set.map((row) => newNumber.get(row)!));
  const duplicates = renumber(curated.duplicates.exact);
  const nearDuplicates = renumber(curated.duplicates.near);
  const { withoutFace, smallClasses, dropped } = curated;
  return {
    leftOut: cleaned.leftOut,
    aside: asideOf(cleaned, curated),
    duplicates,
    nearDuplicates,
    setsAcrossSplits: countAcross([...duplicates, ...nearDuplicates], split),
    groupsAcrossSplits: countCut(curated.groupOfKept, split),
    withoutFace: withoutFace === null ? null : (renumber([withoutFace])[0] ?? null),
    smallClasses,
    dropped,
  };
}

/** Rows that can be shown but are not part of the set. */
function asideOf({ rows, unlabelled }: CleanedRows, { aside }: Curated): AsideRow[] {
  const dropped = aside.map(({ row, why }) => ({ why, label: rows[row]!.label }));
  return [...dropped, ...unlabelled.map(({ why }) => ({ why, label: '' }))];
}

/** How many sets have rows in several parts. */
export function countAcross(sets: readonly (readonly number[])[], split: Split): number {
  const partOf = new Map(
    Object.entries(split).flatMap(([part, rows]) => Array.from(rows, (row) => [row, part])),
  );
  // What was dropped is in no part.
  return sets.filter((set) => new Set(set.flatMap((row) => partOf.get(row) ?? [])).size > 1).length;
}
