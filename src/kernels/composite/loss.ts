/**
 * Softmax and categorical cross-entropy in one, composed from tfjs ops.
 *
 * With targets t that add up to 1 and probabilities p = softmax(z), the loss of a picture is L = -sum of t log p, and its
 * gradient by the logits is p - t: the derivative of the softmax cancels what the logarithm brings. Taken apart, p could
 * become 0 and its logarithm infinite; log p = z - max z - log sum exp(z - max z) cannot overflow, and is what both the loss
 * and p = exp(log p) are made of. A class weight is a factor on both.
 */
import * as tf from '@tensorflow/tfjs';
import type { Composite } from './composite.ts';

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

/** Sum of losses and number of right answers, and the gradient of the mean loss by the logits. */
export const softmaxLoss: Composite<'MienSoftmaxLoss'> = (
  { logits, labels, weights },
  { labelSmoothing },
) => {
  const [batch = 1, classes = 1] = logits.shape;
  const logProbabilities = tf.logSoftmax(logits);
  const wanted = targets(labels as tf.Tensor1D, classes, labelSmoothing);
  const rowWeights = weights === undefined ? null : tf.gather(tf.reshape(weights, [classes, 1]), labels);
  const terms = tf.mul(logProbabilities, wanted);
  const loss = tf.neg(tf.sum(rowWeights === null ? terms : tf.mul(terms, rowWeights)));
  const right = tf.sum(tf.cast(tf.equal(tf.argMax(logProbabilities, 1), labels), 'float32'));
  const error = tf.div(tf.sub(tf.exp(logProbabilities), wanted), batch);
  return [tf.stack([loss, right]), rowWeights === null ? error : tf.mul(error, rowWeights)];
};
