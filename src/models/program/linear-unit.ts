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
import { valuesShape } from '../../kernels/halved.ts';
import type { PlanOp, PlanWeights } from '../../kernels/plan.ts';
import type { LinearAttrs, ReluName } from '../../kernels/signatures.ts';
import { invariant } from '../../protocol/errors.ts';
import { explicitPadding } from '../explicit-padding.ts';
import type { ConvolutionOp, Padding2d } from '../layers.ts';
import type { Parameters } from './parameters.ts';
import { runMien } from './run-kernel.ts';
import type { Pass, Unit } from './unit.ts';

export interface LinearSettings {
  readonly op: ConvolutionOp | { readonly kind: 'dense'; readonly hasBias: boolean };
  /** Of a `ZeroPadding2D` in front of it, whose place this takes: a `valid` convolution then pads by itself. */
  readonly padding: Padding2d | null;
  readonly layer: string;
  readonly norm: { readonly layer: string; readonly epsilon: number } | null;
  readonly activation: ReluName;
  readonly trainsKernel: boolean;
  readonly trainsNorm: boolean;
}

interface Folded {
  readonly filter: tf.Tensor;
  readonly bias: tf.Tensor | null;
}

export class LinearUnit implements Unit {
  readonly trainable: readonly string[];
  readonly moving = [] as const;
  readonly readsHalves = true;
  readonly #kernelName: string;
  readonly #biasName: string;
  /** Kept for a frozen unit: its weights do not change while the program lives. */
  #frozen: Folded | null = null;
  /** The ReLU of the unit before this one, whose gradient this unit's input gradient goes through as well. */
  #inputActivation: ReluName = 'linear';
  /** Whether the gradient that comes in has been through this unit's own ReLU. */
  #isPassedThrough = false;
  #storesHalves = false;

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
    const { filter, bias } = this.#fold(pass);
    const { activation } = this.settings;
    const inputs = { x, filter, ...(bias === null ? {} : { bias }) };
    const asHalves = this.#storesHalves && pass.training;
    const y = runMien('MienLinear', inputs, { ...this.#attrs, activation, asHalves });
    if (pass.training) pass.saved.set(this, [x, y, filter]);
    return y;
  }

  get planOp(): PlanOp {
    return { ...this.#attrs, activation: this.settings.activation };
  }

  planWeights(pass: Pass): PlanWeights {
    return this.#foldNow(pass);
  }

  passThrough(activation: ReluName): void {
    this.#inputActivation = activation;
  }

  get ownActivation(): ReluName {
    return this.settings.activation;
  }

  leaveActivation(): void {
    this.#isPassedThrough = true;
  }

  storeHalves(): void {
    this.#storesHalves = true;
  }

  backward(dy: tf.Tensor, pass: Pass, [wantsInput]: readonly boolean[]): readonly (tf.Tensor | null)[] {
    const [x, y, filter] = pass.saved.get(this) ?? [];
    invariant(x !== undefined && y !== undefined && filter !== undefined, 'forward ran before backward');
    const { activation } = this.settings;
    const dz =
      activation === 'linear' || this.#isPassedThrough
        ? dy
        : runMien('MienActivationGrad', { dy, y }, { activation });
    if (this.trainable.length > 0) this.#weightGradients(x, dz, pass);
    if (wantsInput !== true) return [null];
    const attrs = { ...this.#attrs, inputShape: valuesShape(x), activation: this.#inputActivation };
    const dx = runMien('MienLinearInputGrad', { dz, filter, x }, attrs);
    if (dz !== dy) dz.dispose();
    return [dx];
  }

  get kept(): readonly tf.Tensor[] {
    if (this.#frozen === null) return [];
    const { filter, bias } = this.#frozen;
    return bias === null ? [filter] : [filter, bias];
  }

  dispose(): void {
    if (this.#frozen === null) return;
    const { filter, bias } = this.#frozen;
    this.#frozen = null;
    filter.dispose();
    bias?.dispose();
  }

  get #attrs(): LinearAttrs {
    const { op, padding } = this.settings;
    if (op.kind === 'dense') return { kind: 'dense', strides: [1, 1], pad: 'valid' };
    return {
      kind: op.kind,
      strides: op.strides,
      pad: padding === null ? op.padding : explicitPadding(padding),
    };
  }

  /** The filter and bias that are really applied; folded once where nothing of it trains. */
  #fold(pass: Pass): Folded {
    if (this.#frozen !== null) return this.#frozen;
    const folded = this.#foldNow(pass);
    const isFrozen = this.trainable.length === 0 && this.settings.norm !== null;
    if (isFrozen)
      this.#frozen = { filter: tf.keep(folded.filter), bias: folded.bias && tf.keep(folded.bias) };
    return folded;
  }

  #foldNow({ parameters }: Pass): Folded {
    const { norm, op } = this.settings;
    const filter = parameters.get(this.#kernelName);
    const ownBias = op.hasBias ? parameters.get(this.#biasName) : null;
    if (norm === null) return { filter, bias: ownBias };
    const inputs = {
      filter,
      ...this.#normInputs(parameters),
      ...(ownBias === null ? {} : { bias: ownBias }),
    };
    const [folded, bias] = runMien('MienFold', inputs, { epsilon: norm.epsilon, kind: op.kind });
    invariant(folded !== undefined && bias !== undefined, 'a fold has a filter and a bias');
    return { filter: folded, bias };
  }

  #normInputs(parameters: Parameters): Record<'gamma' | 'beta' | 'mean' | 'variance', tf.Tensor> {
    const layer = this.settings.norm?.layer ?? '';
    return {
      gamma: parameters.get(`${layer}/gamma`),
      beta: parameters.get(`${layer}/beta`),
      mean: parameters.get(`${layer}/moving_mean`),
      variance: parameters.get(`${layer}/moving_variance`),
    };
  }

  #weightGradients(x: tf.Tensor, dz: tf.Tensor, { parameters, gradients }: Pass): void {
    const { norm, op, trainsKernel, trainsNorm } = this.settings;
    const filter = parameters.get(this.#kernelName);
    const inputs = { x, dz, filter, ...(op.hasBias ? { bias: parameters.get(this.#biasName) } : {}) };
    if (norm === null) {
      const [dFilter, dBias] = runMien('MienLinearGrads', inputs, { ...this.#attrs, epsilon: 0 });
      if (dFilter !== undefined) gradients.set(this.#kernelName, dFilter);
      if (op.hasBias && dBias !== undefined) gradients.set(this.#biasName, dBias);
      return;
    }
    const { gamma, mean, variance } = this.#normInputs(parameters);
    const [dFilter, dBeta, dGamma] = runMien(
      'MienLinearGrads',
      { ...inputs, gamma, mean, variance },
      { ...this.#attrs, epsilon: norm.epsilon },
    );
    invariant(dFilter && dBeta && dGamma, 'a folded layer has three gradients');
    if (trainsKernel) {
      gradients.set(this.#kernelName, dFilter);
      const scale = (): tf.Tensor => tf.mul(gamma, tf.rsqrt(tf.add(variance, norm.epsilon)));
      if (op.hasBias) gradients.set(this.#biasName, tf.mul(dBeta, scale()));
    }
    if (!trainsNorm) return;
    gradients.set(`${norm.layer}/gamma`, dGamma);
    gradients.set(`${norm.layer}/beta`, dBeta);
  }
}
