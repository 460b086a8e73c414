/**
 * BatchNorm on wasm, and folds and the gradients through them, against their definitions in float64 on shapes that a seed
 * draws: rows around the sixteen and sixty-four that kernels take together, channels that no vector divides.
 */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { keyedRandom } from '../../src/lib/random.ts';
import { useBackend } from '../support/backends.ts';
import { CASES, randomCases, type ConvolutionCase } from '../support/networks/kernel-cases.ts';
import { layerSums, outputOf } from '../support/networks/reference.ts';

beforeAll(() => useBackend('wasm'));

const EPSILON = 1e-3;
/** Of a float32. */
const ROUNDING = 2 ** -24;

/** Runs a kernel. @returns its outputs' values; all tensors are freed */
function run(
  name: string,
  inputs: Readonly<Record<string, tf.TypedArray>>,
  shapes: Readonly<Record<string, readonly number[]>>,
  attrs: object,
): Float32Array[] {
  const before = tf.memory().numTensors;
  const values = tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([key, of]) => [key, tf.tensor(of, [...(shapes[key] ?? [of.length])])]),
    );
    const out = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, tensors, attrs as tf.NamedAttrMap);
    return [out].flat().map((each) => Float32Array.from(each.dataSync<'float32'>()));
  });
  expect(tf.memory().numTensors).toBe(before);
  return values;
}

/** Each value is as wanted within so many roundings of what is given as its terms' size. */
function expectWithin(
  actual: Float32Array | undefined,
  roundings: number,
  wanted: (at: number) => { readonly value: number; readonly size: number },
): void {
  const worst = Math.max(
    ...Array.from(actual ?? [NaN], (value, at) => {
      const { value: right, size } = wanted(at);
      return Math.abs(value - right) / (size * ROUNDING);
    }),
  );
  expect(worst).toBeLessThan(roundings);
}

/** Rows and channels, and how many of its deviations a channel's mean is. */
const BATCHES: readonly (readonly [rows: number, channels: number, mean: number])[] = [
  [1, 3, 0],
  [2, 16, 1],
  [15, 5, 1],
  [16, 64, 0],
  [17, 37, 3],
  [63, 20, 1],
  [65, 101, 30],
  [1000, 7, 1000],
  [640, 24, 1000],
  [4001, 18, 3],
];

/** Values in float32, and what their definitions make of them channel by channel. */
function batchOf(rows: number, channels: number, mean: number) {
  const random = keyedRandom(7, 'norms', rows, channels);
  const draw = (count: number, low: number, high: number): Float32Array =>
    Float32Array.from({ length: count }, () => random.uniform(low, high));
  const deviations = draw(channels, 0.5, 2);
  const x = Float32Array.from(
    { length: rows * channels },
    (_, at) => deviations[at % channels]! * (mean + random.normal()),
  );
  return {
    x,
    dy: draw(rows * channels, -1, 1),
    vectors: {
      gamma: draw(channels, -1, 2),
      beta: draw(channels, -1, 1),
      mean: Float32Array.from(deviations, (each) => each * mean),
      variance: Float32Array.from(deviations, (each) => each * each),
    },
    /** Sum of something over a channel's rows. */
    sum(channel: number, term: (at: number) => number): number {
      let total = 0;
      for (let at = channel; at < x.length; at += channels) total += term(at);
      return total;
    },
  };
}

describe.each(BATCHES)('a batch of %i x %i, its mean %i deviations', (rows, channels, mean) => {
  const { x, dy, vectors, sum } = batchOf(rows, channels, mean);
  const { gamma, beta, mean: middle, variance } = vectors;
  const shapes = { x: [rows, 1, 1, channels], dy: [rows, 1, 1, channels] };
  const channelOf = (at: number): number => at % channels;
  const deviationOf = (at: number): number => Math.sqrt(variance[channelOf(at)]! + EPSILON);
  const scaleOf = (at: number): number => gamma[channelOf(at)]! / deviationOf(at);
  const centred = (at: number): number => x[at]! - middle[channelOf(at)]!;

  it('has the mean and variance of float64, and averages that move towards them', () => {
    const momentum = 0.9;
    const [means, variances, newMeans, newVariances] = run(
      'MienMoments',
      { x, movingMean: beta, movingVariance: variance },
      shapes,
      { momentum },
    );
    const trueMean = (channel: number): number => sum(channel, (at) => x[at]!) / rows;
    const trueVariance = (channel: number): number => {
      const own = trueMean(channel);
      return sum(channel, (at) => (x[at]! - own) ** 2) / rows;
    };
    expectWithin(means, 16, (channel) => ({
      value: trueMean(channel),
      size: sum(channel, (at) => Math.abs(x[at]!)) / rows,
    }));
    // What 64 rows come to has the roundings of values as large as their mean, which tell on how far it is from the batch's.
    expectWithin(variances, 16, (channel) => {
      const value = trueVariance(channel);
      return { value, size: value + (Math.sqrt(value) * Math.abs(trueMean(channel))) / 16 + 1e-12 };
    });
    expectWithin(newMeans, 4, (channel) => {
      const [old, now] = [beta[channel]! * momentum, means![channel]! * (1 - momentum)];
      return { value: old + now, size: Math.abs(old) + Math.abs(now) };
    });
    expectWithin(newVariances, 4, (channel) => {
      const [old, now] = [variance[channel]! * momentum, variances![channel]! * (1 - momentum)];
      return { value: old + now, size: old + now };
    });
  });

  it('is normed', () => {
    const [y] = run('MienNorm', { x, ...vectors }, shapes, { epsilon: EPSILON });
    expectWithin(y, 6, (at) => {
      const [scaled, shift] = [centred(at) * scaleOf(at), beta[channelOf(at)]!];
      return { value: scaled + shift, size: Math.abs(scaled) + Math.abs(shift) };
    });
  });

  it('has the gradients of gamma and beta', () => {
    const inputs = { dy, x, mean: middle, variance };
    const [dGamma, dBeta] = run('MienNormGrads', inputs, shapes, { epsilon: EPSILON });
    expectWithin(dBeta, 24, (channel) => ({
      value: sum(channel, (at) => dy[at]!),
      size: sum(channel, (at) => Math.abs(dy[at]!)),
    }));
    expectWithin(dGamma, 24, (channel) => ({
      value: sum(channel, (at) => dy[at]! * centred(at)) / deviationOf(channel),
      size: sum(channel, (at) => Math.abs(dy[at]! * centred(at))) / deviationOf(channel),
    }));
  });

  it('has the gradient by what goes in', () => {
    const [dGamma, dBeta] = [beta.map((each) => each * rows), gamma.map((each) => each * rows)];
    const inputs = { dy, x, gamma, mean: middle, variance, dGamma, dBeta };
    const [dx] = run('MienNormInputGrad', inputs, shapes, { epsilon: EPSILON });
    expectWithin(dx, 8, (at) => {
      const channel = channelOf(at);
      const terms = [
        dy[at]! * scaleOf(at),
        (-dBeta[channel]! / rows) * scaleOf(at),
        (((-centred(at) * dGamma[channel]!) / rows) * scaleOf(at)) / deviationOf(at),
      ];
      const size = terms.reduce((total, each) => total + Math.abs(each), 0);
      return { value: terms.reduce((total, each) => total + each, 0), size };
    });
  });
});

const layers: readonly ConvolutionCase[] = [...CASES, ...randomCases(24, 16)];

describe.each(layers.map((test) => [JSON.stringify(Object.values(test)), test] as const))(
  'a norm folded into %s',
  (name, test) => {
    const { kind, stride, pad, batch, height, width, channels, outChannels } = test;
    const { outHeight, outWidth } = outputOf(test);
    const shapes = {
      x: [batch, height, width, channels],
      dz: [batch, outHeight, outWidth, outChannels],
      filter: [...test.filter, channels, kind === 'conv' ? outChannels : 1],
    };
    const random = keyedRandom(name.length, 'folds', channels);
    const draw = (shape: readonly number[], low = -1): Float32Array =>
      Float32Array.from({ length: shape.reduce((all, side) => all * side, 1) }, () => random.uniform(low, 1));
    const [x, dz, filter] = [draw(shapes.x), draw(shapes.dz), draw(shapes.filter)];
    const vector = (low = -1): Float32Array => draw([outChannels], low);
    const norm = { gamma: vector(), mean: vector(), variance: vector(0.2) };
    const bias = random.bernoulli(0.5) ? { bias: vector() } : {};
    const channelOf = (at: number): number => at % outChannels;
    const deviationOf = (at: number): number => Math.sqrt(norm.variance[channelOf(at)]! + EPSILON);
    const scaleOf = (at: number): number => norm.gamma[channelOf(at)]! / deviationOf(at);
    const shiftOf = (at: number): number => (bias.bias?.[channelOf(at)] ?? 0) - norm.mean[channelOf(at)]!;

    it('is one layer', () => {
      const beta = vector();
      const [folded, foldedBias] = run('MienFold', { filter, beta, ...norm, ...bias }, shapes, {
        ...{ kind, epsilon: EPSILON },
      });
      expectWithin(folded, 5, (at) => {
        const value = filter[at]! * scaleOf(at);
        return { value, size: Math.abs(value) };
      });
      expectWithin(foldedBias, 7, (channel) => ({
        value: beta[channel]! + shiftOf(channel) * scaleOf(channel),
        size: Math.abs(beta[channel]!) + Math.abs(shiftOf(channel) * scaleOf(channel)),
      }));
    });

    it('has gradients by filter, beta and gamma', () => {
      const attrs = { kind, strides: [stride, stride], pad, epsilon: EPSILON };
      const inputs = { x, dz, filter, ...norm, ...bias };
      const [dFilter, dBeta, dGamma] = run('MienLinearGrads', inputs, shapes, attrs);
      const { filterGrad } = layerSums(test, { x, filter, dy: dz });
      const positions = batch * outHeight * outWidth;
      const over = (count: number, channel: number, term: (at: number) => number): number => {
        let total = 0;
        for (let at = channel; at < count; at += outChannels) total += term(at);
        return total;
      };
      expectWithin(dFilter, positions + 6, (at) => ({
        value: filterGrad.values[at]! * scaleOf(at),
        size: filterGrad.magnitudes[at]! * Math.abs(scaleOf(at)) + 1e-30,
      }));
      expectWithin(dBeta, 24, (channel) => ({
        value: over(dz.length, channel, (at) => dz[at]!),
        size: over(dz.length, channel, (at) => Math.abs(dz[at]!)),
      }));
      expectWithin(dGamma, positions + 32, (channel) => {
        const dots = over(filter.length, channel, (at) => filterGrad.values[at]! * filter[at]!);
        const sizes = over(
          filter.length,
          channel,
          (at) => filterGrad.magnitudes[at]! * Math.abs(filter[at]!),
        );
        const sums = over(dz.length, channel, (at) => dz[at]!);
        const magnitudes = over(dz.length, channel, (at) => Math.abs(dz[at]!));
        return {
          value: (dots + shiftOf(channel) * sums) / deviationOf(channel),
          size: (sizes + Math.abs(shiftOf(channel)) * magnitudes) / deviationOf(channel),
        };
      });
    });
  },
);
