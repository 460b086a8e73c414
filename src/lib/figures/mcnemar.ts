/**
 * Whether one network is better than another by more than chance, from their answers to the same pictures. Only those
 * count of which one is right and the other wrong: were they equally good, each of those n would fall to either side like
 * a coin. McNemar's exact test is the probability of a split as uneven as this one or more so: with k the smaller count,
 *
 *   p = min(1, 2 * sum over i = 0..k of C(n, i) / 2^n)
 *
 * @see scipy.stats.binomtest(k, n, 0.5); statsmodels' mcnemar(exact=True)
 * @see McNemar, Note on the sampling error of the difference between correlated proportions, Psychometrika 1947
 */

export interface Compared {
  /** Pictures that only the first gets right, and only the second. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly bothRight: number;
  readonly bothWrong: number;
  /** Of McNemar's exact test, two-sided. */
  readonly p: number;
}

/** @param first whether each answer is right @param second the same of the other, in the same order */
export function mcnemar(first: readonly boolean[], second: readonly boolean[]): Compared {
  let [onlyFirst, onlySecond, bothRight, bothWrong] = [0, 0, 0, 0];
  first.forEach((isRight, at) => {
    const other = second[at] === true;
    if (isRight && other) bothRight += 1;
    else if (isRight) onlyFirst += 1;
    else if (other) onlySecond += 1;
    else bothWrong += 1;
  });
  return { onlyFirst, onlySecond, bothRight, bothWrong, p: exactP(onlyFirst, onlySecond) };
}

/** The two-sided probability of two counts, were each of what is counted as likely to fall to either. */
export function exactP(one: number, other: number): number {
  const n = one + other;
  const k = Math.min(one, other);
  // Terms as logarithms: 2^-n is no double from 1,075 on.
  let logTerm = -n * Math.LN2;
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log(n - i) - Math.log(i + 1);
  }
  return Math.min(1, 2 * sum);
}
