/** How sure a share of right answers is. */

/**
 * The 95 % Wilson score interval of a share.
 *
 * @param share right answers over all, 0 to 1
 * @param total how many there were; 0 gives `[0, 1]`
 * @see Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927)
 */
export function wilsonInterval(share: number, total: number): [number, number] {
  if (total === 0) return [0, 1];
  const z = 1.959964;
  const shrink = 1 + z ** 2 / total;
  const middle = (share + z ** 2 / (2 * total)) / shrink;
  const half = (z / shrink) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
