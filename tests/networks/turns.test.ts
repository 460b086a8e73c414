/** Values that are too large for one buffer of a GPU: pictures then go through a network in turns. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { vgg16 } from '../../src/models/backbones/vgg.ts';
import { graphOf } from '../../src/models/graph.ts';
import { Parameters } from '../../src/models/program/parameters.ts';
import { compile, MOST_VALUE_BYTES } from '../../src/models/program/program.ts';
import { inferencePass } from '../../src/models/program/pass.ts';
import { useBackend } from '../support/backends.ts';

it('takes VGG16’s first layer ten pictures at a time, and computes what each gives alone', async () => {
  await useBackend('wasm');
  const model = vgg16.build({ size: 224, options: {}, imagenet: false });
  // The rest is not run.
  model
    .getLayer('block1_conv1')
    .setWeights([tf.randomNormal([3, 3, 3, 64], 0, 1, 'float32', 1), tf.ones([64])]);
  const graph = graphOf(model);
  const parameters = new Parameters(model);
  const first = graph.nodes.findIndex(({ name }) => name.startsWith('block1_conv1/'));
  const program = compile(graph, 0, first, { isTrainable: () => false, batchNorm: 'inference' });
  const pictureBytes = 224 * 224 * 64 * 4;
  expect(program.picturesAtOnce).toBe(Math.floor(MOST_VALUE_BYTES / pictureBytes));
  const before = tf.memory().numTensors;
  const pictures = tf.randomUniform([12, 224, 224, 3], -1, 1, 'float32', 1);
  const run = (x: tf.Tensor): tf.Tensor => tf.tidy(() => program.forward(x, inferencePass(parameters)));
  const last = tf.slice(pictures, [11], [1]);
  const [all, alone] = [run(pictures), run(last)];
  expect(all.shape).toEqual([12, 224, 224, 64]);
  const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(tf.slice(all, [11], [1]), alone))));
  expect((await difference.data())[0]).toBe(0);
  tf.dispose([pictures, last, all, alone, difference]);
  expect(tf.memory().numTensors).toBe(before);
  program.dispose();
  parameters.dispose();
  model.dispose();
});
