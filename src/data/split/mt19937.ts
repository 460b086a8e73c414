/**
 * Owns NumPy's legacy random numbers (`numpy.random.RandomState`): MT19937 and the few draws that scikit-learn's
 * splits make of it. Nothing else in Mien may use it; new draws come from the counter-based generator.
 *
 * @see Matsumoto and Nishimura, "Mersenne Twister", 1998; NumPy `_legacy/` and `mtrand.pyx`
 */

const STATE_WORDS = 624;
const SHIFT_WORDS = 397;

/** The draws of `numpy.random.RandomState(seed)`, in its order. */
export class RandomState {
  private readonly state = new Uint32Array(STATE_WORDS);
  private position = STATE_WORDS;

  /** @param seed 0 to 2^32 - 1 */
  constructor(seed: number) {
    const { state } = this;
    state[0] = seed;
    for (let i = 1; i < STATE_WORDS; i += 1) {
      const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
      state[i] = Math.imul(1812433253, previous) + i;
    }
  }

  /** Next 32 bits, 0 to 2^32 - 1. */
  nextUint32(): number {
    if (this.position === STATE_WORDS) this.refill();
    let word = this.state[this.position]!;
    this.position += 1;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** The numbers from 0 to `count` - 1 in random order, as `permutation(count)`. */
  permutation(count: number): Uint32Array {
    return this.shuffle(Uint32Array.from({ length: count }, (_, index) => index));
  }

  /** Shuffles in place and returns what it was given, as `shuffle` and `permutation(array)` order it. */
  shuffle(values: Uint32Array): Uint32Array {
    for (let i = values.length - 1; i > 0; i -= 1) {
      const j = this.interval(i);
      const kept = values[i]!;
      values[i] = values[j]!;
      values[j] = kept;
    }
    return values;
  }

  /** `count` of the values, each at most once, as `choice(values, count, replace=False)`. */
  choice(values: readonly number[], count: number): number[] {
    return Array.from(this.permutation(values.length).subarray(0, count), (index) => values[index]!);
  }

  /** Uniform in 0 to `max`, both included: masked, drawn again when beyond. */
  private interval(max: number): number {
    let mask = max;
    for (let shift = 1; shift < 32; shift *= 2) mask |= mask >>> shift;
    for (;;) {
      const value = (this.nextUint32() & mask) >>> 0;
      if (value <= max) return value;
    }
  }

  private refill(): void {
    const { state } = this;
    for (let i = 0; i < STATE_WORDS; i += 1) {
      const bits = (state[i]! & 0x80000000) | (state[(i + 1) % STATE_WORDS]! & 0x7fffffff);
      state[i] = state[(i + SHIFT_WORDS) % STATE_WORDS]! ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
    }
    this.position = 0;
  }
}
