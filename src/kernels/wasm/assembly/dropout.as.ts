/**
 * Dropout by counting: a value's draw is a word of Philox4x32-10 over its place, so the same is dropped as on the host, whose
 * lib/random.ts has the generator in JavaScript. There a word takes a microsecond, since JavaScript has no product of 64 bits
 * and puts it together of four; here a block of four words is 20 products, some 60 cycles, and the draws of a batch are
 * less than reading it.
 *
 * @see Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011
 */

const MULTIPLIER_A: u64 = 0xd2511f53;
const MULTIPLIER_C: u64 = 0xcd9e8d57;

/** The key of the draws, and four words of a block. */
@unmanaged
export class Draws {
  seed: u32;
  purpose: u32;
  first: u32;
  second: u32;
  third: u32;
  word0: u32;
  word1: u32;
  word2: u32;
  word3: u32;
}

function draw(draws: Draws, block: u32): void {
  let a = block,
    b = draws.first,
    c = draws.second,
    d = draws.third,
    key0 = draws.seed,
    key1 = draws.purpose;
  for (let round = 0; round < 10; round++) {
    const productA = MULTIPLIER_A * <u64>a;
    const productC = MULTIPLIER_C * <u64>c;
    a = <u32>(productC >> 32) ^ b ^ key0;
    c = <u32>(productA >> 32) ^ d ^ key1;
    b = <u32>productC;
    d = <u32>productA;
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
  draws.word0 = a;
  draws.word1 = b;
  draws.word2 = c;
  draws.word3 = d;
}

/**
 * `out` = `x` times `kept`, or times nothing where its word is below `limit`; `valuesPerDraw` values that lie together share
 * one.
 */
export function dropout(
  draws: Draws,
  x: usize,
  out: usize,
  count: i32,
  valuesPerDraw: i32,
  limit: f64,
  kept: f32,
): void {
  const words = changetype<usize>(draws) + offsetof<Draws>('word0');
  for (let drawn = 0, at = 0; at < count; drawn++) {
    if (drawn % 4 == 0) draw(draws, drawn / 4);
    const factor: f32 = <f64>load<u32>(words + ((<usize>(drawn & 3)) << 2)) < limit ? 0 : kept;
    const end = min(at + valuesPerDraw, count);
    for (; at < end; at++) {
      const place = (<usize>at) << 2;
      store<f32>(out + place, load<f32>(x + place) * factor);
    }
  }
}
