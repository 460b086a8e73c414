/**
 * Owns what is looked at beyond cleaning: pictures without a face, copies, near copies and classes with too few pictures,
 * and which rows are left after the recipe's choices about them.
 */
import type { AsideRow } from '../../protocol/set/dataset.ts';
import type { CuratingOptions } from '../dataset-options.ts';
import type { Fingerprint } from './fingerprint.ts';
import { JoinedSets } from './joined-sets.ts';
import { findNearCopies, type Watched } from './near-copies.ts';

/** One row after cleaning. */
export interface CuratedRow {
  readonly label: string;
  readonly print: Fingerprint;
  /** What it belongs to, or null. */
  readonly group: string | null;
  /** Whether a face was found in its picture; null where none was looked for. */
  readonly hasFace: boolean | null;
}

/** Rows that are copies of each other, each set of at least two, in row order. */
interface Duplicates {
  readonly exact: readonly (readonly number[])[];
  /** Sets that are not already told by `exact`: of copies of one file, the first stands for all. */
  readonly near: readonly (readonly number[])[];
}

/** What is left, and what was found. Rows are numbered as after cleaning. */
export interface Curated {
  /** Rows to keep, in order. */
  readonly kept: readonly number[];
  /** Rows that are dropped and why, in row order of each reason. */
  readonly aside: readonly { readonly row: number; readonly why: AsideRow['why'] }[];
  /** Number of each kept row's group; null when every row stands alone. */
  readonly groupOfKept: Uint32Array | null;
  readonly duplicates: Duplicates;
  /** Rows without a face; null where none was looked for. */
  readonly withoutFace: readonly number[] | null;
  readonly smallClasses: readonly { readonly label: string; readonly pictures: number }[];
  readonly dropped: {
    readonly withoutFace: number;
    readonly duplicates: number;
    readonly nearDuplicates: number;
    readonly smallClasses: number;
  };
}

/**
 * Looks and decides.
 *
 * @throws the signal's reason when it is aborted
 */
export async function curate(
  rows: readonly CuratedRow[],
  options: CuratingOptions,
  watched: Watched = {},
): Promise<Curated> {
  const duplicates = await findDuplicates(
    rows.map((row) => row.print),
    watched,
  );
  const left = new Set(rows.keys());
  const aside: { row: number; why: AsideRow['why'] }[] = [];
  const drop = (candidates: Iterable<number>, why: AsideRow['why']): number => {
    const before = left.size;
    for (const row of candidates) if (left.delete(row)) aside.push({ row, why });
    return before - left.size;
  };
  const faceless = [...rows.keys()].filter((row) => rows[row]?.hasFace === false);
  const droppedFaceless = options.withoutFace === 'leaveOut' ? drop(faceless, 'withoutFace') : 0;
  const copies = (sets: readonly (readonly number[])[]): number[] => sets.flatMap((set) => set.slice(1));
  const droppedExact = options.duplicates === 'drop' ? drop(copies(duplicates.exact), 'duplicate') : 0;
  // Copies of a file that is dropped as a near copy go with it.
  const droppedNear =
    options.nearDuplicates === 'drop'
      ? drop(withCopies(copies(duplicates.near), duplicates), 'nearDuplicate')
      : 0;
  const counts = countLabels([...left], rows);
  const smallClasses = [...counts]
    .filter(([, pictures]) => pictures < options.leastPictures)
    .map(([label, pictures]) => ({ label, pictures }));
  const small = new Set(smallClasses.map(({ label }) => label));
  const droppedSmall = drop(
    [...left].filter((row) => small.has(rows[row]!.label)),
    'smallClass',
  );
  const kept = [...left];
  return {
    kept,
    aside,
    groupOfKept: groupsOf(kept, rows, duplicates, options),
    duplicates,
    withoutFace: rows.every(({ hasFace }) => hasFace === null) ? null : faceless,
    smallClasses,
    dropped: {
      withoutFace: droppedFaceless,
      duplicates: droppedExact,
      nearDuplicates: droppedNear,
      smallClasses: droppedSmall,
    },
  };
}

async function findDuplicates(prints: readonly Fingerprint[], watched: Watched): Promise<Duplicates> {
  const byFile = new Map<string, number[]>();
  for (const [row, { file }] of prints.entries()) {
    const rows = byFile.get(file);
    if (rows === undefined) byFile.set(file, [row]);
    else rows.push(row);
  }
  const copies = [...byFile.values()];
  const firsts = copies.map((rows) => rows[0]!);
  return {
    exact: copies.filter((rows) => rows.length > 1),
    near: await findNearCopies(firsts, prints, watched),
  };
}

function withCopies(rows: readonly number[], { exact }: Duplicates): number[] {
  const setOf = new Map(exact.map((set) => [set[0]!, set]));
  return rows.flatMap((row) => setOf.get(row) ?? [row]);
}

function countLabels(left: readonly number[], rows: readonly CuratedRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of left) counts.set(rows[row]!.label, (counts.get(rows[row]!.label) ?? 0) + 1);
  return counts;
}

/** Joins what belongs together: by the set's groups, and copies where they are to stay in one part. */
function groupsOf(
  kept: readonly number[],
  rows: readonly CuratedRow[],
  duplicates: Duplicates,
  options: CuratingOptions,
): Uint32Array | null {
  const sets = new JoinedSets(rows.length);
  const joinAll = (members: readonly number[]): void => {
    for (const member of members) sets.join(members[0]!, member);
  };
  const byGroup = new Map<string, number>();
  for (const row of kept) {
    const { group } = rows[row]!;
    if (group === null) continue;
    const first = byGroup.get(group);
    if (first === undefined) byGroup.set(group, row);
    else sets.join(first, row);
  }
  if (options.duplicates === 'together') duplicates.exact.forEach(joinAll);
  if (options.nearDuplicates === 'together') {
    duplicates.near.forEach(joinAll);
    // Of copies of one file, the first stands for all among the near ones.
    duplicates.exact.forEach(joinAll);
  }
  const groups = Uint32Array.from(kept, (row) => sets.setOf[row]!);
  return byGroup.size === 0 && new Set(groups).size === kept.length ? null : groups;
}
