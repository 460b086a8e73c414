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

/**
 * What the labels ask of the probabilities: `[batch, classes]`, rows add up to 1.
 *
 * @see keras.losses.CategoricalCrossentropy, `label_smoothing`
 */
function targets(labels: tf.Tensor1D, classes: number, labelSmoothing: number): tf.Tensor2D {
  const oneHot = tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D;
  if (labelSmoothing === 0) return oneHot;
  return tf.add(tf.mul(oneHot, 1 - labelSmoothing), labelSmoothing / classes);
}

function sumsOf(
  logProbabilities: tf.Tensor2D,
  labels: tf.Tensor1D,
  wanted: tf.Tensor2D,
  rowWeights: tf.Tensor2D | null,
): tf.Tensor1D {
  const terms = tf.mul(logProbabilities, wanted);
  const loss = tf.neg(tf.sum(rowWeights === null ? terms : tf.mul(terms, rowWeights)));
  const right = tf.sum(tf.cast(tf.equal(tf.argMax(logProbabilities, 1), labels), 'float32'));
  return tf.stack([loss, right]) as tf.Tensor1D;
}

/** `[2]`: sum of the losses, classes weighed alike, and number of right answers; call it in a tidy. */
export function lossSums(
  logProbabilities: tf.Tensor2D,
  labels: tf.Tensor1D,
  { labelSmoothing }: LossSettings,
): tf.Tensor1D {
  const wanted = targets(labels, logProbabilities.shape[1], labelSmoothing);
  return sumsOf(logProbabilities, labels, wanted, null);
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
  const [batch, classes] = logits.shape;
  const logProbabilities = tf.logSoftmax(logits);
  const wanted = targets(labels, classes, labelSmoothing);
  const rowWeights =
    classWeights === null ? null : tf.gather<tf.Tensor2D>(tf.tensor2d(classWeights, [classes, 1]), labels);
  const error = tf.div<tf.Tensor2D>(tf.sub(tf.exp(logProbabilities), wanted), batch);
  return {
    sums: sumsOf(logProbabilities, labels, wanted, rowWeights),
    dLogits: rowWeights === null ? error : tf.mul<tf.Tensor2D>(error, rowWeights),
  };
}
