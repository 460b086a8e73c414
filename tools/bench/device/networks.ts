/**
 * Owns what is measured of a network on the backend in use: a training step on kept outputs of the frozen part, the same
 * with the frozen part computed, and one answer; each against stock tfjs, by turns in one process.
 */
import * as tf from '@tensorflow/tfjs';
import { candidateCuts, cutOutputOf, firstTrainableOf, FROZEN } from '../../../src/frozen/cut.ts';
import { findBackbone } from '../../../src/models/backbones/registry.ts';
import { graphOf, type Graph } from '../../../src/models/graph.ts';
import { withHead } from '../../../src/models/head.ts';
import { Parameters } from '../../../src/models/program/parameters.ts';
import { inferencePass } from '../../../src/models/program/pass.ts';
import { compile } from '../../../src/models/program/program.ts';
import type { DeviceReport } from '../../../src/protocol/device.ts';
import { backboneOptions } from '../../../src/protocol/recipe/full-recipe.ts';
import { PLAIN_LOSS } from '../../../src/training/loss.ts';
import { Optimizer } from '../../../src/training/optimizer.ts';
import { updateRuleOf } from '../../../src/training/optimizers/registry.ts';
import { trainStep } from '../../../src/training/step.ts';
import type { Row, Settings } from '../bench.ts';
import { duel, wallClock, type Run } from '../kernels/duel.ts';
import { compileFor } from '../stock/stock.ts';

/** A network as it is fine-tuned. */
export interface MeasuredNetwork {
  readonly backbone: string;
  readonly options: Readonly<Record<string, number>>;
  /** Side of the pictures, in pixels. */
  readonly size: number;
  readonly batch: number;
  /** Layers of the backbone that train, from the last. */
  readonly unfreeze: number;
}

/** The last blocks of each are open. Stock tfjs keeps all of a batch: eight pictures are within wasm's memory. */
export const NETWORKS: readonly MeasuredNetwork[] = [
  { backbone: 'mobilenetv2', options: { alpha: 1 }, size: 224, batch: 8, unfreeze: 30 },
  { backbone: 'efficientnetb2', options: {}, size: 224, batch: 8, unfreeze: 30 },
  { backbone: 'vgg16', options: {}, size: 224, batch: 8, unfreeze: 4 },
];

/** Operations a second that all threads could do, and what that is called. */
interface Peak {
  readonly flops: number;
  readonly against: string;
}

const CLASSES = 8;
const LEARNING_RATE = 1e-4;
/** tfjs' steps of the largest network take many seconds each. */
const patienceFor = (quick: boolean) => ({ turns: 2, ms: quick ? 100 : 2500, warmUp: 1 });
/** Of an answer and its pass: multiplications and additions are two operations, a gradient takes two passes. */
const [OPERATIONS, PASSES] = [2, 3];

/** @param peak null where the device does not say what it could do */
export async function networkRows(
  network: MeasuredNetwork,
  { label }: DeviceReport,
  peak: Peak | null,
  { quick, say }: Settings,
): Promise<Row[]> {
  const { backbone, options, batch, unfreeze } = network;
  const size = quick ? 32 : network.size;
  say(`${backbone} at ${size.toString()} pixels`);
  const { step, whole, answer, stepOperations } = await timesOf({ ...network, size }, quick);
  const name = `${[backbone, ...Object.values(options)].join(' ')} at ${size.toString()} px on ${label}`;
  const steps = `a step of ${batch.toString()} pictures, last ${unfreeze.toString()} layers`;
  const row = (what: string, against: string, times: Duel): Row => {
    const [mien, other] = [times.mien * 1e3, times.stock * 1e3];
    return { what: `${name}: ${what}`, against, unit: 'ms', mien, other };
  };
  const rows = [
    { ...row(steps, 'tfjs trainOnBatch', step), note: STEP_NOTE },
    row('the same, frozen part too', 'tfjs trainOnBatch', whole),
    row('one answer', 'tfjs predict', answer),
  ];
  if (peak === null) return rows;
  const arithmetic = { unit: 'GFLOP/s', mien: stepOperations / 1e9 / step.mien, other: peak.flops };
  return [...rows, { what: `${name}: ${steps}`, against: peak.against, ...arithmetic }];
}

/** Seconds of Mien's way and of stock tfjs'. */
interface Duel {
  readonly mien: number;
  readonly stock: number;
}

async function timesOf(network: MeasuredNetwork, quick: boolean) {
  const { backbone, options, size, batch, unfreeze } = network;
  const found = findBackbone(backbone);
  const all = backboneOptions({ name: backbone, weights: 'random', ...options }, found.entry);
  const base = found.build({ size, options: all, seed: 1 });
  const model = withHead(base, { hidden: [], classes: CLASSES, dropout: 0.2, seed: 2 });
  const ours = oursOf(model, base.layers.length, network);
  // tfjs wants to be told of each layer whether it trains; that is why Mien reads the network first.
  compileFor({ model, backboneLayers: base.layers.length }, { unfreeze, learningRate: LEARNING_RATE });
  const stock = stockOf(model, batch, size);
  const taken = (runs: readonly Run[]) => duel(runs, patienceFor(quick), wallClock);
  const [step = NaN, whole = NaN, stockStep = NaN] = await taken([ours.step, ours.wholeStep, stock.step]);
  const [answer = NaN, stockAnswer = NaN] = await taken([ours.answer, stock.answer]);
  for (const one of [ours, stock, model]) one.dispose();
  return {
    step: { mien: step, stock: stockStep },
    whole: { mien: whole, stock: stockStep },
    answer: { mien: answer, stock: stockAnswer },
    stepOperations: ours.stepOperations,
  };
}

const STEP_NOTE =
  'Mien computes the frozen part once for each version of a picture; stock tfjs in each step. In Node stock tfjs has one thread on wasm, and Mien’s gradients of convolutions, since it has none there.';

interface Measured {
  readonly step: Run;
  readonly answer: Run;
  dispose(): void;
}

function oursOf(
  model: tf.LayersModel,
  backboneLayers: number,
  { batch, unfreeze, size }: MeasuredNetwork,
): Measured & { readonly wholeStep: Run; readonly stepOperations: number } {
  const graph = graphOf(model);
  const logits = graph.nodes.length - 2;
  const first = firstTrainableOf(backboneLayers, unfreeze);
  const cut = cutOutputOf(graph, first);
  const parameters = new Parameters(model);
  const frozen = compile(graph, 0, cut, FROZEN);
  const tail = compile(graph, cut, logits, {
    isTrainable: (layer) => layer >= first,
    batchNorm: 'inference',
  });
  const whole = compile(graph, 0, graph.nodes.length - 1, FROZEN);
  const optimizer = new Optimizer({ rule: updateRuleOf({}, 0), learningRate: LEARNING_RATE });
  const pictures = picturesOf(batch, size);
  const [one, labels] = [picturesOf(1, size), tf.tensor1d(new Int32Array(batch), 'int32')];
  const compute = (): tf.Tensor => tf.tidy(() => frozen.forward(pictures, inferencePass(parameters)));
  const kept = compute();
  let taken = 0;
  const stepOn = async (x: tf.Tensor): Promise<void> => {
    const chance = { seed: 1, phase: 0, step: taken++ };
    await readOut(trainStep({ tail, parameters, optimizer, loss: PLAIN_LOSS, chance }, x, labels));
  };
  return {
    stepOperations: PASSES * OPERATIONS * batch * multiplyAddsOf(graph, cut, logits),
    step: () => stepOn(kept),
    async wholeStep() {
      const x = compute();
      await stepOn(x);
      x.dispose();
    },
    answer: () => readOut(tf.tidy(() => whole.forward(one, inferencePass(parameters)))),
    dispose() {
      for (const program of [frozen, tail, whole]) program.dispose();
      optimizer.dispose();
      parameters.dispose();
      tf.dispose([pictures, one, labels, kept]);
    },
  };
}

const multiplyAddsOf = (graph: Graph, from: number, to: number): number =>
  candidateCuts(graph, from, to).at(-1)?.multiplyAdds ?? 0;

function stockOf(model: tf.LayersModel, batch: number, size: number): Measured {
  const [pictures, one, labels] = [picturesOf(batch, size), picturesOf(1, size), tf.zeros([batch, 1])];
  return {
    async step() {
      await model.trainOnBatch(pictures, labels);
    },
    answer: () => readOut(model.predict(one) as tf.Tensor),
    dispose() {
      // It was made for the model, which disposes none but one that it was told of by name.
      model.optimizer.dispose();
      tf.dispose([pictures, one, labels]);
    },
  };
}

/** Waits for a value, which is when the device has computed it, and frees it. */
async function readOut(value: tf.Tensor): Promise<void> {
  await value.data();
  value.dispose();
}

/** Pixels from -1 to 1. */
function picturesOf(count: number, size: number): tf.Tensor {
  const shape = [count, size, size, 3];
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, at) => Math.sin(at * 12.9898)),
    shape,
  );
}
