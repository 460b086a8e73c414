/** What is one step of a plan: a linear layer to the swish behind it, on corners of shapes, to the bits of both one after the other. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { startDevice } from '../../src/engine/device/device.ts';
import { planFor, registerPlanner, type PlanDescription, type PlanNode } from '../../src/kernels/plan.ts';
import { sharedTask } from '../../src/kernels/wasm/task.ts';
import { findBackbone } from '../../src/models/backbones/registry.ts';
import { graphOf } from '../../src/models/graph.ts';
import { Parameters } from '../../src/models/program/parameters.ts';
import { inferencePass } from '../../src/models/program/pass.ts';
import { compile } from '../../src/models/program/program.ts';
import { runMien } from '../../src/models/program/run-kernel.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { backboneOptions } from '../../src/protocol/recipe/full-recipe.ts';
import { wasmInNode } from '../../tools/train/backends.ts';

beforeAll(async () => {
  await startDevice('wasm', { platform: createPlatform(), wasm: wasmInNode(8) });
});

interface Case {
  readonly what: string;
  readonly kind: 'conv' | 'depthwise' | 'dense';
  /** Of a picture. */
  readonly shape: readonly number[];
  readonly filter: readonly number[];
  readonly stride?: 1 | 2;
}

const CASES: readonly Case[] = [
  { what: 'one position', kind: 'conv', shape: [1, 1, 40], filter: [1, 1, 40, 9] },
  { what: 'few positions, cut by channels', kind: 'conv', shape: [5, 5, 96], filter: [1, 1, 96, 134] },
  { what: 'blocks of positions', kind: 'conv', shape: [31, 29, 64], filter: [1, 1, 64, 21] },
  { what: 'patches', kind: 'conv', shape: [27, 35, 3], filter: [3, 3, 3, 18], stride: 2 },
  { what: 'Winograd’s', kind: 'conv', shape: [13, 12, 16], filter: [3, 3, 16, 30] },
  { what: 'of no position', kind: 'dense', shape: [50], filter: [50, 7] },
  { what: 'tiles that overlap', kind: 'depthwise', shape: [40, 33, 36], filter: [3, 3, 36, 1] },
  { what: 'narrow tiles', kind: 'depthwise', shape: [60, 5, 100], filter: [5, 5, 100, 1] },
  { what: 'two steps', kind: 'depthwise', shape: [41, 37, 22], filter: [5, 5, 22, 1], stride: 2 },
  { what: 'tiles of one tap', kind: 'depthwise', shape: [50, 11, 30], filter: [1, 1, 30, 1] },
  { what: 'tiles of two taps', kind: 'depthwise', shape: [50, 9, 30], filter: [2, 2, 30, 1] },
  { what: 'few channels', kind: 'depthwise', shape: [80, 30, 3], filter: [3, 3, 3, 1] },
  { what: 'lines beyond a tile', kind: 'depthwise', shape: [70, 2, 60], filter: [3, 3, 60, 1] },
];

describe('a linear layer to its swish', () => {
  it.each(CASES)('$what ($kind)', ({ kind, shape, filter: filterShape, stride = 1 }) => {
    const attrs = { kind, strides: [stride, stride], pad: kind === 'dense' ? 'valid' : 'same' } as const;
    const shared = sharedTask(tf.backend() as unknown as BackendWasm);
    const threads = shared.threads;
    tf.tidy(() => {
      const values = (of: readonly number[], seed: number): tf.Tensor =>
        tf.randomUniform([...of], -2, 2, 'float32', seed);
      const x = values([3, ...shape], 1);
      const filter = values(filterShape, 2);
      const bias = values([kind === 'depthwise' ? (filterShape[2] ?? 1) : (filterShape.at(-1) ?? 1)], 3);
      const made = runMien('MienLinear', { x, filter, bias }, { ...attrs, activation: 'linear' });
      const wanted = runMien('MienSwish', { x: made }, {});
      const op = { ...attrs, activation: 'swish' } as const;
      const nodes: readonly PlanNode[] = [{ op, node: 1, inputs: [0], shape: made.shape.slice(1) }];
      const weights = [{ filter, bias }];
      const plan = planFor({ from: { node: 0, shape }, nodes, to: 1, isFixed: true }, weights);
      for (const some of [1, 2, 3, 8]) {
        shared.threads = some;
        const out = tf.engine().makeTensorFromTensorInfo(plan!.forward(x, plan!.needsWeights ? weights : []));
        expect(out.dataSync()).toEqual(wanted.dataSync());
      }
      plan!.dispose();
    });
    shared.threads = threads;
  });
});

it('ends each linear layer of a network in its swish, where nothing else reads what lies between', async () => {
  await startDevice('cpu', { platform: createPlatform(), wasm: wasmInNode(1) });
  let described: PlanDescription | null = null;
  registerPlanner('cpu', (_backend, description) => {
    described = description;
    return null;
  });
  const { build, entry } = findBackbone('efficientnetb0');
  const options = backboneOptions({ name: 'efficientnetb0', weights: 'random' }, entry);
  const model = build({ size: 32, options, seed: 1 });
  const graph = graphOf(model);
  const program = compile(graph, 0, graph.nodes.length - 1, {
    isTrainable: () => false,
    batchNorm: 'inference',
  });
  const parameters = new Parameters(model);
  tf.tidy(() => void program.forward(tf.zeros([1, 32, 32, 3]), inferencePass(parameters)));
  const nodes = (described as PlanDescription | null)?.nodes ?? [];
  expect(nodes.filter(({ op }) => op.kind === 'swish')).toEqual([]);
  const ended = nodes.filter(({ op }) => 'activation' in op && op.activation === 'swish');
  // Stem and top, and in each of 16 blocks the depthwise convolution and the gate's first; but for one block the expansion.
  expect(ended).toHaveLength(2 + 16 * 2 + 15);
  program.dispose();
  parameters.dispose();
  model.dispose();
});
