/**
 * Owns chance for the drawn faces: a small generator keyed by (seed, index), so that any
 * picture can be drawn again on its own, in any order, on any machine.
 */

/** One step of splitmix32's finaliser: spreads a key over all 32 bits. */
function mixBits(value: number): number {
  let z = (value + 0x9e3779b9) >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** A stream of chance (sfc32), with the few distributions that drawing needs. */
export class Chance {
  private a: number;
  private b: number;
  private c: number;
  private d = 1;

  /**
   * @param seed whole stream's seed, an integer
   * @param index picture number within the stream; other streams of one seed use negative indices
   */
  constructor(seed: number, index: number) {
    this.a = mixBits(seed);
    this.b = mixBits(this.a ^ mixBits(index));
    this.c = mixBits(this.b ^ seed);
    for (let warmUp = 0; warmUp < 12; warmUp++) this.unit();
  }

  /** Uniform in [0, 1). */
  unit(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0;
    return (t >>> 0) / 4294967296;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /** Normal, cut at two and a half deviations: a face with an eye out of place helps nobody. */
  normal(mean: number, deviation: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    const value = radius * Math.cos(2 * Math.PI * this.unit());
    return mean + deviation * Math.max(-2.5, Math.min(2.5, value));
  }

  /** True with probability p. */
  happens(p: number): boolean {
    return this.unit() < p;
  }

  /** One entry of a list, all equally likely. */
  pick<T>(list: readonly T[]): T {
    const entry = list[Math.floor(this.unit() * list.length)];
    if (entry === undefined) throw new RangeError('pick: expected a list with entries, got an empty one');
    return entry;
  }

  /** One entry of a list of [entry, weight]. */
  weighted<T>(list: readonly (readonly [T, number])[]): T {
    let rest = this.unit() * list.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [entry, weight] of list) {
      rest -= weight;
      if (rest < 0) return entry;
    }
    const last = list[list.length - 1];
    if (last === undefined) throw new RangeError('weighted: expected a list with entries, got an empty one');
    return last[0];
  }

  /** Shuffles a list in place (Fisher and Yates) and returns it. */
  shuffle<T>(list: T[]): T[] {
    for (let i = list.length - 1; i > 0; i--) {
      const j = Math.floor(this.unit() * (i + 1));
      const held = list[i] as T;
      list[i] = list[j] as T;
      list[j] = held;
    }
    return list;
  }
}
