/**
 * The sigmoid g(x) = 1 / (1 + e^-x), swish, x times its sigmoid, and the gradient through that, (g + x g (1 - g)) dy, each in
 * one pass.
 *
 * **e^-x.** With n the whole number nearest to -x / ln 2, e^-x = 2^n e^-r, and r = x + n ln 2 is within 0.35 of zero; ln 2 is
 * taken in two parts, of which the first times n is exact. e^-r is a polynomial of the sixth degree, and 2^n the bits of a
 * float's exponent. Added to 1.5 times 2^23 a number has no place for fractions, so n comes of one subtraction, and its last bits
 * are those of n: WebAssembly’s own rounding and conversion take a dozen instructions for what cannot happen here. Every step
 * is one rounding of one operation, so the bits are those of any machine: JavaScript leaves the last ones of its `Math` to each
 * engine.
 *
 * **Roof.** 24 operations forward and 7 more backward on 8 and 12 bytes, nearly all of which wait for the one before: a vector
 * takes some 75 cycles, and a Zen 4, which looks 128 of them ahead, has four under way. So what counts is how few there are,
 * which is why nothing is negated. All is inlined, and constants stay out of the loops, for V8 puts them ahead of both that
 * use them: called for each vector, the gradient took 1.7 times as long. (`npm run bench -- --only kernels`)
 *
 * @see Moshier, Cephes Mathematical Library, `expf`
 */

import { between } from './geometry.as';

/** Beyond these, what comes out is no longer a normal number. */
const LOWEST: f32 = -87;
const HIGHEST: f32 = 87;

/** Floats of this size are whole numbers. */
const WHOLE: f32 = 12582912;

/** Put where they are called. */
export class Gate {
  @inline private static add(a: v128, b: f32): v128 {
    return f32x4.add(a, f32x4.splat(b));
  }

  /** `a` less `x` times `y`. */
  @inline private static less(a: f32, x: v128, y: v128): v128 {
    return f32x4.sub(f32x4.splat(a), f32x4.mul(x, y));
  }

  /** e^-x to two units in the last place; not a number stays so. */
  @inline static power(x: v128): v128 {
    x = between(x, f32x4.splat(LOWEST), f32x4.splat(HIGHEST));
    const shifted = Gate.less(WHOLE, x, f32x4.splat(1.44269504088896341));
    const n = Gate.add(shifted, -WHOLE);
    let r = f32x4.add(x, f32x4.mul(n, f32x4.splat(0.693359375)));
    r = f32x4.add(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
    let p = Gate.less(1.3981999507e-3, r, f32x4.splat(1.98756915e-4));
    p = Gate.less(8.3334519073e-3, p, r);
    p = Gate.less(4.1665795894e-2, p, r);
    p = Gate.less(1.6666665459e-1, p, r);
    p = Gate.less(5.0000001201e-1, p, r);
    p = Gate.add(f32x4.sub(f32x4.mul(p, f32x4.mul(r, r)), r), 1);
    return f32x4.mul(p, i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23));
  }

  /** 1 + e^-x. */
  @inline static divisor(x: v128): v128 {
    return Gate.add(Gate.power(x), 1);
  }

  /** Of swish; 1 - g is e^-x g, which does not lose its digits where g is near one. */
  @inline static slope(x: v128): v128 {
    const power = Gate.power(x);
    const gate = f32x4.div(f32x4.splat(1), Gate.add(power, 1));
    return f32x4.add(gate, f32x4.mul(f32x4.mul(x, gate), f32x4.mul(power, gate)));
  }
}

/** `out` = the sigmoid of `x`. */
export function sigmoid(x: usize, out: usize, count: i32): void {
  const one = f32x4.splat(1);
  let end = out + ((<usize>(count & ~3)) << 2);
  for (; out < end; out += 16, x += 16) v128.store(out, f32x4.div(one, Gate.divisor(v128.load(x))));
  end += (<usize>(count & 3)) << 2;
  for (; out < end; out += 4, x += 4)
    v128.store_lane<f32>(out, f32x4.div(one, Gate.divisor(v128.load32_splat(x))), 0);
}

/** `out` = swish of `x`. */
export function swish(x: usize, out: usize, count: i32): void {
  let end = out + ((<usize>(count & ~3)) << 2);
  for (; out < end; out += 16, x += 16) {
    const value = v128.load(x);
    v128.store(out, f32x4.div(value, Gate.divisor(value)));
  }
  end += (<usize>(count & 3)) << 2;
  for (; out < end; out += 4, x += 4) {
    const value = v128.load32_splat(x);
    v128.store_lane<f32>(out, f32x4.div(value, Gate.divisor(value)), 0);
  }
}

/** `out` = `dy` times the slope of swish at `x`. */
export function swishGrad(dy: usize, x: usize, out: usize, count: i32): void {
  let end = out + ((<usize>(count & ~3)) << 2);
  for (; out < end; out += 16, dy += 16, x += 16) {
    v128.store(out, f32x4.mul(v128.load(dy), Gate.slope(v128.load(x))));
  }
  end += (<usize>(count & 3)) << 2;
  for (; out < end; out += 4, dy += 4, x += 4) {
    v128.store_lane<f32>(out, f32x4.mul(v128.load32_splat(dy), Gate.slope(v128.load32_splat(x))), 0);
  }
}
