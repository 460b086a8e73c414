/**
 * The kernels that Mien adds to tfjs' registry, by name. Network code calls them with `tf.engine().runKernel`, so
 * that each backend brings its own implementation and nothing above this folder knows which.
 */
import type { backend_util, TensorInfo } from '@tensorflow/tfjs';

/** What follows a linear layer; `linear` for nothing. */
export type ReluName = 'linear' | 'relu' | 'relu6';

/** What a convolution, depthwise convolution or dense layer is. */
export interface LinearAttrs {
  readonly kind: 'conv' | 'depthwise' | 'dense';
  readonly strides: readonly [number, number];
  readonly pad: 'same' | 'valid' | backend_util.ExplicitPadding;
}

/** How activations are stored: what reads them sees it of them (halved.ts). Only WebGPU has halves. */
export interface StoredAs {
  readonly asHalves?: boolean;
}

interface NormInputs {
  readonly gamma: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
}

/** Name, inputs, attributes and outputs of each kernel. */
export interface MienKernels {
  /** Gradient through an activation from its output: `dy` where the output is inside the linear range. */
  MienActivationGrad: {
    inputs: { dy: TensorInfo; y: TensorInfo };
    attrs: { activation: 'relu' | 'relu6' };
    output: TensorInfo;
  };
  /** `x` times its sigmoid. */
  MienSwish: { inputs: { x: TensorInfo }; attrs: StoredAs; output: TensorInfo };
  /** Gradient through it, from what went in. */
  MienSwishGrad: {
    inputs: { dy: TensorInfo; x: TensorInfo };
    attrs: Record<string, never>;
    output: TensorInfo;
  };
  /** Gradient through a sigmoid, from what came out. */
  MienSigmoidGrad: {
    inputs: { dy: TensorInfo; y: TensorInfo };
    attrs: Record<string, never>;
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
  /** Mean over height and width: `[batch, channels]`. */
  MienGlobalPool: { inputs: { x: TensorInfo }; attrs: Record<string, never>; output: TensorInfo };
  /**
   * Gradient of a mean over height and width: `dy [batch, channels]` to `[batch, height, width, channels]`, and
   * through the activation that made the pooled `x`.
   */
  MienGlobalPoolGrad: {
    inputs: { dy: TensorInfo; x?: TensorInfo };
    attrs: { height: number; width: number; activation: ReluName };
    output: TensorInfo;
  };
  /**
   * Gradient of what each channel of a picture was multiplied with: the sum of `x * dy` over height and width, `[batch, 1, 1,
   * channels]`.
   */
  MienGateGrad: {
    inputs: { x: TensorInfo; dy: TensorInfo };
    attrs: Record<string, never>;
    output: TensorInfo;
  };
  /**
   * Drops values: those whose draw of the key is below `rate`; the rest is divided by `1 - rate`. One draw is for
   * `valuesPerDraw` values that lie together: 1, or as many as a picture has. The second of the key's `numbers` is the step's.
   *
   * @see keyedWords
   */
  MienDropout: {
    inputs: { x: TensorInfo };
    attrs: {
      rate: number;
      valuesPerDraw: number;
      seed: number;
      purpose: string;
      numbers: readonly [phase: number, step: number, layer: number];
    };
    output: TensorInfo;
  };
  /**
   * Folds a BatchNorm on its averages into the filter before it, whose last axis (depthwise: last but one) is the
   * norm's. Puts out filter and bias.
   */
  MienFold: {
    inputs: NormInputs & { filter: TensorInfo; beta: TensorInfo; bias?: TensorInfo };
    attrs: { epsilon: number; kind: LinearAttrs['kind'] };
    output: TensorInfo[];
  };
  /** A linear layer with bias and activation. */
  MienLinear: {
    inputs: { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo };
    attrs: LinearAttrs & StoredAs & { activation: ReluName };
    output: TensorInfo;
  };
  /**
   * Gradients of a linear layer's weights. With `gamma`, `mean` and `variance` a BatchNorm was folded into `filter`
   * (which is the filter before that): puts out those of filter, beta and gamma; else of filter and bias.
   */
  MienLinearGrads: {
    inputs: Partial<NormInputs> & { x: TensorInfo; dz: TensorInfo; filter: TensorInfo; bias?: TensorInfo };
    attrs: LinearAttrs & { epsilon: number };
    output: TensorInfo[];
  };
  /** Gradient of a linear layer's input, and through the activation that made that input `x`. */
  MienLinearInputGrad: {
    inputs: { dz: TensorInfo; filter: TensorInfo; x?: TensorInfo };
    attrs: LinearAttrs & { inputShape: readonly number[]; activation: ReluName };
    output: TensorInfo;
  };
  /** `(x - mean) / sqrt(variance + epsilon) * gamma + beta`. */
  MienNorm: {
    inputs: NormInputs & { x: TensorInfo; beta: TensorInfo };
    attrs: { epsilon: number };
    output: TensorInfo;
  };
  /** Gradients of gamma and beta. */
  MienNormGrads: {
    inputs: { dy: TensorInfo; x: TensorInfo; mean: TensorInfo; variance: TensorInfo };
    attrs: { epsilon: number };
    output: TensorInfo[];
  };
  /** Gradient of the input of a BatchNorm on the statistics of the batch. */
  MienNormInputGrad: {
    inputs: NormInputs & { dy: TensorInfo; x: TensorInfo; dGamma: TensorInfo; dBeta: TensorInfo };
    attrs: { epsilon: number };
    output: TensorInfo;
  };
  /** Mean and (biased) variance of the batch, and the averages after a step towards them: `[channels]` each. */
  MienMoments: {
    inputs: { x: TensorInfo; movingMean: TensorInfo; movingVariance: TensorInfo };
    attrs: { momentum: number };
    output: TensorInfo[];
  };
  /**
   * Softmax and categorical cross-entropy: puts out `[2]`, the sum of the losses and the number of right answers, and
   * the gradient of the mean loss by the logits. `weights`, one a class, are factors on the loss; `labelSmoothing` is
   * the share of each label that is spread over all classes.
   */
  MienSoftmaxLoss: {
    inputs: { logits: TensorInfo; labels: TensorInfo; weights?: TensorInfo };
    attrs: { labelSmoothing: number };
    output: TensorInfo[];
  };
  /**
   * Puts `values [n, ...]` into the `rows` (int32, `[n]`) of `kept [..., ...]`, of the same type; the old `kept` must not
   * be used again.
   */
  MienStoreRows: {
    inputs: { kept: TensorInfo; values: TensorInfo; rows: TensorInfo };
    attrs: Record<string, never>;
    output: TensorInfo;
  };
  /** The `rows` (int32, `[n]`) of `kept [..., ...]`, bit for bit: tfjs' own takes whole numbers for floats on a GPU. */
  MienGatherRows: {
    inputs: { kept: TensorInfo; rows: TensorInfo };
    attrs: Record<string, never>;
    output: TensorInfo;
  };
  /**
   * Packs the rows of `x [n, width]` as halves, int32 `[n, packedWords(width)]`; `largest [n]` has each row's largest
   * magnitude. @see lib/bytes/float16.ts
   */
  MienPackHalves: {
    inputs: { x: TensorInfo; largest: TensorInfo };
    attrs: Record<string, never>;
    output: TensorInfo;
  };
  /** The other way: `[n, width]`. */
  MienUnpackHalves: { inputs: { packed: TensorInfo }; attrs: { width: number }; output: TensorInfo };
  /** `total + sums`; it ends a step, so that a backend that records work sends it now. */
  MienAccumulate: {
    inputs: { total: TensorInfo; sums: TensorInfo };
    attrs: Record<string, never>;
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

/** Kernels that every backend has. */
export type MienKernelName = keyof MienKernels;

/** Kernels that only WebGPU and wasm have: elsewhere the host does their work. */
export interface MienDeviceKernels {
  /**
   * Views of pictures, preprocessed: `[count, size, size, 3]`. `pictures` are RGB bytes, four to an int32, one picture
   * after another; the others are a `ViewPlan`'s arrays. Without `changesContrast` all of `contrast` is 1.
   */
  MienViews: {
    inputs: Record<'pictures' | 'transforms' | 'contrast' | 'patches', TensorInfo>;
    attrs: {
      count: number;
      size: number;
      changesContrast: boolean;
      preprocessing: Record<'order' | 'scale' | 'offset', readonly [number, number, number]>;
    };
    output: TensorInfo;
  };
}
