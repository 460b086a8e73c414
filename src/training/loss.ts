/** Softmax and sparse categorical cross-entropy in one, from logits. */
import * as tf from '@tensorflow/tfjs';

export interface LossAndGradient {
  /** `[2]`: sum of the losses and number of right answers over the batch. */
  readonly sums: tf.Tensor1D;
  /** Gradient of the mean loss, `[batch, classes]`. */
  readonly dLogits: tf.Tensor2D;
}

/** `[2]`: sum of the losses and number of right answers. */
export function lossSums(
  logProbabilities: tf.Tensor2D,
  labels: tf.Tensor1D,
  oneHot: tf.Tensor2D,
): tf.Tensor1D {
  const loss = tf.neg(tf.sum(tf.mul(logProbabilities, oneHot)));
  const right = tf.sum(tf.cast(tf.equal(tf.argMax(logProbabilities, 1), labels), 'float32'));
  return tf.stack([loss, right]) as tf.Tensor1D;
}

/**
 * Loss, hits and gradient of one batch; call it in a tidy.
 *
 * @param logits `[batch, classes]`, before softmax
 * @param labels `[batch]`, int32
 * @see keras.losses.SparseCategoricalCrossentropy
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): LossAndGradient {
  const [batch, classes] = logits.shape;
  const logProbabilities = tf.logSoftmax(logits);
  const oneHot = tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D;
  return {
    sums: lossSums(logProbabilities, labels, oneHot),
    dLogits: tf.div(tf.sub(tf.exp(logProbabilities), oneHot), batch),
  };
}
