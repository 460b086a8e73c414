/**
 * Owns Mien's random numbers: Philox4x32-10, a counter-based generator. A draw depends on its key alone (seed, what
 * it is for, and up to three numbers such as view and row), so that order, batch size and resuming change nothing.
 *
 * @see Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011
 */

/** A run's seed, 0 to 2^32 - 1. */
export type Seed = number;

/** Endless draws of one key. */
export interface KeyedRandom {
  /** Next 32 bits, 0 to 2^32 - 1. */
  nextUint32(): number;
  /** Uniform from `low` up to, not including, `high`. */
  uniform(low: number, high: number): number;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
  /** True with the given probability. */
  bernoulli(probability: number): boolean;
}

/**
 * Starts the draws of a key.
 *
 * @param purpose what they are for, for example `rotation`: each purpose has draws of its own
 * @param numbers up to three whole numbers, 0 to 2^32 - 1, for example view and row
 */
export function keyedRandom(seed: Seed, purpose: string, ...numbers: readonly number[]): KeyedRandom {
  const counter = new Uint32Array([0, numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0]);
  const key = purposeKey(purpose);
  let block = new Uint32Array(4);
  let used = block.length;
  const nextUint32 = (): number => {
    if (used === block.length) {
      block = philox4x32(counter, seed, key);
      counter[0] = counter[0]! + 1;
      used = 0;
    }
    used += 1;
    return block[used - 1]!;
  };
  const unit = (): number => nextUint32() / 2 ** 32;
  return {
    nextUint32,
    uniform: (low, high) => low + (high - low) * unit(),
    // Box and Muller; 1 - u keeps the logarithm from zero.
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    bernoulli: (probability) => unit() < probability,
  };
}

/** The first `count` words of a key's draws at once: what as many calls of `nextUint32` give, and many times faster. */
export function keyedWords(
  count: number,
  seed: Seed,
  purpose: string,
  [a, b, c]: readonly [number, number, number],
): Uint32Array {
  const words = new Uint32Array(Math.ceil(count / 4) * 4);
  const key = purposeKey(purpose);
  for (let block = 0; block * 4 < count; block += 1)
    philoxInto(words, block * 4, [block, a, b, c], seed, key);
  return words.subarray(0, count);
}

/**
 * The numbers from 0 to `count` - 1 in a random order that depends on the key alone, for example an epoch's order.
 */
export function shuffledRange(
  count: number,
  seed: Seed,
  purpose: string,
  ...numbers: readonly number[]
): Uint32Array {
  const random = keyedRandom(seed, purpose, ...numbers);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(random.uniform(0, i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/**
 * Ten rounds of Philox4x32.
 *
 * @param counter 4 words
 * @returns 4 words
 */
export function philox4x32(counter: Uint32Array, key0: number, key1: number): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(4);
  philoxInto(out, 0, counter, key0, key1);
  return out;
}

/** Writes a block's four words to `out` from `at` on. */
function philoxInto(
  out: Uint32Array,
  at: number,
  counter: ArrayLike<number>,
  key0: number,
  key1: number,
): void {
  let a = counter[0]!;
  let b = counter[1]!;
  let c = counter[2]!;
  let d = counter[3]!;
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < 10; round += 1) {
    const highA = multiplyHigh(0xd2511f53, a);
    const lowA = Math.imul(0xd2511f53, a);
    const highC = multiplyHigh(0xcd9e8d57, c);
    const lowC = Math.imul(0xcd9e8d57, c);
    a = highC ^ b ^ k0;
    c = highA ^ d ^ k1;
    b = lowC;
    d = lowA;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[at] = a;
  out[at + 1] = b;
  out[at + 2] = c;
  out[at + 3] = d;
}

/** Upper 32 bits of the 64-bit product of two unsigned words. */
function multiplyHigh(x: number, y: number): number {
  const x0 = x & 0xffff;
  const x1 = x >>> 16;
  const y0 = y & 0xffff;
  const y1 = y >>> 16;
  const middle = x1 * y0 + ((x0 * y0) >>> 16);
  return x1 * y1 + Math.floor(middle / 0x10000) + ((x0 * y1 + (middle & 0xffff)) >>> 16);
}

/** The second half of a purpose's key: FNV-1a, 32 bits. */
export function purposeKey(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
