/**
 * Owns sets of numbers that are joined pair by pair. Which set a number is in is known at once, since of two sets the
 * smaller one is told anew: n numbers are told at most n log2(n) times in all.
 */
export class JoinedSets {
  /** By number: what its set is called, by one of its members. */
  readonly setOf: Int32Array;
  readonly #members: number[][];

  /** @param count numbers from 0, each in a set of its own */
  constructor(count: number) {
    this.setOf = Int32Array.from({ length: count }, (_, index) => index);
    this.#members = Array.from({ length: count }, (_, index) => [index]);
  }

  join(a: number, b: number): void {
    const [one, other] = [this.setOf[a]!, this.setOf[b]!];
    if (one === other) return;
    const isLarger = this.#members[one]!.length >= this.#members[other]!.length;
    const [into, from] = isLarger ? [one, other] : [other, one];
    for (const member of this.#members[from]!) {
      this.setOf[member] = into;
      this.#members[into]!.push(member);
    }
    this.#members[from] = [];
  }

  /** Sets of at least two, each in order, by their first members. */
  ofAtLeastTwo(): number[][] {
    const sets = this.#members.filter((set) => set.length > 1).map((set) => set.toSorted((a, b) => a - b));
    return sets.sort((one, other) => one[0]! - other[0]!);
  }
}
