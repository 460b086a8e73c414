/**
 * What is left behind the last whole vector: a value at a time, by the same instructions as four, so that a channel has the
 * same bits whether it lies among the last three or not.
 */

/** Bytes at a time from `c` on: a vector's, or one value's where no whole one is left before `width`. */
// @ts-expect-error: a decorator of AssemblyScript's
@inline
export function stepAt(c: usize, width: usize): usize {
  return c + 16 <= width ? 16 : 4;
}

/** Four values, or one in all lanes. */
// @ts-expect-error: a decorator of AssemblyScript's
@inline
export function loadStep(at: usize, step: usize): v128 {
  return step == 16 ? v128.load(at) : v128.load32_splat(at);
}

/** Four values, or the first of them. */
// @ts-expect-error: a decorator of AssemblyScript's
@inline
export function storeStep(at: usize, value: v128, step: usize): void {
  if (step == 16) v128.store(at, value);
  else v128.store_lane<f32>(at, value, 0);
}
