/**
 * What several networks say together: the mean of their probabilities, or a convex combination whose weights are fitted
 * on validation pictures.
 *
 * The mean log-likelihood of a mixture, `mean(log(sum(w[k] * p[k][true class])))`, is concave in its weights, so what
 * expectation-maximisation climbs to is the best there is: `w[k]` becomes the mean share that network k has in what is
 * said of the true class.
 *
 * @see Dempster, Laird, Rubin, Maximum likelihood from incomplete data via the EM algorithm, 1977
 */

/** Probabilities of one network, `[pictures, classes]`, row-major. */
type Probabilities = Float32Array;

/** Where a step changes no weight by more, the top is reached. */
const SMALLEST_STEP = 1e-9;
const MOST_STEPS = 100_000;
/** What Keras holds probabilities off 0 by. */
const EPSILON = 1e-7;

/** Equal weights. */
export const meanWeights = (members: number): readonly number[] =>
  Array.from({ length: members }, () => 1 / members);

/** @param weights one for each network, which add up to 1 */
export function combined(
  members: readonly Probabilities[],
  weights: readonly number[],
): Float32Array<ArrayBuffer> {
  const [first] = members;
  return Float32Array.from({ length: first?.length ?? 0 }, (_, at) =>
    members.reduce((sum, member, index) => sum + (weights[index] ?? 0) * (member[at] ?? 0), 0),
  );
}

/**
 * The weights, none below 0 and adding up to 1, with the least cross-entropy.
 *
 * @param truths the true class of each picture
 */
export function fittedWeights(
  members: readonly Probabilities[],
  truths: readonly number[],
  classes: number,
): readonly number[] {
  const ofTruth = members.map((member) =>
    truths.map((truth, index) => Math.max(EPSILON, member[index * classes + truth] ?? 0)),
  );
  let weights = meanWeights(members.length);
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = stepped(ofTruth, weights, truths.length);
    const change = Math.max(...next.map((weight, index) => Math.abs(weight - (weights[index] ?? 0))));
    weights = next;
    if (change < SMALLEST_STEP) break;
  }
  return weights;
}

function stepped(
  ofTruth: readonly (readonly number[])[],
  weights: readonly number[],
  pictures: number,
): number[] {
  const shares = weights.map(() => 0);
  for (let at = 0; at < pictures; at++) {
    const parts = weights.map((weight, index) => weight * (ofTruth[index]?.[at] ?? 0));
    const all = parts.reduce((sum, part) => sum + part, 0);
    parts.forEach((part, index) => {
      shares[index] = (shares[index] ?? 0) + part / all;
    });
  }
  return shares.map((share) => share / pictures);
}
