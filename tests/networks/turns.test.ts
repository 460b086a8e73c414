/** Values that are too large for one buffer of a GPU: where there is no plan, pictures go through a network in turns. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { graphOf } from '../../src/models/graph.ts';
import { Parameters } from '../../src/models/program/parameters.ts';
import { compile, MOST_VALUE_BYTES } from '../../src/models/program/program.ts';
import { inferencePass } from '../../src/models/program/pass.ts';
import { useBackend } from '../support/backends.ts';

const SIDE = 1900;

it('takes large pictures a few at a time, and computes what each gives alone', async () => {
  await useBackend('cpu');
  const input = tf.input({ shape: [SIDE, SIDE, 2] });
  const outputs = tf.layers.reLU().apply(input) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs });
  const graph = graphOf(model);
  const parameters = new Parameters(model);
  const program = compile(graph, 0, graph.nodes.length - 1, {
    isTrainable: () => false,
    batchNorm: 'inference',
  });
  expect(program.picturesAtOnce).toBe(Math.floor(MOST_VALUE_BYTES / (SIDE * SIDE * 2 * 4)));
  const before = tf.memory().numTensors;
  const pictures = tf.randomUniform([6, SIDE, SIDE, 2], -1, 1, 'float32', 1);
  const run = (x: tf.Tensor): tf.Tensor => tf.tidy(() => program.forward(x, inferencePass(parameters)));
  const last = tf.slice(pictures, [5], [1]);
  const [all, alone] = [run(pictures), run(last)];
  expect(all.shape).toEqual([6, SIDE, SIDE, 2]);
  const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(tf.slice(all, [5], [1]), alone))));
  expect((await difference.data())[0]).toBe(0);
  tf.dispose([pictures, last, all, alone, difference]);
  expect(tf.memory().numTensors).toBe(before);
  program.dispose();
  parameters.dispose();
  model.dispose();
});
