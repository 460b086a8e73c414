/** What networks say together, and the weights by which they say it, held against SciPy's optimum. */
import { expect, it } from 'vitest';
import { combined, fittedWeights, meanWeights } from '../../../src/lib/figures/ensemble.ts';
import cases from '../../parity/data/goldens/ensembles.json';

it.each(cases)(
  'are fitted to the convex combination that SciPy finds: $weights',
  ({ classes, truths, members, weights, loss }) => {
    const probabilities = members.map((member) => Float32Array.from(member));
    const found = fittedWeights(probabilities, truths, classes);
    expect(found.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
    found.forEach((weight, index) => expect(weight).toBeCloseTo(weights[index] ?? NaN, 3));
    const together = combined(probabilities, found);
    const reached =
      truths.reduce((sum, truth, index) => sum - Math.log(together[index * classes + truth] ?? NaN), 0) /
      truths.length;
    expect(reached).toBeLessThan(loss + 1e-6);
  },
);

it('say the mean of their probabilities where all weigh the same', () => {
  const members = [Float32Array.of(0.5, 0.5), Float32Array.of(1, 0)];
  expect(Array.from(combined(members, meanWeights(2)))).toEqual([0.75, 0.25]);
});
