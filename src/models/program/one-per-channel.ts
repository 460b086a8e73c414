/** A filter that leaves each channel as it is, for what is a convolution in its padding, bounds or scale alone. */
import * as tf from '@tensorflow/tfjs';

/** `[1, 1, channels, 1]`, of a depthwise convolution. */
export const onePerChannel = (channels: number): tf.Tensor => tf.ones([1, 1, channels, 1]);
