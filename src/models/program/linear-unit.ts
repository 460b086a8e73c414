/**
 * A convolution, depthwise convolution or dense layer, fused with the BatchNorm that follows it (on its averages)
 * and with a ReLU.
 *
 * On its averages a BatchNorm only scales and shifts: with `s = gamma / sqrt(variance + epsilon)` the pair is one
 * convolution with kernel `W s` and bias `beta + (b - mean) s`. So the full-size work is one fused kernel forward,
 * and backward one gradient of that kernel; the gradients of W, gamma and beta follow from it by the chain rule on
 * arrays as small as the weights themselves. This is exact, not an approximation.
 */
import * as tf from '@tensorflow/tfjs';
import { invariant } from '../../protocol/errors.ts';
import type { ConvolutionOp } from '../graph.ts';
import { runMien } from './run-kernel.ts';
import type { Pass, Unit } from './unit.ts';

export interface LinearSettings {
  readonly op: ConvolutionOp | { readonly kind: 'dense'; readonly hasBias: boolean };
  readonly layer: string;
  readonly norm: { readonly layer: string; readonly epsilon: number } | null;
  readonly activation: 'linear' | 'relu' | 'relu6';
  readonly trainsKernel: boolean;
  readonly trainsNorm: boolean;
}

interface Folded {
  readonly kernel: tf.Tensor;
  readonly bias: tf.Tensor | null;
  /** `gamma / sqrt(variance + epsilon)` and `1 / sqrt(variance + epsilon)`, `[channels]`. */
  readonly scale: tf.Tensor | null;
  readonly inverse: tf.Tensor | null;
}

/** See the header. */
export class LinearUnit implements Unit {
  readonly trainable: readonly string[];
  readonly moving = [] as const;
  readonly #kernelName: string;
  readonly #biasName: string;
  /** Kept for a frozen unit: its weights do not change while the program lives. */
  #frozen: Folded | null = null;

  constructor(
    readonly node: number,
    readonly inputs: readonly number[],
    readonly settings: LinearSettings,
  ) {
    const { op, layer, norm, trainsKernel, trainsNorm } = settings;
    this.#kernelName = `${layer}/${op.kind === 'depthwise' ? 'depthwise_kernel' : 'kernel'}`;
    this.#biasName = `${layer}/bias`;
    this.trainable = [
      ...(trainsKernel ? [this.#kernelName, ...(op.hasBias ? [this.#biasName] : [])] : []),
      ...(trainsNorm && norm !== null ? [`${norm.layer}/gamma`, `${norm.layer}/beta`] : []),
    ];
  }

  forward([x]: readonly tf.Tensor[], pass: Pass): tf.Tensor {
    invariant(x !== undefined, 'a linear unit has an input');
    const folded = this.#fold(pass);
    const y = this.#apply(x, folded);
    if (pass.training && this.trainable.length + this.inputs.length > 0) {
      const { kernel, bias, scale, inverse } = folded;
      pass.saved.set(this, [x, y, kernel, ...[bias, scale, inverse].filter((tensor) => tensor !== null)]);
    }
    return y;
  }

  backward(dy: tf.Tensor, pass: Pass, [wantsInput]: readonly boolean[]): readonly (tf.Tensor | null)[] {
    const [x, y, kernel] = pass.saved.get(this) ?? [];
    invariant(x !== undefined && y !== undefined && kernel !== undefined, 'forward ran before backward');
    const { activation } = this.settings;
    const dz = activation === 'linear' ? dy : runMien('MienActivationGrad', { dy, y }, { activation });
    if (this.trainable.length > 0) this.#weightGradients(x, dz, kernel, pass);
    return [wantsInput === true ? this.#inputGradient(x, dz, kernel) : null];
  }

  dispose(): void {
    if (this.#frozen === null) return;
    const { kernel, bias } = this.#frozen;
    this.#frozen = null;
    kernel.dispose();
    bias?.dispose();
  }

  /** The kernel and bias that are really applied; folded once where nothing of it trains. */
  #fold(pass: Pass): Folded {
    if (this.#frozen !== null) return this.#frozen;
    const folded = this.#foldNow(pass);
    const isFrozen = this.trainable.length === 0 && this.settings.norm !== null;
    if (isFrozen)
      this.#frozen = { ...folded, kernel: tf.keep(folded.kernel), bias: folded.bias && tf.keep(folded.bias) };
    return folded;
  }

  #foldNow(pass: Pass): Folded {
    const { norm, op } = this.settings;
    const { parameters } = pass;
    const kernel = parameters.get(this.#kernelName);
    const bias = op.hasBias ? parameters.get(this.#biasName) : null;
    if (norm === null) return { kernel, bias, scale: null, inverse: null };
    const inverse = tf.rsqrt(tf.add(parameters.get(`${norm.layer}/moving_variance`), norm.epsilon));
    const scale = tf.mul(parameters.get(`${norm.layer}/gamma`), inverse);
    const mean = parameters.get(`${norm.layer}/moving_mean`);
    const shifted = bias === null ? tf.neg(mean) : tf.sub(bias, mean);
    return {
      kernel: tf.mul(kernel, this.#alongChannels(scale)),
      bias: tf.add(tf.mul(shifted, scale), parameters.get(`${norm.layer}/beta`)),
      scale,
      inverse,
    };
  }

  /** `[channels]` in the shape that broadcasts over the kernel's output channels. */
  #alongChannels(vector: tf.Tensor): tf.Tensor {
    return this.settings.op.kind === 'depthwise' ? tf.reshape(vector, [1, 1, -1, 1]) : vector;
  }

  #apply(x: tf.Tensor, { kernel, bias }: Folded): tf.Tensor {
    const { op, activation } = this.settings;
    const extras = { activation, ...(bias === null ? {} : { bias }) };
    if (op.kind === 'dense') {
      return tf.fused.matMul({ a: x, b: kernel, ...extras });
    }
    const common = {
      x: x as tf.Tensor4D,
      filter: kernel as tf.Tensor4D,
      strides: [...op.strides] as [number, number],
    };
    return op.kind === 'conv'
      ? tf.fused.conv2d({ ...common, pad: op.padding, ...extras })
      : tf.fused.depthwiseConv2d({ ...common, pad: op.padding, ...extras });
  }

  #weightGradients(x: tf.Tensor, dz: tf.Tensor, folded: tf.Tensor, pass: Pass): void {
    const { norm, op, trainsKernel, trainsNorm, layer } = this.settings;
    const { gradients, parameters } = pass;
    const dBias = runMien('MienChannelSum', { x: dz }, {});
    const dFolded = this.#kernelGradient(x, dz, folded.shape);
    if (norm === null) {
      gradients.set(this.#kernelName, dFolded);
      if (op.hasBias) gradients.set(this.#biasName, dBias);
      return;
    }
    const saved = pass.saved.get(this) ?? [];
    const [scale, inverse] = saved.slice(-2);
    invariant(scale !== undefined && inverse !== undefined, `the BatchNorm behind ${layer} was folded`);
    if (trainsKernel) {
      gradients.set(this.#kernelName, tf.mul(dFolded, this.#alongChannels(scale)));
      if (op.hasBias) gradients.set(this.#biasName, tf.mul(dBias, scale));
    }
    if (!trainsNorm) return;
    const kernel = parameters.get(this.#kernelName);
    const mean = parameters.get(`${norm.layer}/moving_mean`);
    const shifted = op.hasBias ? tf.sub(parameters.get(this.#biasName), mean) : tf.neg(mean);
    const product =
      op.kind === 'depthwise'
        ? [dFolded, kernel].map((each) => tf.reshape(each, [-1, scale.size]))
        : [dFolded, kernel];
    const [a, b] = product;
    invariant(a !== undefined && b !== undefined, 'a product has two factors');
    const dScale = tf.add(runMien('MienChannelDot', { x: a, y: b }, {}), tf.mul(shifted, dBias));
    gradients.set(`${norm.layer}/gamma`, tf.mul(dScale, inverse));
    gradients.set(`${norm.layer}/beta`, dBias);
  }

  #kernelGradient(x: tf.Tensor, dz: tf.Tensor, filterShape: number[]): tf.Tensor {
    const { op } = this.settings;
    if (op.kind === 'dense') return tf.matMul(x, dz, true, false);
    const shared = { strides: [...op.strides], pad: op.padding, filterShape };
    return op.kind === 'conv'
      ? tf.engine().runKernel('Conv2DBackpropFilter', { x, dy: dz }, { ...shared, dataFormat: 'NHWC' })
      : tf
          .engine()
          .runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy: dz }, { ...shared, dilations: [1, 1] });
  }

  #inputGradient(x: tf.Tensor, dz: tf.Tensor, filter: tf.Tensor): tf.Tensor {
    const { op } = this.settings;
    if (op.kind === 'dense') return tf.matMul(dz, filter, false, true);
    const shared = {
      strides: [...op.strides],
      pad: op.padding,
      inputShape: x.shape,
    };
    return op.kind === 'conv'
      ? tf.engine().runKernel('Conv2DBackpropInput', { dy: dz, filter }, { ...shared, dataFormat: 'NHWC' })
      : tf
          .engine()
          .runKernel(
            'DepthwiseConv2dNativeBackpropInput',
            { dy: dz, filter },
            { ...shared, dilations: [1, 1] },
          );
  }
}
