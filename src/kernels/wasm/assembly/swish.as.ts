/**
 * The sigmoid g(x) = 1 / (1 + e^-x), swish, x times its sigmoid, and the gradient through that, (g + x g (1 - g)) dy, each in
 * one pass.
 *
 * **e^x.** With n the whole number nearest to x / ln 2, e^x = 2^n e^r, and r = x - n ln 2 is within 0.35 of zero; ln 2 is taken
 * in two parts, of which the first times n is exact. e^r is a polynomial of the sixth degree, and 2^n the bits of a float's
 * exponent. Added to 1.5 times 2^23 a number has no place for fractions, so n comes of one addition, and its last bits are
 * those of n: WebAssembly’s own rounding and conversion take a dozen instructions for what cannot happen here. Every step
 * is one rounding of one operation, so the bits are those of any machine: JavaScript leaves the last ones of its `Math` to each
 * engine.
 *
 * **Roof.** 22 operations forward and 4 more backward on 8 and 12 bytes, one of them a division, which takes 5 cycles for
 * four lanes: arithmetic and memory are near each other. By tfjs' operations it is a pass for the sigmoid and one for the
 * product, and four backward.
 *
 * @see Moshier, Cephes Mathematical Library, `expf`
 */

import { between } from './geometry.as';

/** Beyond these, what comes out is no longer a normal number. */
const LOWEST: f32 = -87;
const HIGHEST: f32 = 87;

/** Floats of this size are whole numbers. */
const WHOLE: f32 = 12582912;

function add(a: v128, b: f32): v128 {
  return f32x4.add(a, f32x4.splat(b));
}

/** e^x to two units in the last place; not a number stays so. */
export function exponential(x: v128): v128 {
  x = between(x, f32x4.splat(LOWEST), f32x4.splat(HIGHEST));
  const shifted = add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), WHOLE);
  const n = add(shifted, -WHOLE);
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let p = add(f32x4.mul(r, f32x4.splat(1.98756915e-4)), 1.3981999507e-3);
  p = add(f32x4.mul(p, r), 8.3334519073e-3);
  p = add(f32x4.mul(p, r), 4.1665795894e-2);
  p = add(f32x4.mul(p, r), 1.6666665459e-1);
  p = add(f32x4.mul(p, r), 5.0000001201e-1);
  p = add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), 1);
  return f32x4.mul(p, i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23));
}

function gateOf(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), add(exponential(f32x4.neg(x)), 1));
}

/** 1 - g is e^-x g, which does not lose its digits where g is near one. */
function slope(x: v128): v128 {
  const power = exponential(f32x4.neg(x));
  const gate = f32x4.div(f32x4.splat(1), add(power, 1));
  return f32x4.add(gate, f32x4.mul(f32x4.mul(x, gate), f32x4.mul(power, gate)));
}

/** `out` = the sigmoid of `x`. */
export function sigmoid(x: usize, out: usize, count: i32): void {
  let end = out + ((<usize>(count & ~3)) << 2);
  for (; out < end; out += 16, x += 16) v128.store(out, gateOf(v128.load(x)));
  end += (<usize>(count & 3)) << 2;
  for (; out < end; out += 4, x += 4) v128.store_lane<f32>(out, gateOf(v128.load32_splat(x)), 0);
}

/** `out` = swish of `x`. */
export function swish(x: usize, out: usize, count: i32): void {
  let end = out + ((<usize>(count & ~3)) << 2);
  for (; out < end; out += 16, x += 16) {
    const value = v128.load(x);
    v128.store(out, f32x4.mul(value, gateOf(value)));
  }
  end += (<usize>(count & 3)) << 2;
  for (; out < end; out += 4, x += 4) {
    const value = v128.load32_splat(x);
    v128.store_lane<f32>(out, f32x4.mul(value, gateOf(value)), 0);
  }
}

/** `out` = `dy` times the slope of swish at `x`. */
export function swishGrad(dy: usize, x: usize, out: usize, count: i32): void {
  let end = out + ((<usize>(count & ~3)) << 2);
  for (; out < end; out += 16, dy += 16, x += 16) {
    v128.store(out, f32x4.mul(v128.load(dy), slope(v128.load(x))));
  }
  end += (<usize>(count & 3)) << 2;
  for (; out < end; out += 4, dy += 4, x += 4) {
    v128.store_lane<f32>(out, f32x4.mul(v128.load32_splat(dy), slope(v128.load32_splat(x))), 0);
  }
}
