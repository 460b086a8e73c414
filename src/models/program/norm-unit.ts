/**
 * A BatchNorm that could not be folded into a convolution: on its averages where it stands alone (its convolution
 * ends the frozen prefix), or on the statistics of the batch (`batchNorm: 'batch'`), moving its averages.
 */
import * as tf from '@tensorflow/tfjs';
import { invariant } from '../../protocol/errors.ts';
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

/** See the header. @see keras.layers.BatchNormalization */
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
    const usesBatch = mode === 'batch' && pass.training;
    const { mean, variance } = usesBatch
      ? this.#statistics(x, pass)
      : {
          mean: parameters.get(`${layer}/moving_mean`),
          variance: parameters.get(`${layer}/moving_variance`),
        };
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const scale = tf.mul(parameters.get(`${layer}/gamma`), inverse);
    const shift = tf.sub(parameters.get(`${layer}/beta`), tf.mul(mean, scale));
    if (pass.training) pass.saved.set(this, [x, mean, inverse, scale]);
    return tf.add(tf.mul(x, scale), shift);
  }

  backward(dy: tf.Tensor, pass: Pass, [wantsInput]: readonly boolean[]): readonly (tf.Tensor | null)[] {
    const [x, mean, inverse, scale] = pass.saved.get(this) ?? [];
    invariant(x && mean && inverse && scale, 'forward ran before backward');
    const { layer, mode, trains } = this.settings;
    const dBeta = runMien('MienChannelSum', { x: dy }, {});
    // sum(dy * xhat) without making xhat: (sum(dy * x) - mean * sum(dy)) / sqrt(variance + epsilon)
    const dGamma = tf.mul(
      tf.sub(runMien('MienChannelDot', { x: dy, y: x }, {}), tf.mul(mean, dBeta)),
      inverse,
    );
    if (trains) {
      pass.gradients.set(`${layer}/gamma`, dGamma);
      pass.gradients.set(`${layer}/beta`, dBeta);
    }
    if (wantsInput !== true) return [null];
    if (mode === 'inference') return [tf.mul(dy, scale)];
    // dx = scale * (dy - dBeta / n - xhat * dGamma / n), as one scaled sum of dy and x.
    const count = x.size / scale.size;
    const slope = tf.div(tf.mul(tf.mul(dGamma, inverse), scale), count);
    const constant = tf.sub(tf.mul(mean, slope), tf.mul(scale, tf.div(dBeta, count)));
    return [tf.add(tf.sub(tf.mul(dy, scale), tf.mul(x, slope)), constant)];
  }

  /** Mean and (biased) variance of the batch; the averages take a step towards them. */
  #statistics(x: tf.Tensor, pass: Pass): { mean: tf.Tensor; variance: tf.Tensor } {
    const { layer, momentum } = this.settings;
    const count = x.size / (x.shape.at(-1) ?? 1);
    const mean = tf.div(runMien('MienChannelSum', { x }, {}), count);
    const centred = tf.sub(x, mean);
    const variance = tf.div(runMien('MienChannelDot', { x: centred, y: centred }, {}), count);
    for (const [name, statistic] of [
      ['moving_mean', mean],
      ['moving_variance', variance],
    ] as const) {
      const old = pass.parameters.get(`${layer}/${name}`);
      pass.moved.set(`${layer}/${name}`, tf.add(tf.mul(old, momentum), tf.mul(statistic, 1 - momentum)));
    }
    return { mean, variance };
  }
}
