/** Pictures that pass a network by its plan: what comes out is, bit for bit, what its units give one after another. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDevice } from '../../src/engine/device/device.ts';
import { sharedTask } from '../../src/kernels/wasm/task.ts';
import { findBackbone } from '../../src/models/backbones/registry.ts';
import { graphOf } from '../../src/models/graph.ts';
import { withHead } from '../../src/models/head.ts';
import { Parameters } from '../../src/models/program/parameters.ts';
import { inferencePass, trainingPass } from '../../src/models/program/pass.ts';
import { compile, type Program } from '../../src/models/program/program.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { backboneOptions } from '../../src/protocol/recipe/full-recipe.ts';
import { wasmInNode } from '../../tools/train/backends.ts';

const NETWORKS = [
  { name: 'mobilenetv2', options: { alpha: 0.35 }, size: 64 },
  { name: 'efficientnetb0', options: {}, size: 64 },
  { name: 'vgg16', options: {}, size: 48 },
] as const;

/** Fewer than threads, as many, and more. */
const COUNTS = [1, 2, 5];
const FIXED = { isTrainable: () => false, batchNorm: 'inference' } as const;
const OPEN = { isTrainable: () => true, batchNorm: 'inference' } as const;

let wasm: BackendWasm;
beforeAll(async () => {
  await startDevice('wasm', { platform: createPlatform(), wasm: wasmInNode(8) });
  wasm = tf.backend() as unknown as BackendWasm;
});

/** How many of tfjs' kernels some work calls. */
function kernelsIn(work: () => void): number {
  const engine = tf.engine();
  const run = engine.runKernel.bind(engine);
  let count = 0;
  engine.runKernel = (...call) => {
    count++;
    return run(...call) as never;
  };
  try {
    work();
  } finally {
    engine.runKernel = run;
  }
  return count;
}

describe.each(NETWORKS)('$name', ({ name, options, size }) => {
  const { build, entry } = findBackbone(name);
  const all = backboneOptions({ name, weights: 'random', ...options }, entry);
  let [fixed, open]: Program[] = [];
  let parameters: Parameters;
  beforeAll(() => {
    const base = build({ size, options: all, seed: 1 });
    const model = withHead(base, { hidden: [], classes: 8, dropout: 0.2, seed: 2 });
    const graph = graphOf(model);
    parameters = new Parameters(model);
    const last = graph.nodes.length - 1;
    fixed = compile(graph, 0, last, FIXED);
    open = compile(graph, 0, last, OPEN);
    model.dispose();
  });
  afterAll(() => {
    for (const program of [fixed, open]) program?.dispose();
    parameters.dispose();
  });

  const pictures = (count: number): tf.Tensor =>
    tf.sin(tf.range(0, count * size * size * 3)).reshape([count, size, size, 3]);
  const planned = (program: Program | undefined, count: number): Float32Array =>
    tf.tidy(() => program!.forward(pictures(count), inferencePass(parameters)).dataSync<'float32'>());
  /** A pass that draws nothing goes unit by unit. */
  const byUnits = (count: number): Float32Array =>
    tf.tidy(() => fixed!.forward(pictures(count), trainingPass(parameters)).dataSync<'float32'>());

  it.each(COUNTS)('has the same bits for %i pictures on 1, 2 and 8 threads', (count) => {
    const shared = sharedTask(wasm);
    const threads = shared.threads;
    const wanted = byUnits(count);
    for (const program of [fixed, open])
      for (const some of [1, 2, 8]) {
        shared.threads = some;
        expect(planned(program, count)).toEqual(wanted);
      }
    shared.threads = threads;
  });

  it('calls no kernel for a layer, and leaves nothing behind', () => {
    const x = pictures(2);
    const run = (): void => tf.tidy(() => void fixed!.forward(x, inferencePass(parameters)));
    run();
    const before = [tf.memory().numTensors, wasm.numDataIds()];
    expect(kernelsIn(run)).toBe(0);
    expect([tf.memory().numTensors, wasm.numDataIds()]).toEqual(before);
    x.dispose();
  });

  it('computes an open network by the weights of each pass', () => {
    const before = planned(open, 2);
    const [layer = ''] = parameters.names.filter((each) => each.endsWith('/kernel'));
    const old = parameters.get(layer).clone();
    parameters.set(layer, tf.mul(old, 1.5));
    const after = planned(open, 2);
    expect(after).not.toEqual(before);
    parameters.set(layer, old);
    expect(planned(open, 2)).toEqual(before);
  });
});
