/** Steps that are replayed from a recording: what they leave is, bit for bit, what is left where each is computed anew. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { startDevice } from '../../src/engine/device/device.ts';
import { cutOutputOf, firstTrainableOf } from '../../src/frozen/cut.ts';
import { record } from '../../src/kernels/recording.ts';
import { sharedTask } from '../../src/kernels/wasm/task.ts';
import { findBackbone } from '../../src/models/backbones/registry.ts';
import { graphOf, type Graph } from '../../src/models/graph.ts';
import { withHead } from '../../src/models/head.ts';
import { Parameters } from '../../src/models/program/parameters.ts';
import { compile } from '../../src/models/program/program.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { backboneOptions } from '../../src/protocol/recipe/full-recipe.ts';
import type { LossSettings } from '../../src/training/loss.ts';
import { PLAIN_LOSS } from '../../src/training/loss.ts';
import { Optimizer } from '../../src/training/optimizer.ts';
import { updateRuleOf } from '../../src/training/optimizers/registry.ts';
import { TrainingSteps } from '../../src/training/step.ts';
import { wasmInNode } from '../../tools/train/backends.ts';
import { kernelsIn } from '../support/networks/kernels-in.ts';

const CLASSES = 3;
/** Bytes of a step's sums, and of no values between layers. */
const LITTLE = 100;
/** Values that are less than those of a step, and more than any of them. */
const PIECE = 200_000;
/** Pictures of each step: the third is the first to be replayed, and one among them is smaller, as an epoch's last. */
const BATCHES = [3, 3, 3, 3, 2, 3, 3];

interface Case {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly size: number;
  readonly unfreeze: number;
  readonly hidden: readonly number[];
  readonly batchNorm: 'inference' | 'batch';
  readonly loss: LossSettings;
  readonly optimizer: 'adam' | 'sgd';
  readonly gradientClip: number | null;
}

const PLAIN = { hidden: [], loss: PLAIN_LOSS, optimizer: 'adam', gradientClip: null } as const;
const WEIGHED = { labelSmoothing: 0.1, classWeights: Float32Array.of(1, 2, 0.5) };

const CASES: readonly Case[] = [
  {
    ...{ ...PLAIN, name: 'mobilenetv2', options: { alpha: 0.35 }, size: 64, unfreeze: 30 },
    batchNorm: 'inference',
  },
  {
    ...{ ...PLAIN, name: 'mobilenetv2', options: { alpha: 0.35 }, size: 64, unfreeze: 30 },
    ...{ batchNorm: 'batch', optimizer: 'sgd' },
  },
  {
    ...{ ...PLAIN, name: 'efficientnetb0', options: {}, size: 64, unfreeze: 40 },
    ...{ batchNorm: 'batch', hidden: [16], loss: WEIGHED, gradientClip: 0.5 },
  },
  { ...PLAIN, name: 'vgg16', options: {}, size: 32, unfreeze: 4, batchNorm: 'inference' },
  { ...PLAIN, name: 'mobilenetv2', options: { alpha: 0.35 }, size: 64, unfreeze: 0, batchNorm: 'inference' },
];

let wasm: BackendWasm;
beforeAll(async () => {
  await startDevice('wasm', { platform: createPlatform(), wasm: wasmInNode(8) });
  wasm = tf.backend() as unknown as BackendWasm;
});

/** A phase's steps on made-up values at the cut, and all that they change. */
class Training {
  readonly parameters: Parameters;
  readonly #optimizer: Optimizer;
  readonly #tail;
  readonly #shape: readonly number[];
  #steps: TrainingSteps;
  #taken = 0;

  constructor(
    graph: Graph,
    first: number,
    readonly settings: Case,
  ) {
    const { batchNorm, gradientClip, optimizer, loss } = settings;
    const cut = cutOutputOf(graph, first);
    this.parameters = new Parameters(graph.model);
    const isTrainable = (layer: number): boolean => layer >= first;
    this.#tail = compile(graph, cut, graph.nodes.length - 2, { isTrainable, batchNorm });
    const rule = updateRuleOf({ optimizer: { name: optimizer } }, 0);
    this.#optimizer = new Optimizer({ rule, learningRate: 1e-3, gradientClip });
    this.#shape = graph.nodes[cut]?.shape ?? [];
    this.#steps = new TrainingSteps({ ...this.#parts, loss });
  }

  get #parts() {
    return { tail: this.#tail, parameters: this.parameters, optimizer: this.#optimizer };
  }

  /** The sums of a step. */
  step(pictures: number): readonly number[] {
    const step = this.#taken++;
    const x = tf.randomUniform([pictures, ...this.#shape], -1, 1, 'float32', step + 1);
    const labels = tf.tensor1d(
      Array.from({ length: pictures }, (_, at) => (at + step) % CLASSES),
      'int32',
    );
    const sums = this.#steps.take(x, labels, { seed: 5, phase: 1, step });
    const values = [...sums.dataSync()];
    tf.dispose([x, labels, sums]);
    return values;
  }

  /** Has the next step computed, and none replayed that was recorded before. */
  forget(): void {
    this.#steps.dispose();
    this.#steps = new TrainingSteps({ ...this.#parts, loss: this.settings.loss });
  }

  /** Of all weights and of what the optimizer remembers. */
  bits(): string {
    const slots = this.#optimizer.snapshot();
    const all = [...this.parameters.names.map((name) => this.parameters.get(name)), ...slots.values()];
    const bits = all.map((tensor) =>
      Buffer.from(tensor.dataSync<'float32'>().slice().buffer).toString('base64'),
    );
    tf.dispose([...slots.values()]);
    return bits.join();
  }

  dispose(): void {
    for (const each of [this.#steps, this.#tail, this.#optimizer, this.parameters]) each.dispose();
  }
}

describe.each(CASES)('$name, last $unfreeze, batchNorm $batchNorm', (settings) => {
  const { name, options, size, unfreeze, hidden } = settings;
  const { build, entry } = findBackbone(name);
  let graph: Graph;
  let first: number;
  beforeAll(() => {
    const all = backboneOptions({ name, weights: 'random', ...options }, entry);
    const base = build({ size, options: all, seed: 1 });
    first = firstTrainableOf(base.layers.length, unfreeze);
    graph = graphOf(withHead(base, { hidden: [...hidden], classes: CLASSES, dropout: 0.2, seed: 2 }));
  });

  it('has the same weights and losses after replayed steps as after computed ones, on 1, 2 and 8 threads', () => {
    const before = tf.memory().numTensors;
    const computed = new Training(graph, first, settings);
    const losses = BATCHES.map((pictures) => {
      computed.forget();
      return computed.step(pictures);
    });
    for (const threads of [1, 2, 8]) {
      sharedTask(wasm).threads = threads;
      const replayed = new Training(graph, first, settings);
      const calls: number[] = [];
      const own = BATCHES.map((pictures) => {
        let sums: readonly number[] = [];
        calls.push(kernelsIn(() => (sums = replayed.step(pictures))));
        return sums;
      });
      expect(own).toEqual(losses);
      expect(replayed.bits()).toBe(computed.bits());
      expect(calls.at(-1)).toBeLessThan((calls[0] ?? 0) / 2);
      replayed.dispose();
    }
    computed.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a replayed step', () => {
  let training: Training;
  beforeAll(() => {
    const [settings] = CASES as readonly [Case];
    const { build, entry } = findBackbone(settings.name);
    const options = backboneOptions({ name: settings.name, weights: 'random', alpha: 0.35 }, entry);
    const base = build({ size: 64, options, seed: 1 });
    const first = firstTrainableOf(base.layers.length, settings.unfreeze);
    const graph = graphOf(withHead(base, { hidden: [], classes: CLASSES, dropout: 0.2, seed: 2 }));
    training = new Training(graph, first, settings);
  });

  it('calls next to no kernel, and allocates its sums alone', () => {
    const computed = kernelsIn(() => training.step(4));
    for (let step = 0; step < 2; step++) training.step(4);
    const bytes: number[] = [];
    const allocate = wasm.makeOutput.bind(wasm);
    wasm.makeOutput = (shape, ...more) => {
      bytes.push(shape.reduce((product, side) => product * side, 4));
      return allocate(shape, ...more);
    };
    try {
      expect(kernelsIn(() => training.step(4))).toBeLessThan(computed / 10);
    } finally {
      Reflect.deleteProperty(wasm, 'makeOutput');
    }
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(LITTLE);
  });

  it('is computed where the heap has no room for it in one piece', () => {
    const own = kernelsIn(() => training.step(5));
    training.step(5);
    const held: tf.TensorInfo[] = [];
    expect(() => {
      for (;;) held.push(wasm.makeOutput([PIECE], 'float32'));
    }).toThrow('is full');
    // Every other one is free again: there is room for each value, and none for all of them together.
    held.forEach(({ dataId }, index) => index % 2 === 0 && wasm.disposeData(dataId));
    expect(kernelsIn(() => training.step(5))).toBe(own);
    held.forEach(({ dataId }, index) => index % 2 === 1 && wasm.disposeData(dataId));
  });

  it('leaves what others hold of its weights as it was', () => {
    const { parameters } = training;
    const held = parameters.snapshot(parameters.names);
    const read = (): string[] => [...held.values()].map((tensor) => tensor.dataSync().join());
    const before = read();
    training.step(4);
    training.step(4);
    expect(read()).toEqual(before);
    tf.dispose([...held.values()]);
  });

  it('is computed anew where other threads take part than when it was recorded, to the same bits', () => {
    sharedTask(wasm).threads = 3;
    const calls = [0, 1, 2].map(() => kernelsIn(() => training.step(4)));
    expect(calls[2]).toBeLessThan((calls[0] ?? 0) / 10);
  });
});

describe('what cannot be recorded', () => {
  it.each([
    ['a kernel of tfjs’ own', (x: tf.Tensor) => tf.relu(tf.exp(x))],
    ['a tensor that was not named', (x: tf.Tensor) => tf.add(x, tf.ones([64]))],
    ['what comes out as it went in', (x: tf.Tensor) => x],
  ])('is %s', (_what, run) => {
    const x = tf.linspace(-1, 1, 64);
    tf.tidy(() => {
      expect(record({ given: [x], run: () => [run(x)] })).toBeNull();
    });
    x.dispose();
  });

  it('is not what our kernels alone make of what is named', () => {
    const [x, y] = [tf.linspace(-1, 1, 64), tf.linspace(3, 5, 64)];
    tf.tidy(() => {
      const recording = record({ given: [x], run: () => [tf.relu(tf.add(x, x))] });
      const out = tf.zeros([64]);
      expect(recording?.hasRoom()).toBe(true);
      recording?.replay([y], [out], 0);
      expect([...out.dataSync()]).toEqual([...tf.relu(tf.add(y, y)).dataSync()]);
      recording?.dispose();
    });
    tf.dispose([x, y]);
  });
});
