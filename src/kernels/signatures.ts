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
}

/**
 * The optimizers' updates. They take **all** weights of a step at once, in lists of one order with one tensor a weight,
 * and put out the new values of all, then each new slot of all, in the same order.
 */
export interface MienUpdateKernels {
  /**
   * One Adam update: `value * (1 - decay) - rate * m / (sqrt(v) + epsilon)`, where `rate` already holds the bias
   * correction and `decay` the learning rate (0 for plain Adam). Puts out values, m, v.
   *
   * @see keras.optimizers.Adam.update_step
   */
  MienAdam: {
    inputs: UpdateInputs<'m' | 'v'>;
    attrs: { rate: number; beta1: number; beta2: number; epsilon: number; decay: number };
    output: TensorInfo[];
  };
  /**
   * One step of gradient descent: `m = momentum * m - rate * gradient`, then `value + m`, or with Nesterov's
   * `value + momentum * m - rate * gradient`. With momentum 0 there are no slots. Puts out values, momenta.
   *
   * @see keras.optimizers.SGD.update_step
   */
  MienSgd: {
    inputs: UpdateInputs<never> & { momenta?: readonly TensorInfo[] };
    attrs: { rate: number; momentum: number; nesterov: boolean };
    output: TensorInfo[];
  };
}

/** Lists of one order: the weights, their gradients, and what the optimizer remembers of them. */
type UpdateInputs<Slot extends string> = Record<'values' | 'gradients' | Slot, readonly TensorInfo[]>;

export type MienKernelName = keyof MienKernels;
