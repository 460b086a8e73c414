/**
 * Cosine and sine by additions and multiplications alone, so that every engine has the same bits: the last ones of `Math.cos` are
 * each engine's own.
 *
 * Quarters of a turn are taken off exactly, in degrees; what is left, within an eighth of a turn, goes into the polynomials of
 * FreeBSD's mathematical library, which are within a unit in the last place there.
 *
 * @see Sun Microsystems, fdlibm, the kernels of sine and cosine, 1993
 */

/** Of x^3, x^5, … for the sine. */
const SINE = [
  -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6,
  -2.5050760253406863e-8, 1.58969099521155e-10,
] as const; // oxfmt-ignore

/** Of x^4, x^6, … for the cosine. */
const COSINE = [
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-05, -2.7557314351390663e-7,
  2.087572321298175e-9, -1.1359647557788195e-11,
] as const; // oxfmt-ignore

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

/** Cosine and sine of an angle of a few turns at most. */
export function turnBy(degrees: number): readonly [cosine: number, sine: number] {
  const quarters = Math.round(degrees / 90);
  const x = (degrees - quarters * 90) * (Math.PI / 180);
  const square = x * x;
  const sine = x + x * (square * polynomial(SINE, square));
  const cosine = 1 - (square / 2 - square * (square * polynomial(COSINE, square)));
  switch (quarters & 3) {
    case 0:
      return [cosine, sine];
    case 1:
      return [-sine, cosine];
    case 2:
      return [-cosine, -sine];
    default:
      return [sine, -cosine];
  }
}
