/**
 * A BatchNorm that could not be folded into a convolution: on its averages where it stands alone (its convolution
 * ends the frozen part), or on the statistics of the batch (`batchNorm: 'batch'`), moving its averages.
 */
import * as tf from '@tensorflow/tfjs';
import { invariant } from '../../protocol/errors.ts';
import type { PlanOp, PlanWeights } from '../../kernels/plan.ts';
import { AS_IT_IS, onePerChannel } from './one-per-channel.ts';
import { runMien } from './run-kernel.ts';
import type { Pass, Unit } from './unit.ts';

export interface NormSettings {
  readonly layer: string;
  readonly epsilon: number;
  /** Share of the old average that is kept: `average * momentum + statistic * (1 - momentum)`. */
  readonly momentum: number;
  readonly trains: boolean;
  readonly mode: 'inference' | 'batch';
}

/** @see keras.layers.BatchNormalization */
export class NormUnit implements Unit {
  readonly trainable: readonly string[];
  readonly moving: readonly string[];

  constructor(
    readonly node: number,
    readonly inputs: readonly number[],
    readonly settings: NormSettings,
  ) {
    const { layer, trains, mode } = settings;
    this.trainable = trains ? [`${layer}/gamma`, `${layer}/beta`] : [];
    this.moving = mode === 'batch' ? [`${layer}/moving_mean`, `${layer}/moving_variance`] : [];
  }

  forward([x]: readonly tf.Tensor[], pass: Pass): tf.Tensor {
    invariant(x !== undefined, 'a BatchNorm has an input');
    const { layer, epsilon, mode } = this.settings;
    const { parameters } = pass;
    const gamma = parameters.get(`${layer}/gamma`);
    const { mean, variance } =
      mode === 'batch' && pass.training
        ? this.#statistics(x, pass)
        : {
            mean: parameters.get(`${layer}/moving_mean`),
            variance: parameters.get(`${layer}/moving_variance`),
          };
    if (pass.training) pass.saved.set(this, [x, mean, variance, gamma]);
    const beta = parameters.get(`${layer}/beta`);
    return runMien('MienNorm', { x, gamma, beta, mean, variance }, { epsilon });
  }

  /** On its averages it is a convolution of one position with one weight a channel. */
  get planOp(): PlanOp {
    return AS_IT_IS;
  }

  planWeights({ parameters }: Pass): PlanWeights {
    const { layer, epsilon } = this.settings;
    const [gamma, beta] = [parameters.get(`${layer}/gamma`), parameters.get(`${layer}/beta`)];
    const [mean, variance] = [
      parameters.get(`${layer}/moving_mean`),
      parameters.get(`${layer}/moving_variance`),
    ];
    const inputs = { filter: onePerChannel(gamma.size), gamma, beta, mean, variance };
    const [filter, bias] = runMien('MienFold', inputs, { epsilon, kind: 'depthwise' });
    invariant(filter !== undefined && bias !== undefined, 'a fold has a filter and a bias');
    return { filter, bias };
  }

  backward(dy: tf.Tensor, pass: Pass, [wantsInput]: readonly boolean[]): readonly (tf.Tensor | null)[] {
    const [x, mean, variance, gamma] = pass.saved.get(this) ?? [];
    invariant(x && mean && variance && gamma, 'forward ran before backward');
    const { layer, mode, trains, epsilon } = this.settings;
    const [dGamma, dBeta] = runMien('MienNormGrads', { dy, x, mean, variance }, { epsilon });
    invariant(dGamma && dBeta, 'a BatchNorm has two gradients');
    if (trains) {
      pass.gradients.set(`${layer}/gamma`, dGamma);
      pass.gradients.set(`${layer}/beta`, dBeta);
    }
    if (wantsInput !== true) return [null];
    if (mode === 'inference') return [tf.mul(dy, tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon))))];
    return [runMien('MienNormInputGrad', { dy, x, gamma, mean, variance, dGamma, dBeta }, { epsilon })];
  }

  /** Mean and (biased) variance of the batch; the averages take a step towards them. */
  #statistics(x: tf.Tensor, { parameters, moved }: Pass): { mean: tf.Tensor; variance: tf.Tensor } {
    const { layer, momentum } = this.settings;
    const movingMean = parameters.get(`${layer}/moving_mean`);
    const movingVariance = parameters.get(`${layer}/moving_variance`);
    const [mean, variance, newMean, newVariance] = runMien(
      'MienMoments',
      { x, movingMean, movingVariance },
      { momentum },
    );
    invariant(mean && variance && newMean && newVariance, 'moments are four');
    moved.set(`${layer}/moving_mean`, newMean);
    moved.set(`${layer}/moving_variance`, newVariance);
    return { mean, variance };
  }
}
