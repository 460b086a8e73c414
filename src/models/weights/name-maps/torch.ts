/** Owns what PyTorch's files have in common: order of axes, names of BatchNorm's vectors, counters. */
import type { TensorSource } from './name-map.ts';

/** `[out, in, height, width]` to Keras' `[height, width, in, out]`. */
const KERNEL_AXES = [2, 3, 1, 0];

/** `[channels, 1, height, width]` to Keras' `[height, width, channels, 1]`. */
const DEPTHWISE_AXES = [2, 3, 0, 1];

const NORM_NAMES: Readonly<Record<string, string>> = {
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/**
 * The tensor of a PyTorch module that holds one of our variables.
 *
 * @param module The module's path, for example `blocks.0.0.conv_dw`.
 * @param weight Our name of the variable.
 */
export function torchSource(module: string, weight: string): TensorSource {
  if (weight === 'kernel') return { name: `${module}.weight`, axes: KERNEL_AXES };
  if (weight === 'depthwise_kernel') return { name: `${module}.weight`, axes: DEPTHWISE_AXES };
  return { name: `${module}.${NORM_NAMES[weight] ?? weight}` };
}

/** PyTorch counts the batches that a BatchNorm saw; nothing reads it. */
export function isCounter(name: string): boolean {
  return name.endsWith('.num_batches_tracked');
}
