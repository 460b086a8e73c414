/**
 * Softmax and categorical cross-entropy in one, from logits and class numbers, with smoothed labels and weighted
 * classes where the recipe asks for them; and which factors a recipe's class weights are for a set, so that rare ones can
 * count as much as frequent ones.
 */
import * as tf from '@tensorflow/tfjs';
import { StudioError } from '../protocol/errors.ts';
import type { Recipe } from '../protocol/recipe/recipe.ts';

export interface LossSettings {
  /** Share of each label that is spread over all classes: 0 to 1. */
  readonly labelSmoothing: number;
  /** Factor on the loss of each class, in training only; null weighs all alike. */
  readonly classWeights: Float32Array | null;
}

/** As the paper has it. */
export const PLAIN_LOSS: LossSettings = { labelSmoothing: 0, classWeights: null };

export interface LossAndGradient {
  /** `[2]`: sum of the losses and number of right answers over the batch. */
  readonly sums: tf.Tensor1D;
  /** Gradient of the mean loss, `[batch, classes]`. */
  readonly dLogits: tf.Tensor2D;
}

/** The factors on the loss of each class, on the device; the caller disposes them. */
export const classWeightsTensor = ({ classWeights }: LossSettings): tf.Tensor1D | null =>
  classWeights === null ? null : tf.tensor1d(classWeights);

/** `[2]`: sum of the losses, classes weighed alike, and number of right answers; call it in a tidy. */
export function lossSums(logits: tf.Tensor2D, labels: tf.Tensor1D, settings: LossSettings): tf.Tensor1D {
  return softmaxCrossEntropy(logits, labels, { ...settings, classWeights: null }).sums;
}

/**
 * Loss, hits and gradient of one batch; call it in a tidy. Weighted losses are still divided by the number of pictures.
 *
 * @param logits `[batch, classes]`, before softmax
 * @param labels `[batch]`, int32
 * @param classWeights those of the settings, where they have been put on the device before
 * @see keras.losses.SparseCategoricalCrossentropy; keras.Model.fit, `class_weight`
 */
export function softmaxCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  settings: LossSettings,
  classWeights: tf.Tensor1D | null = classWeightsTensor(settings),
): LossAndGradient {
  const { labelSmoothing } = settings;
  const weights = classWeights === null ? {} : { weights: classWeights };
  const [sums, dLogits] = tf
    .engine()
    .runKernel<[tf.Tensor1D, tf.Tensor2D]>(
      'MienSoftmaxLoss',
      { logits, labels, ...weights },
      { labelSmoothing },
    );
  return { sums, dLogits };
}

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
  const weights = Float32Array.from(labels, (label) => classWeights[label] ?? 1);
  if (train.some((row) => weights[labelOfRow[row] ?? 0]! > 0)) return weights;
  throw new StudioError({
    code: 'recipe/invalid',
    message: `Recipe field classWeights: expected a number above 0 for a class that has pictures to learn from. Came: ${JSON.stringify(classWeights)}.`,
    hint: 'With 0 for all nothing is learned: give a class that counts a number above 0, or take the field out.',
  });
}
