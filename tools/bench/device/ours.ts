/**
 * Owns what Mien does with a network while it is measured, on the backend in use: a training step on kept outputs of the
 * frozen part, the same with the frozen part computed, and one answer.
 */
import * as tf from '@tensorflow/tfjs';
import { candidateCuts, cutOutputOf, firstTrainableOf, FROZEN } from '../../../src/frozen/cut.ts';
import { findBackbone } from '../../../src/models/backbones/registry.ts';
import { graphOf, type Graph } from '../../../src/models/graph.ts';
import { withHead } from '../../../src/models/head.ts';
import { Parameters } from '../../../src/models/program/parameters.ts';
import { inferencePass } from '../../../src/models/program/pass.ts';
import { compile } from '../../../src/models/program/program.ts';
import { backboneOptions } from '../../../src/protocol/recipe/full-recipe.ts';
import { PLAIN_LOSS } from '../../../src/training/loss.ts';
import { Optimizer } from '../../../src/training/optimizer.ts';
import { updateRuleOf } from '../../../src/training/optimizers/registry.ts';
import { TrainingSteps } from '../../../src/training/step.ts';
import type { Run } from '../kernels/duel.ts';

/** A network as it is fine-tuned. */
export interface MeasuredNetwork {
  readonly backbone: string;
  readonly options: Readonly<Record<string, number>>;
  /** Side of the pictures, in pixels. */
  readonly size: number;
  readonly batch: number;
  /** Layers of the backbone that train, from the last. */
  readonly unfreeze: number;
  /** Whether a step stores activations as halves, which WebGPU can. */
  readonly halves?: boolean;
}

/** The last blocks of each are open. Stock tfjs keeps all of a batch: as many pictures as here are within wasm's memory. */
export const NETWORKS: readonly MeasuredNetwork[] = [
  { backbone: 'mobilenetv2', options: { alpha: 1 }, size: 224, batch: 8, unfreeze: 30 },
  { backbone: 'efficientnetb2', options: {}, size: 224, batch: 4, unfreeze: 30 },
  { backbone: 'vgg16', options: {}, size: 224, batch: 8, unfreeze: 4 },
];

const CLASSES = 8;
export const LEARNING_RATE = 1e-4;
/** Of an answer and its pass: multiplications and additions are two operations, a gradient takes two passes. */
const [OPERATIONS, PASSES] = [2, 3];

/** What is measured, until it is given back. */
export interface Measured {
  readonly step: Run;
  readonly answer: Run;
  dispose(): void;
}

/** A network with a head and random weights, and how many of its layers are the backbone's. */
export function modelOf({ backbone, options, size }: MeasuredNetwork) {
  const found = findBackbone(backbone);
  const all = backboneOptions({ name: backbone, weights: 'random', ...options }, found.entry);
  const base = found.build({ size, options: all, seed: 1 });
  const model = withHead(base, { hidden: [], classes: CLASSES, dropout: 0.2, seed: 2 });
  return { model, backboneLayers: base.layers.length };
}

/** Mien's ways; the step's operations are multiplications and additions, forward, and forward and backward. */
export function oursOf(
  model: tf.LayersModel,
  backboneLayers: number,
  { batch, unfreeze, size, halves = false }: MeasuredNetwork,
): Measured & {
  readonly wholeStep: Run;
  /** The frozen part of a batch. */
  readonly filling: Run;
  readonly forwardOperations: number;
  readonly stepOperations: number;
} {
  const graph = graphOf(model);
  const logits = graph.nodes.length - 2;
  const first = firstTrainableOf(backboneLayers, unfreeze);
  const cut = cutOutputOf(graph, first);
  const parameters = new Parameters(model);
  const frozen = compile(graph, 0, cut, FROZEN);
  const tail = compile(graph, cut, logits, {
    isTrainable: (layer) => layer >= first,
    ...({ batchNorm: 'inference', halves } as const),
  });
  const whole = compile(graph, 0, graph.nodes.length - 1, FROZEN);
  const optimizer = new Optimizer({ rule: updateRuleOf({}, 0), learningRate: LEARNING_RATE });
  const steps = new TrainingSteps({ tail, parameters, optimizer, loss: PLAIN_LOSS });
  const pictures = picturesOf(batch, size);
  const [one, labels] = [picturesOf(1, size), tf.tensor1d(new Int32Array(batch), 'int32')];
  const compute = (): tf.Tensor => tf.tidy(() => frozen.forward(pictures, inferencePass(parameters)));
  const kept = compute();
  let taken = 0;
  const stepOn = async (x: tf.Tensor): Promise<void> => {
    const chance = { seed: 1, phase: 0, step: taken++ };
    await readOut(steps.take(x, labels, chance));
  };
  const forwardOperations = OPERATIONS * batch * multiplyAddsOf(graph, cut, logits);
  return {
    forwardOperations,
    stepOperations: PASSES * forwardOperations,
    step: () => stepOn(kept),
    wholeStep: () => withValue(compute(), stepOn),
    filling: () => readOut(compute()),
    answer: () => readOut(tf.tidy(() => whole.forward(one, inferencePass(parameters)))),
    dispose() {
      steps.dispose();
      for (const program of [frozen, tail, whole]) program.dispose();
      optimizer.dispose();
      parameters.dispose();
      tf.dispose([pictures, one, labels, kept]);
    },
  };
}

const multiplyAddsOf = (graph: Graph, from: number, to: number): number =>
  candidateCuts(graph, from, to).at(-1)?.multiplyAdds ?? 0;

async function withValue(value: tf.Tensor, use: (value: tf.Tensor) => Promise<void>): Promise<void> {
  await use(value);
  value.dispose();
}

/** Waits for a value, which is when the device has computed it, and frees it. */
export async function readOut(value: tf.Tensor): Promise<void> {
  await value.data();
  value.dispose();
}

/** Pixels from -1 to 1. */
export function picturesOf(count: number, size: number): tf.Tensor {
  const shape = [count, size, size, 3];
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, at) => Math.sin(at * 12.9898)),
    shape,
  );
}
