/**
 * BatchNorm, on averages or on the batch, composed from tfjs ops.
 *
 * With n positions in the batch, x' = (x - m) / sqrt(v + epsilon) and y = gamma x' + beta, the gradients are
 *
 *     dL/dbeta  = sum of dy
 *     dL/dgamma = sum of dy x'  = (sum of dy x  -  m sum of dy) / sqrt(v + epsilon)
 *     dL/dx     = gamma / sqrt(v + epsilon) (dy  -  dL/dbeta / n  -  x' dL/dgamma / n)
 *
 * The last has the two terms by which m and v hang on every x of their channel; on averages, which hang on none, it is
 * gamma / sqrt(v + epsilon) dy alone. The second form of gamma's spares making x'. It and the first differ by rounding where
 * a mean is many times its deviation; variances, where that would show, are summed from centred values (`moments`).
 *
 * @see Ioffe and Szegedy, "Batch normalization", 2015, section 3
 */
import * as tf from '@tensorflow/tfjs';
import type { Composite } from './composite.ts';

const sumOverRows = (x: tf.Tensor): tf.Tensor => tf.engine().runKernel('MienChannelSum', { x });
const dotOverRows = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
  tf.engine().runKernel('MienChannelDot', { x, y });

/** As one scale and one shift a channel. */
export const norm: Composite<'MienNorm'> = ({ x, gamma, beta, mean, variance }, { epsilon }) => {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale)));
};

/** Gradients by gamma and beta. */
export const normGrads: Composite<'MienNormGrads'> = ({ dy, x, mean, variance }, { epsilon }) => {
  const dBeta = sumOverRows(dy);
  // sum(dy * xhat) without making xhat: (sum(dy * x) - mean * sum(dy)) / sqrt(variance + epsilon)
  const centred = tf.sub(dotOverRows(dy, x), tf.mul(mean, dBeta));
  return [tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), dBeta];
};

/** The gradient by the input where mean and variance are the batch's own. */
export const normInputGrad: Composite<'MienNormInputGrad'> = (
  { dy, x, gamma, mean, variance, dGamma, dBeta },
  { epsilon },
) => {
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const scale = tf.mul(gamma, inverse);
  // dx = scale * (dy - dBeta / n - xhat * dGamma / n), as one scaled sum of dy and x.
  const count = x.size / scale.size;
  const slope = tf.div(tf.mul(tf.mul(dGamma, inverse), scale), count);
  const constant = tf.sub(tf.mul(mean, slope), tf.mul(scale, tf.div(dBeta, count)));
  return tf.add(tf.sub(tf.mul(dy, scale), tf.mul(x, slope)), constant);
};

/** Mean and variance of the batch, and where the averages move to. */
export const moments: Composite<'MienMoments'> = ({ x, movingMean, movingVariance }, { momentum }) => {
  const count = x.size / (x.shape.at(-1) ?? 1);
  const mean = tf.div(sumOverRows(x), count);
  const centred = tf.sub(x, mean);
  const variance = tf.div(dotOverRows(centred, centred), count);
  const moved = (old: tf.Tensor, now: tf.Tensor): tf.Tensor =>
    tf.add(tf.mul(old, momentum), tf.mul(now, 1 - momentum));
  return [mean, variance, moved(movingMean, mean), moved(movingVariance, variance)];
};
