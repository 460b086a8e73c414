/**
 * Owns rows that hold lists: all values of a row, and how long the lists in it are. A list of lists of numbers is an array
 * with a shape; a row may go on from one page to the next.
 *
 * @see https://parquet.apache.org/docs/file-format/nestedencoding/
 */
import type { CellColumn, Levels } from './pages/page-cells.ts';
import type { CellValue } from './pages/page-values.ts';

/** The values of one row. */
export class CellList {
  readonly values: CellValue[] = [];
  /** How many lists, and at last values, there are at each depth. */
  readonly #counts: number[];

  constructor(depth: number) {
    this.#counts = Array.from({ length: depth }, () => 0);
  }

  /** @param repetition the depth at which it goes on; 0 for a row's first */
  add(value: CellValue, repetition: number): void {
    this.values.push(value);
    for (let depth = Math.max(0, repetition - 1); depth < this.#counts.length; depth += 1)
      this.#counts[depth] = this.#counts[depth]! + 1;
  }

  /** The sides of the array that it is; null where lists of one depth differ in length. */
  get shape(): readonly number[] | null {
    const sides = this.#counts.map((count, depth) => count / (this.#counts[depth - 1] ?? 1));
    return sides.every((side) => Number.isInteger(side) && side > 0) ? sides : null;
  }
}

/** Puts a column's rows together, page by page. */
export class ListReader {
  #open: CellList | null = null;

  constructor(readonly column: CellColumn) {}

  /** The rows that are whole now: a page's last may go on. */
  add(levels: Levels, values: readonly CellValue[]): CellList[] {
    const { deepestDefinition, deepestRepetition } = this.column;
    const whole: CellList[] = [];
    let next = 0;
    for (let i = 0; i < levels.count; i += 1) {
      const repetition = levels.repetition?.[i] ?? 0;
      if (repetition === 0) {
        whole.push(...this.finish());
        this.#open = new CellList(deepestRepetition);
      }
      if (levels.definition !== null && levels.definition[i] !== deepestDefinition) continue;
      this.#open?.add(values[next]!, repetition);
      next += 1;
    }
    return whole;
  }

  /** The last row. */
  finish(): CellList[] {
    const open = this.#open;
    this.#open = null;
    return open === null ? [] : [open];
  }
}
