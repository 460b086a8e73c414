/** Runs the network, without training it, over a list of pictures. */
import * as tf from '@tensorflow/tfjs';
import type { Parameters } from '../models/program/parameters.ts';
import type { Program } from '../models/program/program.ts';
import { PLAIN, type FeatureSource } from './features.ts';
import { lossSums, type LossSettings } from './loss.ts';
import { inferencePass } from './pass.ts';

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

/** Evaluates `rows` in order, without augmentation. */
export async function evaluate(inputs: EvaluateInputs, rows: Uint32Array, classes: number): Promise<Outcome> {
  const { tail, parameters, features, labelOfRow, signal } = inputs;
  const batchSize = Math.min(inputs.batchSize, tail.picturesAtOnce);
  const probabilities = new Float32Array(rows.length * classes);
  let loss = 0;
  let right = 0;
  for (let from = 0; from < rows.length; from += batchSize) {
    await inputs.checkpoint();
    const some = rows.subarray(from, from + batchSize);
    const x = await features.batch(some, PLAIN, signal);
    const [sums, batch] = tf.tidy(() => {
      const logits = tail.forward(x, inferencePass(parameters)) as tf.Tensor2D;
      const labels = tf.tensor1d(
        Array.from(some, (row) => labelOfRow[row] ?? 0),
        'int32',
      );
      return [lossSums(logits, labels, inputs.loss), tf.softmax(logits)];
    });
    const [batchLoss = 0, batchRight = 0] = await sums.data();
    probabilities.set(await batch.data(), from * classes);
    tf.dispose([x, sums, batch]);
    loss += batchLoss;
    right += batchRight;
  }
  return { loss: loss / rows.length, accuracy: right / rows.length, probabilities };
}
