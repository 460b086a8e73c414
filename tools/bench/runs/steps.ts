/** Runs training steps of MobileNetV2 on made-up values at the cut output, and counts what each asks of the GPU. */
import * as tf from '@tensorflow/tfjs';
import { activate } from '../../../src/engine/device/activate.ts';
import { mobilenetv2 } from '../../../src/models/backbones/mobilenetv2.ts';
import { graphOf, type Graph } from '../../../src/models/graph.ts';
import { withHead } from '../../../src/models/head.ts';
import { cutOutputOf, firstTrainableOf } from '../../../src/frozen/cut.ts';
import { Parameters } from '../../../src/models/program/parameters.ts';
import { compile } from '../../../src/models/program/program.ts';
import { PLAIN_LOSS } from '../../../src/training/loss.ts';
import { Optimizer } from '../../../src/training/optimizer.ts';
import { updateRuleOf } from '../../../src/training/optimizers/registry.ts';
import { RunningSums, TrainingSteps } from '../../../src/training/step.ts';
import { GpuCounter, type GpuCounts } from '../count-gpu.ts';

/** Which network takes the steps, and whether its arithmetic is left out. */
export interface CountOptions {
  readonly size: number;
  readonly alpha: number;
  readonly batch: number;
  readonly unfreeze: number;
  readonly skipsArithmetic?: boolean;
}

/** Counts of one step in steady state, and the most memory that buffers took beside weights of the frozen part. */
export interface StepCounts extends GpuCounts {
  readonly step: string;
  readonly peakMB: number;
}

const CLASSES = 8;
/** Steps before the one that is counted: pools fill and programs compile. */
const WARM_UP = 3;

/** Counts the fine-tune step and the head step. Leaves the WebGPU backend active. */
export async function countSteps(options: CountOptions): Promise<StepCounts[]> {
  const counter = new GpuCounter({ skipsArithmetic: options.skipsArithmetic ?? true });
  try {
    await activate('webgpu');
    const base = mobilenetv2.build({ size: options.size, options: { alpha: options.alpha }, seed: 1 });
    const layers = base.layers.length;
    const model = withHead(base, { classes: CLASSES, dropout: 0.2, hidden: [], seed: 2 });
    const graph = graphOf(model);
    const counted = [
      await countStep(counter, graph, firstTrainableOf(layers, options.unfreeze), options.batch),
      await countStep(counter, graph, firstTrainableOf(layers, 0), options.batch),
    ];
    model.dispose();
    return counted.map((counts, index) => ({
      step: index === 0 ? `last ${options.unfreeze.toString()}` : 'head',
      ...counts,
    }));
  } finally {
    counter.stop();
  }
}

async function countStep(
  counter: GpuCounter,
  graph: Graph,
  first: number,
  batch: number,
): Promise<Omit<StepCounts, 'step'>> {
  const cutOutput = cutOutputOf(graph, first);
  const parameters = new Parameters(graph.model);
  const tail = compile(graph, cutOutput, graph.nodes.length - 2, {
    isTrainable: (layer) => layer >= first,
    batchNorm: 'inference',
  });
  const learningRate = 1e-4;
  const rule = updateRuleOf({}, 0);
  const optimizer = new Optimizer({ rule, learningRate });
  const steps = new TrainingSteps({ tail, parameters, optimizer, loss: PLAIN_LOSS });
  const sums = new RunningSums();
  const shape = [batch, ...(graph.nodes[cutOutput]?.shape ?? [])];
  const values = new Float32Array(tf.util.sizeFromShape(shape)).fill(0.1);
  const before = counter.liveBytes;
  for (let step = 0; step <= WARM_UP; step++) {
    counter.reset();
    const x = tf.tensor(values, shape);
    const labels = tf.tensor1d(new Int32Array(batch), 'int32');
    const chance = { seed: 1, phase: 0, step };
    sums.add(steps.take(x, labels, chance), batch);
    tf.dispose([x, labels]);
    // A run reads its sums ten times a second at most; here every step, which is one of the submits.
    await sums.read();
  }
  const result = { ...counter.counts, peakMB: Math.round((counter.peakBytes - before) / 2 ** 20) };
  sums.dispose();
  steps.dispose();
  optimizer.dispose();
  tail.dispose();
  parameters.dispose();
  return result;
}
