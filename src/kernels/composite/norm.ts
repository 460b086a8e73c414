/** BatchNorm, on averages or on the batch, composed from tfjs ops. */
import * as tf from '@tensorflow/tfjs';
import type { Composite } from './composite.ts';

const sumOverRows = (x: tf.Tensor): tf.Tensor => tf.engine().runKernel('MienChannelSum', { x });
const dotOverRows = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
  tf.engine().runKernel('MienChannelDot', { x, y });

export const norm: Composite<'MienNorm'> = ({ x, gamma, beta, mean, variance }, { epsilon }) => {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale)));
};

export const normGrads: Composite<'MienNormGrads'> = ({ dy, x, mean, variance }, { epsilon }) => {
  const dBeta = sumOverRows(dy);
  // sum(dy * xhat) without making xhat: (sum(dy * x) - mean * sum(dy)) / sqrt(variance + epsilon)
  const centred = tf.sub(dotOverRows(dy, x), tf.mul(mean, dBeta));
  return [tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), dBeta];
};

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

export const moments: Composite<'MienMoments'> = ({ x, movingMean, movingVariance }, { momentum }) => {
  const count = x.size / (x.shape.at(-1) ?? 1);
  const mean = tf.div(sumOverRows(x), count);
  const centred = tf.sub(x, mean);
  const variance = tf.div(dotOverRows(centred, centred), count);
  const moved = (old: tf.Tensor, now: tf.Tensor): tf.Tensor =>
    tf.add(tf.mul(old, momentum), tf.mul(now, 1 - momentum));
  return [mean, variance, moved(movingMean, mean), moved(movingVariance, variance)];
};
