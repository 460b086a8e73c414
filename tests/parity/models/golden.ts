/** What the parity tests of models share: the goldens' form, weights by rule, preprocessing on the host, errors. */
import * as tf from '@tensorflow/tfjs';
import type { Preprocessing } from '../../../src/models/backbones/backbone.ts';
import { buildBackbone } from '../../../src/models/backbones/registry.ts';
import { preprocessingFor } from '../../../src/models/weights/weights-use.ts';
import { variablesOf } from '../../../src/models/weights/fill-model.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { rulePictures, ruleWeights } from './rule.ts';

export interface Probe {
  readonly layer: string;
  readonly shape: readonly number[];
  /** Largest magnitude in the whole tensor. */
  readonly largest: number;
  readonly deviation: number;
  /** Values at equal steps through the tensor. */
  readonly samples: Float32Array;
}

export interface Activations {
  readonly size: number;
  readonly batch: number;
  readonly probes: readonly Probe[];
  /** Mean of the last layer over height and width, `[batch, channels]`. */
  readonly pooled: Float32Array;
}

export interface Golden {
  readonly recipe: Recipe['backbone'];
  readonly layers: readonly [name: string, className: string, shape: number[], parameters: number][];
  readonly layersSize: number;
  readonly totalParameters: number;
  /** SHA-256 of `model.summary()`, its cells apart by ` | `, without what a layer is connected to. */
  readonly summary: string;
  readonly preprocessed: Float32Array;
  /** The same with `x / 255` put in, as `image.scale: "unit"` has it. */
  readonly unit: { readonly preprocessed: Float32Array; readonly activations: Activations };
  readonly trainable: readonly { readonly unfreeze: number; readonly variables: readonly string[] }[];
  readonly activations: readonly Activations[];
}

/** Reads a golden; long base64 strings are float32 arrays. */
export function parseGolden(text: string): unknown {
  return JSON.parse(text, (key: string, value: unknown) =>
    typeof value === 'string' && ['samples', 'pooled', 'preprocessed'].includes(key)
      ? decodeGolden(value)
      : value,
  );
}

/** A golden's numbers: float32 as base64. */
export function decodeGolden(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

/** Gives every variable its value by rule. */
export function fillByRule(model: tf.LayersModel): void {
  for (const { layer, weight, shape, variable } of variablesOf(model)) {
    const values = tf.tensor(ruleWeights(`${layer}/${weight}`, shape), [...shape]);
    variable.write(values);
    values.dispose();
  }
}

/** `y[c] = x[order[c]] * scale[c] + offset[c]`, on the host in double precision, rounded once. */
export function preprocess(pixels: Uint8Array, { order, scale, offset }: Preprocessing): Float32Array {
  return Float32Array.from(pixels, (_, i) => {
    const channel = (i % 3) as 0 | 1 | 2;
    return pixels[i - channel + order[channel]]! * scale[channel] + offset[channel];
  });
}

/** Largest difference relative to the largest magnitude. */
export function relativeError(ours: Float32Array, theirs: Float32Array, largest?: number): number {
  if (ours.length !== theirs.length) return Infinity;
  const scale = largest ?? theirs.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return theirs.reduce((max, value, i) => Math.max(max, Math.abs(value - ours[i]!) / scale), 0);
}

/**
 * Builds a network with weights by rule, runs it on the current backend and compares: the largest error over probes at
 * every depth and pooled features, each relative to its largest magnitude.
 *
 * @throws TypeError when an output has another shape than Keras'
 */
export async function largestError(
  recipe: Recipe['backbone'],
  activations: Activations,
  scale: Recipe['image']['scale'] = 'backbone',
): Promise<number> {
  const { size, batch, probes, pooled } = activations;
  const { backbone, model } = buildBackbone(recipe, size);
  fillByRule(model);
  const layers = probes.map(({ layer }) => model.getLayer(layer).output as tf.SymbolicTensor);
  const probe = tf.model({ inputs: model.inputs, outputs: layers });
  const pictures = tf.tensor(preprocess(rulePictures(batch, size), preprocessingFor(scale, backbone)), [
    batch,
    size,
    size,
    3,
  ]);
  const outputs = probe.predict(pictures) as tf.Tensor[];
  const pooledOurs = tf.tidy(() => outputs.at(-1)!.mean([1, 2]));
  const errors = [relativeError(await pooledOurs.data<'float32'>(), pooled)];
  for (const [i, { layer, shape, samples, largest }] of probes.entries()) {
    const output = outputs[i]!;
    if (output.shape.join() !== shape.join())
      throw new TypeError(`${layer} has shape ${output.shape.join()}`);
    const values = await output.data<'float32'>();
    const picked = Float32Array.from(
      samples,
      (_, k) => values[Math.floor((k * values.length) / samples.length)]!,
    );
    errors.push(relativeError(picked, samples, largest));
  }
  tf.dispose([pictures, pooledOurs, outputs]);
  model.dispose();
  return Math.max(...errors);
}
