/** A convolution that leaves each channel as it is, for what is one in its padding or scale alone. */
import * as tf from '@tensorflow/tfjs';

export const AS_IT_IS = { kind: 'depthwise', strides: [1, 1], pad: 'valid', activation: 'linear' } as const;

/** `[1, 1, channels, 1]`, of a depthwise convolution. */
export const onePerChannel = (channels: number): tf.Tensor => tf.ones([1, 1, channels, 1]);
