/** Counts of a confusion matrix as shares, for the table and the chart alike. */

/** Counts as shares of their row, 0 to 1; an empty row stays empty. */
export function rowShares(counts: readonly (readonly number[])[]): number[][] {
  return counts.map((row) => {
    const sum = row.reduce((total, count) => total + count, 0);
    return row.map((count) => (sum === 0 ? 0 : count / sum));
  });
}
