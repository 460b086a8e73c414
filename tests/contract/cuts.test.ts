/** Where the registry's backbones are cut: the head learns on pooled features, and most of the work is done once. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { candidateCuts, cutOutputOf, firstTrainableOf } from '../../src/frozen/cut.ts';
import { BACKBONES, buildBackbone } from '../../src/models/backbones/registry.ts';
import { graphOf, type Graph } from '../../src/models/graph.ts';
import { withHead } from '../../src/models/head.ts';

/** How many layers the backbone's own recipe opens, and the least share of multiply-adds before them. */
const isVgg = (name: string): boolean => name.startsWith('vgg');
const unfreezeOf = (name: string): number => (isVgg(name) ? 10 : 30);
const leastFrozen = (name: string): number => (isVgg(name) ? 0.45 : 0.7);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const multiplyAddsUpTo = (graph: Graph, node: number): number =>
  candidateCuts(graph, 0, node).at(-1)?.multiplyAdds ?? 0;

describe.each(BACKBONES.map(({ entry }) => entry.name))('%s', (name) => {
  it('keeps the pooled output for the head, and most multiply-adds out of the epochs of its top', () => {
    const { model: base } = buildBackbone({ name, weights: 'random' }, 64);
    const backboneLayers = base.layers.length;
    const model = withHead(base, { classes: 8, dropout: 0.2, seed: 1 });
    const graph = graphOf(model);
    const pooled = cutOutputOf(graph, firstTrainableOf(backboneLayers, 0));
    expect(graph.nodes[pooled]?.op.kind).toBe('globalAveragePool');
    const output = cutOutputOf(graph, firstTrainableOf(backboneLayers, unfreezeOf(name)));
    const share = multiplyAddsUpTo(graph, output) / multiplyAddsUpTo(graph, pooled);
    expect(share).toBeGreaterThan(leastFrozen(name));
    expect(share).toBeLessThan(1);
    model.dispose();
  });
});
