/** Keeps a step from leaping where the loss is steep. */
import * as tf from '@tensorflow/tfjs';

/**
 * Shortens all gradients by one factor so that their common length is at most `longest`; call it in a tidy.
 *
 * @see keras.optimizers.Optimizer, `global_clipnorm`
 */
export function clipByGlobalNorm(gradients: readonly tf.Tensor[], longest: number): tf.Tensor[] {
  const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
  const length = tf.sqrt(tf.addN(squares));
  const factor = tf.div(longest, tf.maximum(length, longest));
  return gradients.map((gradient) => tf.mul(gradient, factor));
}
