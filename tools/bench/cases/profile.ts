/** Where the time of a fine-tune step and of the frozen part goes on wasm, kernel by kernel, by network. */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { activate } from '../../../src/engine/device/activate.ts';
import { cutOutputOf, firstTrainableOf, FROZEN } from '../../../src/frozen/cut.ts';
import { efficientnetb2 } from '../../../src/models/backbones/efficientnet.ts';
import { mobilenetv2 } from '../../../src/models/backbones/mobilenetv2.ts';
import { vgg16 } from '../../../src/models/backbones/vgg.ts';
import { graphOf } from '../../../src/models/graph.ts';
import { withHead } from '../../../src/models/head.ts';
import { Parameters } from '../../../src/models/program/parameters.ts';
import { inferencePass } from '../../../src/models/program/pass.ts';
import { compile } from '../../../src/models/program/program.ts';
import { PLAIN_LOSS } from '../../../src/training/loss.ts';
import { Optimizer } from '../../../src/training/optimizer.ts';
import { updateRuleOf } from '../../../src/training/optimizers/registry.ts';
import { TrainingSteps } from '../../../src/training/step.ts';
import { WASM_FOLDER } from '../../train/backends.ts';
import type { Bench, Row } from '../bench.ts';
import { profiled, watchKernels } from '../kernels/profile.ts';

const [SIZE, CLASSES] = [224, 8];
/** Kernels that take less than this share of the whole are one row. */
const LEAST_SHARE = 0.02;

const NETWORKS = [
  { backbone: mobilenetv2, options: { alpha: 1 }, batch: 32, unfreeze: 30 },
  { backbone: efficientnetb2, options: { dropConnect: 0 }, batch: 8, unfreeze: 30 },
  { backbone: vgg16, options: {}, batch: 8, unfreeze: 4 },
] as const;

export const profile: Bench = {
  name: 'profile',
  help: 'where the time of a step and of the frozen part goes on wasm, by kernel (1 minute)',
  async run({ quick, say }) {
    setWasmPaths(WASM_FOLDER);
    await activate('wasm');
    watchKernels('wasm');
    return NETWORKS.slice(0, quick ? 1 : undefined).flatMap((network) => {
      say(network.backbone.entry.name);
      return rowsOf(network, quick ? 1 : 4);
    });
  },
};

function rowsOf(network: (typeof NETWORKS)[number], times: number): Row[] {
  const { backbone, options, batch, unfreeze } = network;
  const base = backbone.build({ size: SIZE, options, seed: 1 });
  const first = firstTrainableOf(base.layers.length, unfreeze);
  const model = withHead(base, { hidden: [], classes: CLASSES, dropout: 0.2, seed: 2 });
  const graph = graphOf(model);
  const cut = cutOutputOf(graph, first);
  const parameters = new Parameters(model);
  const frozen = compile(graph, 0, cut, FROZEN);
  const isTrainable = (layer: number): boolean => layer >= first;
  const tail = compile(graph, cut, graph.nodes.length - 2, { isTrainable, batchNorm: 'inference' });
  const optimizer = new Optimizer({ rule: updateRuleOf({}, 0), learningRate: 1e-5 });
  const picture = tf.randomUniform([1, SIZE, SIZE, 3], -1, 1, 'float32', 3);
  const x = tf.randomUniform([batch, ...graph.nodes[cut]!.shape], 0, 1, 'float32', 4);
  const labels = tf.tensor1d(new Int32Array(batch), 'int32');
  const chance = { seed: 1, phase: 0, step: 0 };
  // Each by itself: a step that is replayed is one call, of which nothing is told by kernel.
  const step = (): void => {
    const steps = new TrainingSteps({ tail, parameters, optimizer, loss: PLAIN_LOSS });
    steps.take(x, labels, chance).dispose();
    steps.dispose();
  };
  const fill = (): void => tf.tidy(() => void frozen.forward(picture, inferencePass(parameters)));
  step();
  fill();
  const name = `${backbone.entry.name} at ${SIZE.toString()}`;
  const rows = [
    ...rowsFor(`${name}, last ${unfreeze.toString()}, step of ${batch.toString()}`, profiled(step, times)),
    ...rowsFor(`${name}, frozen part of one picture`, profiled(fill, times)),
  ];
  for (const each of [frozen, tail, optimizer, parameters, model]) each.dispose();
  tf.dispose([picture, x, labels]);
  return rows;
}

function rowsFor(what: string, { kernels, all }: ReturnType<typeof profiled>): Row[] {
  const row = (label: string, mien: number): Row => {
    return { what: `${what}: ${label}`, against: 'all of it', unit: 'ms', mien, other: all };
  };
  const sorted = [...kernels].sort(([, a], [, b]) => b - a).filter(([, ms]) => ms >= LEAST_SHARE * all);
  const rest = all - sorted.reduce((sum, [, ms]) => sum + ms, 0);
  return [...sorted.map(([label, ms]) => row(label, ms)), row('all other kernels, and JavaScript', rest)];
}
