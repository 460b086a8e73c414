/** Owns finding pictures that are there more than once: the same file, or the same picture saved another way. */
import { correlation, looksDistance, type Fingerprint } from './fingerprint.ts';

/** Rows that are copies of each other, each set of at least two, in row order. */
export interface Duplicates {
  readonly exact: readonly (readonly number[])[];
  /** Sets that are not already told by `exact`: of copies of one file, the first stands for all. */
  readonly near: readonly (readonly number[])[];
}

/** Bits of 64 that may differ: seven, so that of eight bytes one is equal and candidates are found by it. */
const MOST_BITS = 7;

/** How alike the thumbnails must be. Different drawn faces of the sample set reach 0.97. */
const LEAST_CORRELATION = 0.985;

/** Finds them. */
export function findDuplicates(prints: readonly Fingerprint[]): Duplicates {
  const byFile = new Map<string, number[]>();
  for (const [row, { file }] of prints.entries()) {
    const rows = byFile.get(file);
    if (rows === undefined) byFile.set(file, [row]);
    else rows.push(row);
  }
  const copies = [...byFile.values()];
  const firsts = copies.map((rows) => rows[0]!);
  return { exact: copies.filter((rows) => rows.length > 1), near: findNear(firsts, prints) };
}

function findNear(rows: readonly number[], prints: readonly Fingerprint[]): number[][] {
  const sets = new Sets();
  for (const bucket of bucketsOf(rows, prints)) {
    for (const [i, first] of bucket.entries()) {
      for (const second of bucket.slice(i + 1)) {
        if (sets.find(first) !== sets.find(second) && isNear(prints[first]!, prints[second]!)) {
          sets.join(first, second);
        }
      }
    }
  }
  return sets.ofAtLeastTwo(rows);
}

/** Rows that agree in one of the eight bytes of their looks: any two that are near are together in one. */
function bucketsOf(rows: readonly number[], prints: readonly Fingerprint[]): number[][] {
  const buckets = new Map<number, number[]>();
  for (const row of rows) {
    for (let byte = 0; byte < 8; byte += 1) {
      const word = prints[row]!.looks[byte < 4 ? 0 : 1];
      const key = byte * 256 + ((word >>> ((byte % 4) * 8)) & 255);
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [row]);
      else bucket.push(row);
    }
  }
  return [...buckets.values()];
}

function isNear(a: Fingerprint, b: Fingerprint): boolean {
  return (
    looksDistance(a.looks, b.looks) <= MOST_BITS && correlation(a.thumbnail, b.thumbnail) >= LEAST_CORRELATION
  );
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
