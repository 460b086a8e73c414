/** Owns which slot of a store each picture has: slots are given in the order in which pictures come. */
import { invariant } from '../../protocol/errors.ts';

export class Slots {
  readonly #slots = new Map<number, number>();

  /** @param count how many there are */
  constructor(readonly count: number) {}

  has(row: number): boolean {
    return this.#slots.has(row);
  }

  /** Slots of pictures that have one. */
  of(rows: ArrayLike<number>): Int32Array {
    return Int32Array.from(rows, (row) => this.#slots.get(row) ?? -1);
  }

  /** The same; those that have none are given the next. */
  take(rows: ArrayLike<number>): Int32Array {
    for (const row of Array.from(rows)) if (!this.has(row)) this.#slots.set(row, this.#slots.size);
    invariant(this.#slots.size <= this.count, 'a store has a slot for each of its pictures');
    return this.of(rows);
  }

  clear(): void {
    this.#slots.clear();
  }
}
