/** Runs the network, without training it, over a list of pictures. */
import * as tf from '@tensorflow/tfjs';
import { PLAIN, type FeatureSource } from '../frozen/frozen-features.ts';
import { oneAhead } from '../lib/in-order.ts';
import type { Parameters } from '../models/program/parameters.ts';
import { inferencePass } from '../models/program/pass.ts';
import type { Program } from '../models/program/program.ts';
import { lossSums, type LossSettings } from './loss.ts';

/** Mean loss and accuracy, and the probabilities they come from. */
export interface Outcome {
  readonly loss: number;
  /** 0 to 1. */
  readonly accuracy: number;
  /** `[rows, classes]`, row-major. */
  readonly probabilities: Float32Array;
}

export interface EvaluateInputs {
  readonly tail: Program;
  readonly parameters: Parameters;
  readonly features: FeatureSource;
  readonly labelOfRow: ArrayLike<number>;
  readonly loss: LossSettings;
  readonly batchSize: number;
  readonly signal: AbortSignal;
  /** Awaited between batches. */
  readonly checkpoint: () => Promise<void>;
}

/**
 * Evaluates `rows` in order, without augmentation. While a batch is computed, the next one is fetched and the figures of
 * the one before are read.
 */
export async function evaluate(inputs: EvaluateInputs, rows: Uint32Array, classes: number): Promise<Outcome> {
  const probabilities = new Float32Array(rows.length * classes);
  const sums: Float32Array[] = [];
  let reading: Promise<void> = Promise.resolve();
  for await (const { from, some, x } of oneAhead(batchesOf(inputs, rows), ({ x }) => x.dispose())) {
    const figures = tf.tidy(() => figuresOf(inputs, some, x));
    x.dispose();
    const before = reading;
    reading = read(figures, before, (batchSums, batch) => {
      sums.push(batchSums);
      probabilities.set(batch, from * classes);
    });
    // Its turn to be heard comes later; until then a failure is not forgotten.
    reading.catch(() => undefined);
    await before;
    await inputs.checkpoint();
  }
  await reading;
  const [loss, right] = [0, 1].map((which) => sums.reduce((sum, batch) => sum + (batch[which] ?? NaN), 0));
  return { loss: (loss ?? NaN) / rows.length, accuracy: (right ?? NaN) / rows.length, probabilities };
}

interface Batch {
  /** Place of its first picture among all. */
  readonly from: number;
  readonly some: Uint32Array;
  /** Whoever takes it disposes it. */
  readonly x: tf.Tensor;
}

async function* batchesOf(
  { tail, features, batchSize, signal }: EvaluateInputs,
  rows: Uint32Array,
): AsyncGenerator<Batch> {
  const size = Math.min(batchSize, tail.picturesAtOnce);
  for (let from = 0; from < rows.length; from += size) {
    const some = rows.subarray(from, from + size);
    yield { from, some, x: await features.batch(some, PLAIN, signal) };
  }
}

/** `[2]`: sum of losses and right answers; and probabilities `[some.length, classes]`. */
function figuresOf(
  { tail, parameters, labelOfRow, loss }: EvaluateInputs,
  some: Uint32Array,
  x: tf.Tensor,
): [tf.Tensor, tf.Tensor] {
  const { logits, probabilities } = answersOf(tail, parameters, x);
  const labels = tf.tensor1d(
    Array.from(some, (row) => labelOfRow[row] ?? 0),
    'int32',
  );
  return [lossSums(logits, labels, loss), probabilities];
}

/**
 * What a network says of pictures, each `[pictures, classes]`; call it in a tidy.
 *
 * @param tail up to the logits
 * @param x what the trainable part starts from
 */
export function answersOf(
  tail: Program,
  parameters: Parameters,
  x: tf.Tensor,
): { readonly logits: tf.Tensor2D; readonly probabilities: tf.Tensor2D } {
  const logits = tail.forward(x, inferencePass(parameters)) as tf.Tensor2D;
  return { logits, probabilities: tf.softmax(logits) };
}

/** Reads a batch's figures, and uses them when those before have been. */
async function read(
  [sums, batch]: readonly [tf.Tensor, tf.Tensor],
  before: Promise<void>,
  use: (sums: Float32Array, batch: Float32Array) => void,
): Promise<void> {
  try {
    const [readSums, readBatch] = await Promise.all([sums.data(), batch.data(), before]);
    use(readSums as Float32Array, readBatch as Float32Array);
  } finally {
    tf.dispose([sums, batch]);
  }
}
