/**
 * What is left behind the last whole vector: a value at a time, by the same instructions as four, so that a channel has the
 * same bits whether it lies among the last three or not.
 */

/** Functions that are put where they are called; only a class's can say so in TypeScript's syntax. */
export class Lanes {
  /** Bytes at a time from `c` on: a vector's, or one value's where no whole one is left before `width`. */
  @inline static step(c: usize, width: usize): usize {
    return c + 16 <= width ? 16 : 4;
  }

  /** Four values, or one in all lanes. */
  @inline static load(at: usize, step: usize): v128 {
    return step == 16 ? v128.load(at) : v128.load32_splat(at);
  }

  /** Four values, or the first of them. */
  @inline static store(at: usize, value: v128, step: usize): void {
    if (step == 16) v128.store(at, value);
    else v128.store_lane<f32>(at, value, 0);
  }
}
