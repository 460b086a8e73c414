/** Owns which place in a slab each picture has: places are given in the order in which pictures come. */
import { invariant } from '../../protocol/errors.ts';

export class Places {
  readonly #places = new Map<number, number>();

  /** @param count how many there are */
  constructor(readonly count: number) {}

  has(row: number): boolean {
    return this.#places.has(row);
  }

  /** Places of pictures that have one. */
  of(rows: ArrayLike<number>): Int32Array {
    return Int32Array.from(rows, (row) => this.#places.get(row) ?? -1);
  }

  /** The same; those that have none are given the next. */
  take(rows: ArrayLike<number>): Int32Array {
    for (const row of Array.from(rows)) if (!this.has(row)) this.#places.set(row, this.#places.size);
    invariant(this.#places.size <= this.count, 'a slab has a place for each of its pictures');
    return this.of(rows);
  }

  clear(): void {
    this.#places.clear();
  }
}
