/**
 * Dropout by counting: a value's draw is a word of Philox4x32-10 over its place, so the same is dropped as on the host, whose
 * lib/random.ts has the generator in JavaScript. There a word takes a microsecond, since JavaScript has no product of 64 bits
 * and puts it together of four; here four blocks of four words are drawn at once, one in each lane, in some 150 instructions.
 *
 * @see Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011
 */

const MULTIPLIER_A: u32 = 0xd2511f53;
const MULTIPLIER_C: u32 = 0xcd9e8d57;

/** The key of the draws, and room for the words of four blocks. */
@unmanaged
export class Draws {
  seed: u32;
  purpose: u32;
  first: u32;
  second: u32;
  third: u32;
  words: u32;
}

/** Words of four blocks. */
const WORDS: i32 = 16;

/** The upper halves of four products of 64 bits. */
function upper(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

function lower(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}

/** Draws the words of four blocks from `block` on, and puts them behind the key. */
function draw(draws: Draws, block: u32): void {
  let a = i32x4.add(i32x4.splat(block), i32x4(0, 1, 2, 3)),
    b = i32x4.splat(draws.first),
    c = i32x4.splat(draws.second),
    d = i32x4.splat(draws.third),
    key0 = draws.seed,
    key1 = draws.purpose;
  for (let round = 0; round < 10; round++) {
    const lowA = i64x2.extmul_low_i32x4_u(a, i32x4.splat(MULTIPLIER_A));
    const highA = i64x2.extmul_high_i32x4_u(a, i32x4.splat(MULTIPLIER_A));
    const lowC = i64x2.extmul_low_i32x4_u(c, i32x4.splat(MULTIPLIER_C));
    const highC = i64x2.extmul_high_i32x4_u(c, i32x4.splat(MULTIPLIER_C));
    a = v128.xor(v128.xor(upper(lowC, highC), b), i32x4.splat(key0));
    c = v128.xor(v128.xor(upper(lowA, highA), d), i32x4.splat(key1));
    b = lower(lowC, highC);
    d = lower(lowA, highA);
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
  const to = changetype<usize>(draws) + offsetof<Draws>('words');
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5),
    cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  v128.store(to, v128.shuffle<i32>(ab, cd, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<i32>(ab, cd, 2, 3, 6, 7), 16);
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7),
    cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i32>(abHigh, cdHigh, 0, 1, 4, 5), 32);
  v128.store(to, v128.shuffle<i32>(abHigh, cdHigh, 2, 3, 6, 7), 48);
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
  limit: u32,
  kept: f32,
): void {
  const words = changetype<usize>(draws) + offsetof<Draws>('words');
  for (let drawn = 0, at = 0; at < count; drawn += WORDS) {
    draw(draws, drawn / 4);
    if (valuesPerDraw == 1 && at + WORDS <= count) {
      for (let i: usize = 0; i < <usize>(WORDS << 2); i += 16) {
        const place = ((<usize>at) << 2) + i;
        const isDropped = i32x4.lt_u(v128.load(words + i), i32x4.splat(limit));
        v128.store(out + place, f32x4.mul(v128.load(x + place), v128.andnot(f32x4.splat(kept), isDropped)));
      }
      at += WORDS;
      continue;
    }
    for (let word = 0; word < WORDS && at < count; word++) {
      const factor: f32 = load<u32>(words + ((<usize>word) << 2)) < limit ? 0 : kept;
      const end = min(at + valuesPerDraw, count);
      for (; at < end; at++) {
        const place = (<usize>at) << 2;
        store<f32>(out + place, load<f32>(x + place) * factor);
      }
    }
  }
}
