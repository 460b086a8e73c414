/** Means of repeated runs and how far apart they may be, when both spreads are only known from the runs. */

/** The mean. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation of what the values are a sample of: divided by one less than their number. */
export function standardDeviation(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** A difference of means; the 95 % interval reaches `halfWidth` to either side. */
export interface Difference {
  readonly difference: number;
  readonly halfWidth: number;
}

/**
 * How much larger the mean behind `one` is than that behind `other`.
 *
 * @throws RangeError for fewer than two values of either
 * @see Welch, "The generalization of Student's problem when several different population variances are involved", 1947
 */
export function welch(one: readonly number[], other: readonly number[]): Difference {
  if (one.length < 2 || other.length < 2)
    throw new RangeError('A spread needs at least two values on either side.');
  const difference = mean(one) - mean(other);
  const [a = 0, b = 0] = [one, other].map((values) => standardDeviation(values) ** 2 / values.length);
  if (a + b === 0) return { difference, halfWidth: 0 };
  const freedom = (a + b) ** 2 / (a ** 2 / (one.length - 1) + b ** 2 / (other.length - 1));
  return { difference, halfWidth: studentBound(freedom, 0.95) * Math.sqrt(a + b) };
}

/** The bound that Student's t with this many degrees of freedom, at least 1, stays within with probability `share`. */
export function studentBound(freedom: number, share: number): number {
  // With t = sqrt(freedom) tan(angle), the density is a power of the cosine.
  const upTo = (angle: number): number => simpson((at) => Math.cos(at) ** (freedom - 1), angle);
  const whole = upTo(Math.PI / 2);
  let [low, high] = [0, Math.PI / 2];
  for (let halving = 0; halving < 50; halving++) {
    const middle = (low + high) / 2;
    if (upTo(middle) / whole < share) low = middle;
    else high = middle;
  }
  return Math.sqrt(freedom) * Math.tan(low);
}

/** The integral from 0, by Simpson's rule. */
function simpson(of: (at: number) => number, to: number, steps = 2000): number {
  let sum = of(0) + of(to);
  for (let step = 1; step < steps; step++) sum += (step % 2 === 1 ? 4 : 2) * of((step * to) / steps);
  return (sum * to) / steps / 3;
}
