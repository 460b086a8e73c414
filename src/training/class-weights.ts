/** Factors on the losses of classes, so that rare ones count as much as frequent ones. */
import { StudioError } from '../protocol/errors.ts';
import type { Recipe } from '../protocol/recipe.ts';

/**
 * The recipe's class weights for a set; null when it has none.
 *
 * @param train rows to learn from: `balanced` counts their classes
 * @returns one factor a class, in the order of `labels`; 1 for a class that the recipe does not name
 * @throws StudioError `recipe/invalid` for a class that the set does not have
 * @see sklearn.utils.class_weight.compute_class_weight, `balanced`
 */
export function classWeightsOf(
  { classWeights }: Recipe,
  labels: readonly string[],
  train: Uint32Array,
  labelOfRow: ArrayLike<number>,
): Float32Array | null {
  if (classWeights === null) return null;
  if (classWeights === 'balanced') {
    const counts = new Float64Array(labels.length);
    for (const row of train) counts[labelOfRow[row] ?? 0]! += 1;
    // A class without pictures to learn from has no loss to weigh.
    return Float32Array.from(counts, (count) => (count === 0 ? 1 : train.length / (labels.length * count)));
  }
  for (const label of Object.keys(classWeights)) {
    if (labels.includes(label)) continue;
    throw new StudioError({
      code: 'recipe/invalid',
      message: `Recipe field classWeights.${label}: the set has no such class; it has ${labels.join(', ')}.`,
      hint: 'Correct the name or take the field out.',
    });
  }
  return Float32Array.from(labels, (label) => classWeights[label] ?? 1);
}
