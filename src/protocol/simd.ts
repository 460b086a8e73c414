/**
 * Owns whether WebAssembly has relaxed SIMD here. Page and engine both ask: in a browser they have the same.
 *
 * @see https://github.com/WebAssembly/relaxed-simd
 */

/** A module of one function, which multiplies and adds without rounding in between where the machine can. */
const MULTIPLY_ADD = [
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  // Its type: nothing to a vector.
  ...[1, 5, 1, 96, 0, 1, 123],
  ...[3, 2, 1, 0],
  // Its code: three vectors of zeros, f32x4.relaxed_madd, end.
  ...[10, 19, 1, 17, 0],
  ...[65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11],
];

/** Not all browsers do, and Node 20 only by a flag. */
export const hasRelaxedSimd = (): boolean => WebAssembly.validate(Uint8Array.from(MULTIPLY_ADD));
