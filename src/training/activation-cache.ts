/**
 * What the frozen prefix computed, kept by (picture, view): computed once, read in every epoch. A cache that is full
 * costs speed, never the run: what it does not hold is computed again.
 */

/** Shared by the caches of a run, so that together they stay within one budget. */
export class MemoryBudget {
  usedBytes = 0;

  constructor(readonly totalBytes: number) {}

  /** Takes `bytes` if they fit. */
  take(bytes: number): boolean {
    if (this.usedBytes + bytes > this.totalBytes) return false;
    this.usedBytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.usedBytes -= bytes;
  }
}

/** One view's activations: a slab of floats, one stretch a picture, and which are there. */
interface Slab {
  readonly values: Float32Array;
  readonly isPresent: Uint8Array;
}

/** Activations of `width` floats by view and row; rows are picture numbers from 0 up to `rows`. */
export class ActivationCache {
  readonly #slabs = new Map<string, Slab>();

  constructor(
    readonly rows: number,
    readonly width: number,
    readonly budget: MemoryBudget,
  ) {}

  /** Those of `rows` that are not held for `view`. */
  missing(view: string, rows: ArrayLike<number>): number[] {
    const slab = this.#slabs.get(view);
    return Array.from(rows).filter((row) => slab?.isPresent[row] !== 1);
  }

  /** Makes room for a view; false when the budget is used up. */
  open(view: string): boolean {
    if (this.#slabs.has(view)) return true;
    if (!this.budget.take(this.#slabBytes)) return false;
    this.#slabs.set(view, {
      values: new Float32Array(this.rows * this.width),
      isPresent: new Uint8Array(this.rows),
    });
    return true;
  }

  /** Keeps the activations of `rows`, `[rows.length, width]`, of an open view. */
  store(view: string, rows: ArrayLike<number>, values: Float32Array): void {
    const slab = this.#slabs.get(view);
    if (slab === undefined) return;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] ?? 0;
      slab.values.set(values.subarray(index * this.width, (index + 1) * this.width), row * this.width);
      slab.isPresent[row] = 1;
    }
  }

  /** The activations of `rows`, all of which must be held: `[rows.length, width]`. */
  gather(view: string, rows: ArrayLike<number>): Float32Array {
    const out = new Float32Array(rows.length * this.width);
    const slab = this.#slabs.get(view);
    for (let index = 0; index < rows.length; index++) {
      const start = (rows[index] ?? 0) * this.width;
      if (slab !== undefined) out.set(slab.values.subarray(start, start + this.width), index * this.width);
    }
    return out;
  }

  /** Bytes held. */
  get sizeBytes(): number {
    return this.#slabs.size * this.#slabBytes;
  }

  clear(): void {
    this.budget.giveBack(this.sizeBytes);
    this.#slabs.clear();
  }

  get #slabBytes(): number {
    return this.rows * (this.width * Float32Array.BYTES_PER_ELEMENT + 1);
  }
}
