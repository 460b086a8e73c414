/**
 * Trains as a golden of `tests/parity/training` did in Keras, through the programs, the step and the optimizer that
 * runs use, and measures how far the two are apart.
 */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { buildBackbone } from '../../../src/models/backbones/registry.ts';
import { graphOf, type Graph } from '../../../src/models/graph.ts';
import { withHead } from '../../../src/models/head.ts';
import { cutOutputOf, firstTrainableOf, FROZEN } from '../../../src/frozen/cut.ts';
import { Parameters } from '../../../src/models/program/parameters.ts';
import { compile, type Program } from '../../../src/models/program/program.ts';
import type { Backend } from '../../../src/protocol/device.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { PLAIN_LOSS } from '../../../src/training/loss.ts';
import { Optimizer } from '../../../src/training/optimizer.ts';
import { updateRuleOf } from '../../../src/training/optimizers/registry.ts';
import { inferencePass } from '../../../src/models/program/pass.ts';
import { TrainingSteps } from '../../../src/training/step.ts';
import type { Fact } from '../../../tools/docs/works/facts.ts';
import { backboneOf } from './backbones.ts';
import { fillByRule, parseGolden, preprocess } from '../../parity/models/golden.ts';
import { rulePictures, ruleWeights } from '../../parity/models/rule.ts';

export interface TrainingGolden {
  readonly recipe: Recipe['backbone'];
  readonly size: number;
  readonly batch: number;
  readonly unfreeze: number;
  /** Learning rates of the head and of fine-tuning. */
  readonly rates: readonly [number, number];
  /** Adam's; left out for Keras' default. */
  readonly epsilon?: number;
  /** What preprocessed pictures are multiplied by. */
  readonly inputScale: number;
  /** Distinct batches, taken in turn. */
  readonly batches: number;
  readonly classes: number;
  readonly batchNorm: 'inference' | 'batch';
  /** Of what is drawn by chance. */
  readonly seed: number;
  /** Mean loss before each step, head and fine-tuning. */
  readonly losses: readonly (readonly number[])[];
  readonly changed: readonly Change[];
}

/** How far one variable went from its start: the length of its way, and the way at equal steps through it. */
interface Change {
  readonly name: string;
  readonly way: number;
  readonly samples: Float32Array;
}

export interface Disagreement {
  /** Largest difference of a loss, relative to Keras'. */
  readonly loss: number;
  /** Largest difference in how far a trained variable went in all. */
  readonly lengths: number;
  /** Largest difference of a trained variable's sampled ways. */
  readonly samples: number;
  /** Either of BatchNorms' moving averages; 0 where none moves. */
  readonly averages: number;
  /** Names of what changed here or there only. */
  readonly changedInOne: readonly string[];
}

/** What a test shows that finds training on a device to agree with a golden. */
export function trainsAsKeras({ recipe, batchNorm }: TrainingGolden, backend: Backend): Fact {
  const statistics = batchNorm === 'batch' ? 'the batch' : 'averages';
  return `backbone ${recipe.name} trains as Keras on ${backend}, BatchNorm on ${statistics}`;
}

/** Reads a golden by its name. */
export function trainingGolden(name: string): TrainingGolden {
  const url = new URL(`../../parity/training/goldens/${name}.json`, import.meta.url);
  return parseGolden(readFileSync(url, 'utf8')) as TrainingGolden;
}

/** Trains on the current backend, `steps` in each phase; variables are compared only after all of the golden's. */
export async function disagreement(golden: TrainingGolden, fineTuneSteps = Infinity): Promise<Disagreement> {
  const recipe = backboneOf(golden.recipe, golden.batchNorm === 'batch');
  const { backbone, model: base } = buildBackbone(recipe, golden.size);
  const backboneLayers = base.layers.length;
  const model = withHead(base, { classes: golden.classes, dropout: 0, hidden: [], seed: 0 });
  fillByRule(model);
  const graph = graphOf(model);
  const parameters = new Parameters(model);
  const pixels = rulePictures(golden.batches * golden.batch, golden.size);
  const values = preprocess(pixels, backbone.preprocessing).map((x) => x * golden.inputScale);
  const pictures = tf.tensor4d(values, [golden.batches * golden.batch, golden.size, golden.size, 3]);
  let loss = 0;
  const changing = new Set<string>();
  for (const [phase, expected] of golden.losses.entries()) {
    const first = firstTrainableOf(backboneLayers, phase === 0 ? 0 : golden.unfreeze);
    const count = phase === 0 ? expected.length : Math.min(expected.length, fineTuneSteps);
    const ours = await runPhase({ golden, graph, parameters, pictures, first, phase, count });
    for (const name of ours.changing) changing.add(name);
    ours.losses.forEach((value, step) => {
      const theirs = expected[step] ?? NaN;
      loss = Math.max(loss, Math.abs(value - theirs) / theirs);
    });
  }
  const isWhole = fineTuneSteps >= (golden.losses[1]?.length ?? 0);
  const differences = isWhole ? await compareChanges(golden, parameters) : [];
  tf.dispose([pictures]);
  parameters.dispose();
  model.dispose();
  const theirs = new Set(golden.changed.map(({ name }) => name));
  const averages = differences.filter(({ name }) => isAverage(name));
  const trained = differences.filter(({ name }) => !isAverage(name));
  return {
    loss,
    lengths: Math.max(0, ...trained.map(({ inAll }) => inAll)),
    samples: Math.max(0, ...trained.map(({ atSamples }) => atSamples)),
    averages: Math.max(0, ...averages.flatMap(({ inAll, atSamples }) => [inAll, atSamples])),
    changedInOne: [
      ...[...changing].filter((name) => !theirs.has(name)),
      ...[...theirs].filter((name) => !changing.has(name)),
    ],
  };
}

interface PhaseRun {
  readonly golden: TrainingGolden;
  readonly graph: Graph;
  readonly parameters: Parameters;
  readonly pictures: tf.Tensor4D;
  /** First layer that trains. */
  readonly first: number;
  readonly phase: number;
  readonly count: number;
}

/** One phase as a run does it: the frozen part once a batch, then steps through the trainable part. */
async function runPhase(run: PhaseRun): Promise<{ losses: number[]; changing: readonly string[] }> {
  const { golden, graph, parameters, pictures, first, phase, count } = run;
  const cutOutput = cutOutputOf(graph, first);
  const prefix = compile(graph, 0, cutOutput, FROZEN);
  const tail = compile(graph, cutOutput, graph.nodes.length - 2, {
    isTrainable: (layer) => layer >= first,
    batchNorm: phase === 0 ? 'inference' : golden.batchNorm,
  });
  const batches = Array.from({ length: golden.batches }, (_, index) => {
    const start = index * golden.batch;
    return {
      x: forward(prefix, parameters, pictures, start, golden.batch),
      labels: tf.tensor1d(
        Array.from({ length: golden.batch }, (_unused, row) => (start + row) % golden.classes),
        'int32',
      ),
    };
  });
  const learningRate = golden.rates[phase] ?? NaN;
  const { epsilon = 1e-7 } = golden;
  const rule = updateRuleOf({ optimizer: { name: 'adam', epsilon } }, 0);
  const optimizer = new Optimizer({ rule, learningRate });
  const steps = new TrainingSteps({ tail, parameters, optimizer, loss: PLAIN_LOSS });
  const losses: number[] = [];
  for (let step = 0; step < count; step++) {
    const { x, labels } = batches[step % batches.length]!;
    const chance = { seed: golden.seed, phase, step };
    const sums = steps.take(x, labels, chance);
    losses.push((await sums.data())[0]! / golden.batch);
    sums.dispose();
  }
  steps.dispose();
  optimizer.dispose();
  prefix.dispose();
  tail.dispose();
  for (const { x, labels } of batches) tf.dispose([x, labels]);
  return { losses, changing: [...tail.trainable, ...tail.moving] };
}

function forward(
  prefix: Program,
  parameters: Parameters,
  pictures: tf.Tensor4D,
  start: number,
  count: number,
): tf.Tensor {
  return tf.tidy(() =>
    prefix.forward(tf.slice(pictures, [start, 0, 0, 0], [count, -1, -1, -1]), inferencePass(parameters)),
  );
}

interface ChangeErrors {
  readonly name: string;
  readonly inAll: number;
  readonly atSamples: number;
}

const isAverage = (name: string): boolean => name.includes('/moving_');

/**
 * Errors relative to the largest sampled way of the variable, but at least to what Adam can go in fine-tuning: where
 * a gradient is 0 but for rounding (a BatchNorm's shift ahead of another BatchNorm on the batch), Adam walks on noise.
 */
async function compareChanges(golden: TrainingGolden, parameters: Parameters): Promise<ChangeErrors[]> {
  const steps = golden.losses[1]?.length ?? 0;
  const errors: ChangeErrors[] = [];
  for (const { name, way, samples } of golden.changed) {
    const value = parameters.get(name);
    const values = await value.data<'float32'>();
    const start = ruleWeights(name, value.shape);
    const ours = values.map((x, i) => x - start[i]!);
    const reach = isAverage(name) ? 0 : golden.rates[1] * steps;
    const scale = samples.reduce((max, x) => Math.max(max, Math.abs(x)), reach);
    const picked = samples.map((_, i) => ours[Math.floor((i * ours.length) / samples.length)]!);
    const length = Math.sqrt(ours.reduce((sum, x) => sum + x * x, 0));
    const inAll = Math.abs(length - way) / Math.max(way, reach * Math.sqrt(ours.length));
    const atSamples = samples.reduce((max, x, i) => Math.max(max, Math.abs(x - picked[i]!) / scale), 0);
    errors.push({ name, inAll, atSamples });
  }
  return errors;
}
