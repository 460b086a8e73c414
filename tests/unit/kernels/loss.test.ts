/** The loss on wasm, one call for a batch, against its definition in float64. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { keyedRandom } from '../../../src/lib/random.ts';
import { useBackend } from '../../support/backends.ts';

beforeAll(() => useBackend('wasm'));

interface Batch {
  readonly logits: Float32Array;
  readonly labels: Int32Array;
  readonly classes: number;
  readonly weights?: Float32Array | undefined;
  readonly smoothing: number;
}

function lossOf({ logits, labels, classes, weights, smoothing }: Batch) {
  const [sums, gradient] = tf.tidy(() => {
    const inputs = {
      logits: tf.tensor2d(logits, [labels.length, classes]),
      labels: tf.tensor1d(labels, 'int32'),
      ...(weights !== undefined && { weights: tf.tensor1d(weights) }),
    };
    const out = tf.engine().runKernel<tf.Tensor[]>('MienSoftmaxLoss', inputs, { labelSmoothing: smoothing });
    return out.map((each) => Float32Array.from(each.dataSync<'float32'>()));
  }) as [Float32Array, Float32Array];
  return { loss: sums[0]!, right: sums[1]!, gradient };
}

/** As its definition says. */
function wantedOf({ logits, labels, classes, weights, smoothing }: Batch) {
  let [loss, right] = [0, 0];
  const gradient = new Float64Array(logits.length);
  labels.forEach((label, row) => {
    const z = [...logits.subarray(row * classes, (row + 1) * classes)];
    const most = Math.max(...z);
    const logSum = most + Math.log(z.reduce((sum, each) => sum + Math.exp(each - most), 0));
    const weight = weights?.[label] ?? 1;
    if (z.indexOf(most) === label) right += 1;
    z.forEach((each, k) => {
      const target = smoothing / classes + (k === label ? 1 - smoothing : 0);
      loss -= target === 0 ? 0 : weight * target * (each - logSum);
      gradient[row * classes + k] = ((Math.exp(each - logSum) - target) * weight) / labels.length;
    });
  });
  return { loss, right, gradient };
}

function drawn(
  pictures: number,
  classes: number,
  scale: number,
  isWeighted: boolean,
  smoothing: number,
): Batch {
  const random = keyedRandom(pictures, 'loss', classes);
  return {
    logits: Float32Array.from({ length: pictures * classes }, () => random.uniform(-scale, scale)),
    labels: Int32Array.from({ length: pictures }, () => Math.floor(random.uniform(0, classes))),
    ...{ classes, smoothing },
    weights: isWeighted ? Float32Array.from({ length: classes }, () => random.uniform(0.1, 3)) : undefined,
  };
}

it.each([
  drawn(1, 2, 1, false, 0),
  drawn(32, 8, 4, false, 0),
  drawn(33, 7, 20, true, 0.1),
  drawn(5, 1000, 3, false, 0.1),
  drawn(64, 5, 60, true, 0),
])('loss, hits and gradient are those of float64, case %#', (batch) => {
  const [actual, wanted] = [lossOf(batch), wantedOf(batch)];
  // An exponential has two roundings, a sum of them one more, and what is put out one.
  expect(Math.abs(actual.loss - wanted.loss) / Math.abs(wanted.loss)).toBeLessThan(8 * 2 ** -24);
  expect(actual.right).toBe(wanted.right);
  const factor = Math.max(...(batch.weights ?? [1])) / batch.labels.length;
  actual.gradient.forEach((value, at) => {
    expect(Math.abs(value - wanted.gradient[at]!)).toBeLessThanOrEqual(8 * 2 ** -24 * factor);
  });
});

it('is the logarithm of how many classes are alike', () => {
  for (let classes = 2; classes < 260; classes += 1) {
    const batch = { logits: new Float32Array(classes), labels: Int32Array.of(0), classes, smoothing: 0 };
    const wanted = Math.log(classes);
    expect(Math.abs(lossOf(batch).loss / wanted - 1), `of ${classes}`).toBeLessThanOrEqual(2 ** -24);
  }
});

it('takes logits that exponentials of them could not', () => {
  const { loss, right, gradient } = lossOf({
    ...{ logits: Float32Array.of(1e4, 0, -1e4, 0), labels: Int32Array.of(0, 0), classes: 2, smoothing: 0 },
  });
  expect([loss, right]).toEqual([1e4, 1]);
  expect([...gradient]).toEqual([0, expect.closeTo(0), -0.5, 0.5]);
});

it('is no number where a logit is none, and infinite where the right answer is said to be impossible', () => {
  const of = (...logits: number[]): number =>
    lossOf({ logits: Float32Array.from(logits), labels: Int32Array.of(1), classes: 3, smoothing: 0 }).loss;
  expect(of(1, 2, NaN)).toBeNaN();
  expect(of(NaN, 2, 1)).toBeNaN();
  expect(of(1, -Infinity, 1)).toBe(Infinity);
  expect(of(-Infinity, 1, 1)).toBeCloseTo(Math.LN2, 6);
});
