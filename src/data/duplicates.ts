/** Owns finding pictures that are there more than once: the same file, or the same picture saved another way. */
import type { Fingerprint } from './fingerprint.ts';
import { findNearCopies, type Watched } from './near-copies.ts';

/** Rows that are copies of each other, each set of at least two, in row order. */
export interface Duplicates {
  readonly exact: readonly (readonly number[])[];
  /** Sets that are not already told by `exact`: of copies of one file, the first stands for all. */
  readonly near: readonly (readonly number[])[];
}

/**
 * Finds them.
 *
 * @throws the signal's reason when it is aborted
 */
export async function findDuplicates(
  prints: readonly Fingerprint[],
  watched: Watched = {},
): Promise<Duplicates> {
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

/** Sets that are joined pair by pair (union-find). */
export class Sets {
  private readonly parents = new Map<number, number>();

  /** The set's smallest member. */
  find(member: number): number {
    let root = member;
    for (let next = this.parents.get(root); next !== undefined; next = this.parents.get(root)) root = next;
    // The way is shortened for the next time.
    for (let at = member; at !== root;) {
      const next = this.parents.get(at)!;
      this.parents.set(at, root);
      at = next;
    }
    return root;
  }

  join(a: number, b: number): void {
    const [first, second] = [this.find(a), this.find(b)].sort((x, y) => x - y);
    if (first !== second) this.parents.set(second!, first!);
  }

  ofAtLeastTwo(members: Iterable<number>): number[][] {
    const sets = new Map<number, number[]>();
    for (const member of members) {
      const root = this.find(member);
      const set = sets.get(root);
      if (set === undefined) sets.set(root, [member]);
      else set.push(member);
    }
    return [...sets.values()].filter((set) => set.length > 1);
  }
}
