/**
 * Owns a network as TensorFlow.js saves it, `tf.LayersModel.save` aside, which would have all weights in memory twice: its
 * topology, and its weights one behind the other, each read when its turn comes.
 */
import type * as tf from '@tensorflow/tfjs';
import { invariant } from '../../protocol/errors.ts';
import type { Chunk } from '../exporter.ts';
import { sizeOf, weightOf, type Weight } from '../network/weight.ts';

/** The network as TensorFlow.js saves it. */
export interface SavedLayers {
  readonly modelTopology: object;
  readonly weightSpecs: readonly tf.io.WeightsManifestEntry[];
  readonly weights: SavedWeights;
}

/** Weights one behind the other. */
export class SavedWeights {
  /** Of all of them. */
  readonly length: number;
  readonly #places: readonly { readonly start: number; readonly end: number; readonly weight: Weight }[];
  /** The one that was read last, for who takes a large one in several parts. */
  #last: { readonly weight: Weight; readonly bytes: Chunk } | null = null;

  constructor(weights: readonly Weight[]) {
    let end = 0;
    this.#places = weights.map((weight) => {
      const start = end;
      end += 4 * sizeOf(weight);
      return { start, end, weight };
    });
    this.length = end;
  }

  /** Their bytes between two places. */
  async *chunks(from = 0, to = this.length): AsyncGenerator<Chunk> {
    for (const { start, end, weight } of this.#places) {
      if (end <= from || start >= to) continue;
      const bytes = this.#last?.weight === weight ? this.#last.bytes : await bytesOf(weight);
      this.#last = end > to ? { weight, bytes } : null;
      yield bytes.subarray(Math.max(0, from - start), to - start);
    }
  }
}

async function bytesOf(weight: Weight): Promise<Chunk> {
  const { buffer, byteOffset, byteLength } = await weight.read();
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** @see `LayersModel.save` for the order of weights and their names */
export function savedLayers(model: tf.LayersModel): SavedLayers {
  const weights = model.weights.map((variable): Weight => {
    const { originalName: name, shape, dtype } = variable;
    invariant(dtype === 'float32', `weight ${name} is of float32, not ${dtype}`);
    return weightOf(name, shape.map(Number), variable);
  });
  return {
    modelTopology: model.toJSON(null, false) as object,
    weightSpecs: weights.map(({ name, shape }) => ({ name, shape: [...shape], dtype: 'float32' })),
    weights: new SavedWeights(weights),
  };
}
