/** Folding and gradients of linear layers, composed from tfjs ops. */
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

export const linear: Composite<'MienLinear'> = ({ x, filter, bias }, { kind, strides, pad, activation }) => {
  const extras = { activation, ...(bias === undefined ? {} : { bias }) };
  if (kind === 'dense') return tf.fused.matMul({ a: x, b: filter, ...extras });
  const common = { x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, pad, ...extras };
  return kind === 'conv'
    ? tf.fused.conv2d({ ...common, strides: [...strides] as [number, number] })
    : tf.fused.depthwiseConv2d({ ...common, strides: [...strides] as [number, number] });
};

export const fold: Composite<'MienFold'> = (
  { filter, gamma, beta, mean, variance, bias },
  { epsilon, kind },
) => {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
  const shifted = bias === undefined ? tf.neg(mean) : tf.sub(bias, mean);
  return [tf.mul(filter, alongChannels(scale, kind)), tf.add(tf.mul(shifted, scale), beta)];
};

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
