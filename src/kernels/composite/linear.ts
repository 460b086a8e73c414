/**
 * Folding a BatchNorm into the linear layer before it, and the gradients back through that fold, composed from tfjs ops.
 * This is the definition that each backend's own kernels are held against.
 *
 * On its averages (mean m, variance v) a BatchNorm scales and shifts: with s = gamma / sqrt(v + epsilon), one number a
 * channel, it makes of the layer's W * x + b
 *
 *     (W s) * x + (beta + (b - m) s)
 *
 * So the two are one layer, with filter W s and bias beta + (b - m) s, and what runs over pictures is one kernel.
 *
 * Backward, let G be the gradient by the filter that really ran and g the one by its bias, the sum of dz over all
 * positions. By the chain rule, channel by channel:
 *
 *     dL/dW     = G s
 *     dL/dbeta  = g
 *     dL/dgamma = (sum of G W over the filter + (b - m) g) / sqrt(v + epsilon)
 *     dL/db     = g s
 *
 * The sum for gamma has as many terms as the filter has weights. By its definition it would run over every position of
 * every picture, and need the values ahead of the norm, which then would have to be kept. Nothing here is approximate: it
 * is the same function and its own gradient; only additions come in another order.
 */
import * as tf from '@tensorflow/tfjs';
import type { LinearAttrs, ReluName } from '../signatures.ts';
import type { Composite } from './composite.ts';

/** `[channels]` in the shape that broadcasts over the filter's output channels. */
function alongChannels(vector: tf.Tensor, kind: LinearAttrs['kind']): tf.Tensor {
  return kind === 'depthwise' ? tf.reshape(vector, [1, 1, -1, 1]) : vector;
}

function sumOverRows(x: tf.Tensor): tf.Tensor {
  return tf.engine().runKernel('MienChannelSum', { x });
}

/** Gradient through an activation from its output. */
export function throughActivation(dy: tf.Tensor, y: tf.Tensor | undefined, activation: ReluName): tf.Tensor {
  if (activation === 'linear' || y === undefined) return dy;
  return tf.engine().runKernel('MienActivationGrad', { dy, y }, { activation });
}

/** The layer, by tfjs' fused ops. */
export const linear: Composite<'MienLinear'> = ({ x, filter, bias }, { kind, strides, pad, activation }) => {
  const extras = { activation, ...(bias === undefined ? {} : { bias }) };
  if (kind === 'dense') return tf.fused.matMul({ a: x, b: filter, ...extras });
  const common = { x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, pad, ...extras };
  return kind === 'conv'
    ? tf.fused.conv2d({ ...common, strides: [...strides] as [number, number] })
    : tf.fused.depthwiseConv2d({
        ...common,
        strides: [...strides] as [number, number],
        // Its types leave out what its kernels take, sides of their own.
        pad: pad as 'same' | 'valid',
      });
};

/** The filter and the bias that stand for a layer and its norm. */
export const fold: Composite<'MienFold'> = (
  { filter, gamma, beta, mean, variance, bias },
  { epsilon, kind },
) => {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
  const shifted = bias === undefined ? tf.neg(mean) : tf.sub(bias, mean);
  return [tf.mul(filter, alongChannels(scale, kind)), tf.add(tf.mul(shifted, scale), beta)];
};

/** Gradients by filter and bias, or through the fold by filter, beta and gamma. */
export const linearGrads: Composite<'MienLinearGrads'> = (
  { x, dz, filter, bias, gamma, mean, variance },
  { kind, strides, pad, epsilon },
) => {
  const dBias = sumOverRows(dz);
  const dFolded = filterGrad({ x, dz, filter }, { kind, strides, pad });
  if (gamma === undefined || mean === undefined || variance === undefined) return [dFolded, dBias];
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const rows = (each: tf.Tensor): tf.Tensor => tf.reshape(each, [-1, gamma.size]);
  const dot: tf.Tensor = tf.engine().runKernel('MienChannelDot', { x: rows(dFolded), y: rows(filter) });
  const shifted = bias === undefined ? tf.neg(mean) : tf.sub(bias, mean);
  const dGamma = tf.mul(tf.add(dot, tf.mul(shifted, dBias)), inverse);
  return [tf.mul(dFolded, alongChannels(tf.mul(gamma, inverse), kind)), dBias, dGamma];
};

function filterGrad(
  { x, dz, filter }: Record<'x' | 'dz' | 'filter', tf.Tensor>,
  { kind, strides, pad }: LinearAttrs,
): tf.Tensor {
  if (kind === 'dense') return tf.matMul(x, dz, true, false);
  const attrs = { strides: [...strides], pad, filterShape: filter.shape };
  return kind === 'conv'
    ? tf.engine().runKernel('Conv2DBackpropFilter', { x, dy: dz }, { ...attrs, dataFormat: 'NHWC' })
    : tf
        .engine()
        .runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy: dz }, { ...attrs, dilations: [1, 1] });
}

/** The gradient by the input, and through the ReLU that made it. */
export const linearInputGrad: Composite<'MienLinearInputGrad'> = ({ dz, filter, x }, attrs) => {
  const { kind, strides, pad, inputShape, activation } = attrs;
  const shared = { strides: [...strides], pad, inputShape: [...inputShape] };
  const engine = tf.engine();
  if (kind === 'dense') return throughActivation(tf.matMul(dz, filter, false, true), x, activation);
  const dx: tf.Tensor =
    kind === 'conv'
      ? engine.runKernel('Conv2DBackpropInput', { dy: dz, filter }, { ...shared, dataFormat: 'NHWC' })
      : engine.runKernel(
          'DepthwiseConv2dNativeBackpropInput',
          { dy: dz, filter },
          { ...shared, dilations: [1, 1] },
        );
  return throughActivation(dx, x, activation);
};
