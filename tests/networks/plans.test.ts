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
import type { Pass } from '../../src/models/program/unit.ts';
import { compile, type Program } from '../../src/models/program/program.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { backboneOptions } from '../../src/protocol/recipe/full-recipe.ts';
import { wasmInNode } from '../../tools/train/backends.ts';
import { kernelsIn } from '../support/networks/kernels-in.ts';

// The first two go through some layers by strips, at these sizes.
const NETWORKS = [
  { name: 'mobilenetv2', options: { alpha: 0.35 }, size: 160, least: 1 },
  { name: 'efficientnetb0', options: {}, size: 112, least: 1 },
  // Its filters take too much memory to be laid for a few pictures.
  { name: 'vgg16', options: {}, size: 48, least: 4 },
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

describe.each(NETWORKS)('$name', ({ name, options, size, least }) => {
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
    const [[head = '']] = [parameters.names.filter((each) => each.endsWith('/kernel')).slice(-1)];
    const logits = compile(graph, 0, last - 1, FIXED);
    // Random weights make all classes alike, but for the last digits.
    const scale = tf.tidy(() =>
      tf.div(4, tf.max(tf.abs(logits.forward(pictures(1), trainingPass(parameters))))),
    );
    parameters.set(head, tf.mul(parameters.get(head), scale));
    scale.dispose();
    logits.dispose();
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

  it.each([1, 4])('calls kernels for no layer of %i pictures, where that takes little memory', (count) => {
    const x = pictures(count);
    const run = (): void => tf.tidy(() => void fixed!.forward(x, inferencePass(parameters)));
    run();
    const before = [tf.memory().numTensors, wasm.numDataIds()];
    expect(kernelsIn(run) === 0).toBe(count >= least);
    expect([tf.memory().numTensors, wasm.numDataIds()]).toEqual(before);
    x.dispose();
  });

  it('says different things of different pictures', () => {
    const [one = 0, other = 0] = planned(fixed, 2).filter((_, at) => at % 8 === 0);
    expect(Math.abs(one - 1 / 8)).toBeGreaterThan(1e-3);
    expect(one).not.toBe(other);
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

it('takes a BatchNorm that stands alone, within 1e-5 of what it gives by itself', () => {
  const model = findBackbone('mobilenetv2').build({
    size: 32,
    options: backboneOptions(
      { name: 'mobilenetv2', weights: 'random', alpha: 0.35 },
      findBackbone('mobilenetv2').entry,
    ),
    seed: 1,
  });
  const graph = graphOf(model);
  const parameters = new Parameters(model);
  const norm = graph.nodes.find(({ op }) => op.kind === 'batchNorm');
  const [from = 0] = norm?.inputs ?? [];
  const program = compile(graph, from, norm?.index ?? 0, FIXED);
  const x = tf.randomNormal([2, ...(graph.nodes[from]?.shape ?? [])], 0, 1, 'float32', 1);
  for (const name of ['gamma', 'beta', 'moving_mean', 'moving_variance']) {
    const full = `${norm?.name ?? ''}/${name}`;
    parameters.set(full, tf.randomUniform(parameters.get(full).shape, 0.5, 2, 'float32', 2));
  }
  const run = (pass: Pass): Float32Array => tf.tidy(() => program.forward(x, pass).dataSync<'float32'>());
  const [planned, alone] = [run(inferencePass(parameters)), run(trainingPass(parameters))];
  expect(planned.length).toBe(alone.length);
  planned.forEach((value, at) => expect(Math.abs(value - (alone[at] ?? NaN))).toBeLessThan(1e-5));
  program.dispose();
  parameters.dispose();
  model.dispose();
  x.dispose();
});
