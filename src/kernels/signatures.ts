/**
 * The kernels that Mien adds to tfjs' registry, by name. Network code calls them with `tf.engine().runKernel`, so
 * that each backend brings its own implementation and nothing above this folder knows which.
 */
import type { TensorInfo } from '@tensorflow/tfjs';

/** Name, inputs, attributes and outputs of each kernel. */
export interface MienKernels {
  /** Gradient through an activation from its output: `dy` where the output is inside the linear range. */
  MienActivationGrad: {
    inputs: { dy: TensorInfo; y: TensorInfo };
    attrs: { activation: 'relu' | 'relu6' };
    output: TensorInfo;
  };
  /** Sums `[..., channels]` over all but the last axis: `[channels]`. */
  MienChannelSum: { inputs: { x: TensorInfo }; attrs: Record<string, never>; output: TensorInfo };
  /** Sums `x * y` over all but the last axis: `[channels]`. */
  MienChannelDot: {
    inputs: { x: TensorInfo; y: TensorInfo };
    attrs: Record<string, never>;
    output: TensorInfo;
  };
  /** Gradient of a mean over height and width: `dy [batch, channels]` to `[batch, height, width, channels]`. */
  MienGlobalPoolGrad: {
    inputs: { dy: TensorInfo };
    attrs: { height: number; width: number };
    output: TensorInfo;
  };
  /**
   * One Adam update; outputs the new `[value, m, v]`.
   * `value - rate * m / (sqrt(v) + epsilon)`, where `rate` already holds the bias correction.
   *
   * @see keras.optimizers.Adam.update_step
   */
  MienAdam: {
    inputs: { value: TensorInfo; m: TensorInfo; v: TensorInfo; gradient: TensorInfo };
    attrs: { rate: number; beta1: number; beta2: number; epsilon: number };
    output: TensorInfo[];
  };
}

export type MienKernelName = keyof MienKernels;
