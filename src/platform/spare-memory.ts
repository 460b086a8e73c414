/**
 * Owns memory that is used again: pictures of a set are mostly of one size, and asking the system for a new megabyte
 * for each costs as much as filling it.
 */

/** Stretches that wait, at most: as many pictures as are decoded at a time in one thread. */
const MOST_SPARE = 4;

export class SpareMemory {
  #spare: ArrayBuffer[] = [];

  /** So many bytes, of any content. */
  take(byteLength: number): Uint8Array<ArrayBuffer> {
    const found = this.#spare.findIndex((buffer) => buffer.byteLength >= byteLength);
    const [buffer = new ArrayBuffer(byteLength)] = found < 0 ? [] : this.#spare.splice(found, 1);
    return new Uint8Array(buffer, 0, byteLength);
  }

  /** Gives back what was taken; it must not be used after that. */
  give({ buffer }: Uint8Array<ArrayBuffer>): void {
    this.#spare = [...this.#spare, buffer].slice(-MOST_SPARE);
  }
}
