/** Where a network can be cut, and what each cut costs. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { candidateCuts, cutOutputOf, earlyDraw, firstTrainableOf } from '../../../src/frozen/cut.ts';
import { buildBackbone } from '../../../src/models/backbones/registry.ts';
import { graphOf, type Graph } from '../../../src/models/graph.ts';
import { withHead } from '../../../src/models/head.ts';

let graph: Graph;
let backboneLayers = 0;

beforeAll(async () => {
  await tf.setBackend('cpu');
  const { model } = buildBackbone({ name: 'vgg16', weights: 'random' }, 32);
  backboneLayers = model.layers.length;
  graph = graphOf(withHead(model, { classes: 8, dropout: 0.2, hidden: [], seed: 1 }));
});
afterAll(() => graph.model.dispose());

const nameOf = (node: number): string => graph.nodes[node]?.name.split('/')[0] ?? '';

it.each([
  ['the pooled output', 0, 'global_average_pooling2d'],
  ['what the first open layer reads', 10, 'block3_conv2'],
  ['the last layer before an open one that learns nothing', 1, 'global_average_pooling2d'],
  ['the input when all but it is open', 18, 'input'],
])('the cut output is %s', (_, unfreeze, expected) => {
  expect(nameOf(cutOutputOf(graph, firstTrainableOf(backboneLayers, unfreeze)))).toMatch(
    new RegExp(`^${expected}`, 'u'),
  );
});

it('counts the work of the network up to each candidate cut', () => {
  const output = cutOutputOf(graph, firstTrainableOf(backboneLayers, 10));
  const cuts = candidateCuts(graph, 0, output);
  // At 32 x 32: 3x3 convolutions of 3, 64, 64, 128, 128, 256 channels.
  const works = [
    1024 * 27 * 64,
    1024 * 576 * 64,
    0,
    256 * 576 * 128,
    256 * 1152 * 128,
    0,
    64 * 1152 * 256,
    64 * 2304 * 256,
  ];
  const sums = works.map((_, index) => works.slice(0, index + 1).reduce((a, b) => a + b));
  const names =
    'block1_conv1 block1_conv2 block1_pool block2_conv1 block2_conv2 block2_pool block3_conv1 block3_conv2';
  expect(cuts.map(({ node, multiplyAdds }) => [nameOf(node), multiplyAdds])).toEqual(
    names.split(' ').map((name, index) => [name, sums[index]]),
  );
  // The cut output is the last of them; a section that starts later counts from there.
  expect(cuts.at(-1)?.node).toBe(output);
  expect(cuts.at(-1)?.shape).toEqual([8, 8, 256]);
  const [, , pool = { node: 0, multiplyAdds: 0 }] = cuts;
  const [next] = candidateCuts(graph, pool.node, output);
  expect(next?.multiplyAdds).toBe(works[3]);
});

it('knows of chance that is drawn before layers that do not train, and how little is frozen then', () => {
  const drawing = (dropConnect: number, unfreeze: number) => {
    const { model: base } = buildBackbone({ name: 'efficientnetb0', weights: 'random', dropConnect }, 32);
    const layers = base.layers.length;
    const whole = withHead(base, { classes: 8, dropout: 0.2, hidden: [], seed: 1 });
    const early = earlyDraw(graphOf(whole), firstTrainableOf(layers, unfreeze));
    whole.dispose();
    return early;
  };
  // The head's own dropout comes behind all that is frozen.
  expect(drawing(0, 0)).toBeNull();
  const early = drawing(0.2, 0);
  expect(early?.layer).toBe('block2b_drop');
  expect(early?.frozenShare).toBeGreaterThan(0.02);
  expect(early?.frozenShare).toBeLessThan(0.25);
  // With all open there is no frozen layer for it to come before.
  expect(drawing(0.2, 1000)).toBeNull();
});
