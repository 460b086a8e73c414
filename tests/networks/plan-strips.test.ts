/** Kernels that are gone through strip by strip: to the bits of one after another, whatever filter, stride and padding. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { startDevice } from '../../src/engine/device/device.ts';
import { planFor, type PlanDescription, type PlanNode, type PlanWeights } from '../../src/kernels/plan.ts';
import { kernelsFor } from '../../src/kernels/wasm/plan/kernels.ts';
import { Places } from '../../src/kernels/wasm/plan/places.ts';
import { alone, groupsOf, stepsOf } from '../../src/kernels/wasm/plan/strips.ts';
import { sharedTask } from '../../src/kernels/wasm/task.ts';
import { runMien } from '../../src/models/program/run-kernel.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { wasmInNode } from '../../tools/train/backends.ts';

let wasm: BackendWasm;
beforeAll(async () => {
  await startDevice('wasm', { platform: createPlatform(), wasm: wasmInNode(8) });
  wasm = tf.backend() as unknown as BackendWasm;
});

type Layer =
  | {
      readonly kind: 'conv' | 'depthwise';
      readonly side: number;
      readonly out?: number;
      readonly stride?: 1 | 2;
      readonly pad?: 'same' | 'valid' | [[0, 0], [number, number], [number, number], [0, 0]];
      readonly ends?: 'linear' | 'relu6' | 'swish';
    }
  | { readonly kind: 'sigmoid' | 'relu6' | 'globalPool' | 'same' }
  /** Of the node so many before the last. */
  | { readonly kind: 'add' | 'multiply'; readonly back: number; readonly isFirst?: boolean };

interface Case {
  readonly what: string;
  readonly shape: readonly [number, number, number];
  readonly layers: readonly Layer[];
  /** How many kernels are in each chain that goes by strips. */
  readonly chains: readonly number[];
}

const expand = (out: number, ends: 'relu6' | 'swish' = 'relu6'): Layer => ({
  kind: 'conv',
  side: 1,
  out,
  ends,
});
const depthwise = (side: number, stride: 1 | 2 = 1, ends: 'relu6' | 'swish' = 'relu6'): Layer => ({
  ...{ kind: 'depthwise', side, stride, ends },
});
const project = (out: number): Layer => ({ kind: 'conv', side: 1, out });

const CASES: readonly Case[] = [
  {
    what: 'a block, and what went in added',
    shape: [61, 57, 12],
    layers: [expand(90), depthwise(3), project(12), { kind: 'same' }, { kind: 'add', back: 4 }],
    chains: [4],
  },
  {
    what: 'a block at stride two, with swish, of few rows that are wide',
    shape: [13, 330, 9],
    layers: [expand(70, 'swish'), depthwise(5, 2, 'swish'), project(21)],
    chains: [3],
  },
  {
    what: 'rows of which one is more than a strip has room for',
    shape: [9, 800, 4],
    layers: [expand(84), depthwise(3, 2), project(8)],
    chains: [3],
  },
  {
    what: 'padding on one side, and a filter of an even side',
    shape: [66, 65, 8],
    layers: [
      expand(64),
      {
        kind: 'depthwise',
        side: 4,
        stride: 2,
        pad: [
          [0, 0],
          [0, 3],
          [2, 1],
          [0, 0],
        ],
        ends: 'swish',
      },
    ],
    chains: [2],
  },
  {
    what: 'no padding, and rows that a stride leaves out',
    shape: [70, 66, 8],
    layers: [
      expand(64),
      { kind: 'depthwise', side: 5, pad: 'valid', ends: 'relu6' },
      { kind: 'conv', side: 1, out: 10, stride: 2 },
    ],
    chains: [2],
  },
  {
    what: 'the first layers, cut between two that look at several rows',
    shape: [135, 131, 3],
    layers: [
      { kind: 'conv', side: 3, out: 64, stride: 2, ends: 'swish' },
      depthwise(3),
      project(16),
      expand(96),
      depthwise(3, 2),
      project(24),
    ],
    chains: [3, 3],
  },
  {
    what: 'what a gate lets through, and what each value goes through by itself',
    shape: [64, 60, 16],
    layers: [
      expand(80),
      depthwise(3),
      { kind: 'globalPool' },
      { kind: 'multiply', back: 1, isFirst: true },
      { kind: 'sigmoid' },
      { kind: 'relu6' },
      project(16),
      { kind: 'add', back: 7, isFirst: true },
    ],
    chains: [2, 5],
  },
  {
    what: 'padding of a layer of its own, of rows that are nothing but padding',
    shape: [62, 62, 8],
    layers: [
      expand(72),
      {
        kind: 'depthwise',
        side: 1,
        pad: [
          [0, 0],
          [2, 3],
          [1, 2],
          [0, 0],
        ],
      },
      depthwise(3, 2),
    ],
    chains: [3],
  },
];

/** A network of one layer after another, its weights, and what comes out of them one by one. */
function networkOf({ shape, layers }: Case, x: tf.Tensor) {
  const values = [x];
  const nodes: PlanNode[] = [];
  const weights: (PlanWeights | null)[] = [];
  for (const [index, layer] of layers.entries()) {
    const given = values[index]!;
    const channels = given.shape.at(-1)!;
    const other = 'back' in layer ? index - layer.back : -1;
    const inputs =
      other < 0 ? [index] : 'isFirst' in layer && layer.isFirst ? [other, index] : [index, other];
    let [made, weighed, op]: [tf.Tensor, PlanWeights | null, PlanNode['op']] = [
      given,
      null,
      { kind: 'same' },
    ];
    if (layer.kind === 'conv' || layer.kind === 'depthwise') {
      const { kind, side, stride = 1, pad = 'same', ends = 'linear' } = layer;
      const out = layer.out ?? 1;
      const filter = tf.randomUniform([side, side, channels, out], -1, 1, 'float32', index);
      const bias = tf.randomUniform([kind === 'conv' ? out : channels], -1, 1, 'float32', 50 + index);
      weighed = { filter, bias };
      const attrs = { kind, strides: [stride, stride], pad } as const;
      op = { ...attrs, activation: ends };
      const activation = ends === 'swish' ? 'linear' : ends;
      made = runMien('MienLinear', { x: given, filter, bias }, { ...attrs, activation });
      if (ends === 'swish') made = runMien('MienSwish', { x: made }, {});
    } else if (layer.kind !== 'same') {
      op = { kind: layer.kind };
      const [one, two] = inputs.map((input) => values[input]!);
      if (layer.kind === 'add') made = tf.add(one!, two!);
      if (layer.kind === 'multiply') made = tf.mul(one!, tf.expandDims(tf.expandDims(two!, 1), 1));
      if (layer.kind === 'globalPool') made = runMien('MienGlobalPool', { x: given }, {});
      if (layer.kind === 'sigmoid') made = tf.sigmoid(given);
      if (layer.kind === 'relu6') made = tf.relu6(given);
    }
    values.push(made);
    weights.push(weighed);
    nodes.push({ op, node: index + 1, inputs, shape: made.shape.slice(1) });
  }
  const description: PlanDescription = { from: { node: 0, shape }, nodes, to: layers.length, isFixed: true };
  return { description, weights, wanted: values.at(-1)! };
}

const picturesOf = (count: number, shape: readonly number[]): tf.Tensor =>
  tf.randomUniform([count, ...shape], -2, 2, 'float32', 1);

describe.each(CASES)('$what', (test) => {
  it.each([1, 2, 5])('has the same bits for %i pictures on 1, 2 and 8 threads', (count) => {
    const shared = sharedTask(wasm);
    const threads = shared.threads;
    tf.tidy(() => {
      const x = picturesOf(count, test.shape);
      const { description, weights, wanted } = networkOf(test, x);
      const plan = planFor(description, weights)!;
      for (const some of [1, 2, 8]) {
        shared.threads = some;
        const out = tf.engine().makeTensorFromTensorInfo(plan.forward(x, weights));
        expect(out.shape).toEqual(wanted.shape);
        expect(out.dataSync()).toEqual(wanted.dataSync());
      }
      plan.dispose();
    });
    shared.threads = threads;
  });

  it('goes through its chains by strips, in less room', () => {
    tf.tidy(() => {
      const { description, weights } = networkOf(test, picturesOf(1, test.shape));
      const { kernels, to } = kernelsFor(wasm, description, weights)!;
      const groups = groupsOf(kernels, to);
      const chains = groups.filter(({ strips }) => strips.length > 0);
      expect(chains.map((chain) => chain.kernels.length)).toEqual(test.chains);
      expect(groups.flatMap((group) => group.kernels)).toEqual(kernels);
      const [whole, strips] = [alone(kernels), groups].map((each) => new Places(each, 0, to).roomBytes);
      expect(strips!).toBeLessThan(whole!);
    });
  });

  it('computes each row of a map once', () => {
    tf.tidy(() => {
      const { description, weights } = networkOf(test, picturesOf(1, test.shape));
      const { kernels, to } = kernelsFor(wasm, description, weights)!;
      const groups = groupsOf(kernels, to);
      const steps = stepsOf(groups, new Places(groups, 0, to));
      for (const { layer, geometry, shape } of kernels) {
        if (layer === null || geometry === null) continue;
        const rows = steps.flatMap((step) => (step.layer === layer ? (step.geometry?.[2] ?? 0) : []));
        expect(rows.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(shape[0] ?? 0);
      }
    });
  });
});
