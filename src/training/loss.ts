/**
 * Softmax and categorical cross-entropy in one, from logits and class numbers, with smoothed labels and weighted
 * classes where the recipe asks for them.
 */
import * as tf from '@tensorflow/tfjs';

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

/** `[2]`: sum of the losses, classes weighed alike, and number of right answers; call it in a tidy. */
export function lossSums(logits: tf.Tensor2D, labels: tf.Tensor1D, settings: LossSettings): tf.Tensor1D {
  return softmaxCrossEntropy(logits, labels, { ...settings, classWeights: null }).sums;
}

/**
 * Loss, hits and gradient of one batch; call it in a tidy. Weighted losses are still divided by the number of pictures.
 *
 * @param logits `[batch, classes]`, before softmax
 * @param labels `[batch]`, int32
 * @see keras.losses.SparseCategoricalCrossentropy; keras.Model.fit, `class_weight`
 */
export function softmaxCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  { labelSmoothing, classWeights }: LossSettings,
): LossAndGradient {
  const weights = classWeights === null ? {} : { weights: tf.tensor1d(classWeights) };
  const [sums, dLogits] = tf
    .engine()
    .runKernel<[tf.Tensor1D, tf.Tensor2D]>(
      'MienSoftmaxLoss',
      { logits, labels, ...weights },
      { labelSmoothing },
    );
  return { sums, dLogits };
}
