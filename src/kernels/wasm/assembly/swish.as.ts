/**
 * The sigmoid g(x) = 1 / (1 + e^-x), swish, x times its sigmoid, and the gradient through that, (g + x g (1 - g)) dy, each in
 * one pass.
 *
 * **e^-x.** With n the whole number nearest to -x / ln 2, e^-x = 2^n e^-s, and s = x + n ln 2 is within 0.35 of zero; ln 2 is
 * taken in two parts, of which the first times n is exact. Added to 1.5 times 2^23 a number has no place for fractions, so n comes
 * of one addition, and its last bits are those of n: WebAssembly’s own rounding and conversion take a dozen instructions for what
 * cannot happen here. e^-s is (q - s) / (q + s), where q = s coth(s / 2) is even and so flat that three terms in s^2 have it to
 * 3e-10; of a polynomial for e^-s alone it would be seven. The quotient is never taken: its lower half is d = q + s, its upper
 * one u = 2^n (q - s), to whose exponent n is added as a whole number, and g = d / (d + u). So a value takes 21 operations, one
 * of them a division, where a polynomial took 30. Every step is one rounding of one operation, so the bits
 * are those of any machine: JavaScript leaves the last ones of its `Math` to each engine. Over all floats, taken once one by
 * one against float64, swish is within 4 roundings, the sigmoid within 3, and e^x within 1.7 units in the last place.
 *
 * **Constants.** V8 makes each constant anew where it is used, in every turn of a loop, by two to five instructions: more than the
 * arithmetic. What it does not know to be one, and is made before the loop, stays in a register, so a zero is added that is none
 * for what it knows. And an older V8 (Node 20) brings out of a loop only what is certain to be needed in it: it has to end at
 * its end.
 *
 * **Roof.** 8 to 12 bytes a value; arithmetic and memory are near each other. By tfjs' operations it is a pass for the sigmoid and
 * one for the product, and four backward. On Zen 4 swish takes 11 cycles for four values in Node 20 and in Node 24; by a polynomial
 * with V8's constants it took 22 and 37 (`npm run bench -- --only kernels`).
 *
 * @see Muller et al., Handbook of Floating-Point Arithmetic, 2018, on the reduction in two parts
 */

import { between } from './geometry.as';

/** Beyond these the reciprocal of what is divided by would be no normal number. */
const LOWEST: f32 = -86;
const HIGHEST: f32 = 86;

/** Floats of this size are whole numbers. */
const WHOLE: f32 = 12582912;

/** From x to powers of two. */
const POWERS: f32 = -1.44269504088896341;

/** ln 2 is the sum of these; the first has ten bits. */
const LN2: f32 = 0.693359375;
const LN2_REST: f32 = -2.1219444e-4;

/** Terms of q, which begins with 2, by s^2 and s^4. */
const SECOND: f32 = 0.16666583;
const FOURTH: f32 = -0.00276389;

/** What is left of x when whole powers of two are taken. */
function rest(x: v128, n: v128, ln2: v128, ln2Rest: v128): v128 {
  return f32x4.add(f32x4.add(x, f32x4.mul(n, ln2)), f32x4.mul(n, ln2Rest));
}

/** q. */
function even(s: v128, two: v128, second: v128, fourth: v128): v128 {
  const square = f32x4.mul(s, s);
  return f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(square, fourth), second), square), two);
}

/** A number times 2^n, by the last bits of `shifted`; of what is not a number anything. */
function scale(x: v128, shifted: v128): v128 {
  return i32x4.add(x, i32x4.shl(shifted, 23));
}

/** e^x to two units in the last place; not a number stays so. */
export function exponential(x: v128): v128 {
  x = between(f32x4.neg(x), f32x4.splat(LOWEST), f32x4.splat(HIGHEST));
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(POWERS)), f32x4.splat(WHOLE));
  const n = f32x4.sub(shifted, f32x4.splat(WHOLE));
  const s = rest(x, n, f32x4.splat(LN2), f32x4.splat(LN2_REST));
  const q = even(s, f32x4.splat(2), f32x4.splat(SECOND), f32x4.splat(FOURTH));
  return f32x4.div(scale(f32x4.sub(q, s), shifted), f32x4.add(q, s));
}

/** What is computed of a value. */
const SIGMOID: i32 = 0;
const SWISH: i32 = 1;
const SWISH_GRAD: i32 = 2;

/** What is asked for of `x`, from the halves of its sigmoid. */
function result(kind: i32, x: v128, d: v128, u: v128, one: v128, dy: usize, isSingle: bool): v128 {
  const sum = f32x4.add(d, u);
  if (kind == SIGMOID) return f32x4.div(d, sum);
  if (kind == SWISH) return f32x4.div(f32x4.mul(x, d), sum);
  // 1 - g is u / (d + u), which does not lose its digits where g is near one.
  const part = f32x4.div(one, sum);
  const gate = f32x4.mul(d, part);
  const slope = f32x4.add(gate, f32x4.mul(f32x4.mul(x, gate), f32x4.mul(u, part)));
  return f32x4.mul(isSingle ? v128.load32_splat(dy) : v128.load(dy), slope);
}

/** Of each of some rows four values at a time, and those that are left one by one; from the end of one row to the next are `gap` bytes. */
function run(kind: i32, dy: usize, x: usize, out: usize, count: i32, rows: i32, gap: usize): void {
  if (count <= 0) return;
  // Of a count that is not negative, which V8 does not know.
  const zero = <f32>(count >>> 31);
  const low = f32x4.splat(LOWEST + zero);
  const high = f32x4.splat(HIGHEST + zero);
  const whole = f32x4.splat(WHOLE + zero);
  const powers = f32x4.splat(POWERS + zero);
  const ln2 = f32x4.splat(LN2 + zero);
  const ln2Rest = f32x4.splat(LN2_REST + zero);
  const two = f32x4.splat(2 + zero);
  const second = f32x4.splat(SECOND + zero);
  const fourth = f32x4.splat(FOURTH + zero);
  const one = f32x4.splat(1 + zero);
  const rowBytes = (<usize>count) << 2;
  let end = out + rowBytes;
  for (;;) {
    do {
      const isSingle = end - out < 16;
      const value = isSingle ? v128.load32_splat(x) : v128.load(x);
      const held = between(value, low, high);
      const shifted = f32x4.add(f32x4.mul(held, powers), whole);
      const s = rest(held, f32x4.sub(shifted, whole), ln2, ln2Rest);
      const q = even(s, two, second, fourth);
      const d = f32x4.add(q, s);
      const u = scale(f32x4.sub(q, s), shifted);
      const made = result(kind, value, d, u, one, dy, isSingle);
      if (isSingle) v128.store_lane<f32>(out, made, 0);
      else v128.store(out, made);
      const step: usize = isSingle ? 4 : 16;
      out += step;
      x += step;
      dy += step;
    } while (out < end);
    if (--rows <= 0) return;
    out += gap;
    x += gap;
    end = out + rowBytes;
  }
}

/** `out` = the sigmoid of `x`. */
export function sigmoid(x: usize, out: usize, count: i32): void {
  run(SIGMOID, x, x, out, count, 1, 0);
}

/** `out` = swish of `x`. */
export function swish(x: usize, out: usize, count: i32): void {
  run(SWISH, x, x, out, count, 1, 0);
}

/** Swish in place, of `count` values of each of some rows that are `rowBytes` apart. */
export function swishRows(at: usize, count: i32, rows: i32, rowBytes: usize): void {
  run(SWISH, at, at, at, count, rows, rowBytes - ((<usize>count) << 2));
}

/** `out` = `dy` times the slope of swish at `x`. */
export function swishGrad(dy: usize, x: usize, out: usize, count: i32): void {
  run(SWISH_GRAD, dy, x, out, count, 1, 0);
}
