/** What the page says a step costs, against the step itself. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { asRun } from '../../src/engine/catalog.ts';
import { describeNetwork } from '../../src/engine/network/network.ts';
import { buildBackbone } from '../../src/models/backbones/registry.ts';
import { graphOf } from '../../src/models/graph.ts';
import { withHead } from '../../src/models/head.ts';
import { cutOutputOf } from '../../src/frozen/cut.ts';
import { Parameters } from '../../src/models/program/parameters.ts';
import { compile } from '../../src/models/program/program.ts';
import { mostUnfrozen } from '../../src/protocol/model.ts';
import type { Recipe } from '../../src/protocol/recipe/recipe.ts';
import { PLAIN_LOSS } from '../../src/training/loss.ts';
import { Optimizer } from '../../src/training/optimizer.ts';
import { updateRuleOf } from '../../src/training/optimizers/registry.ts';
import { TrainingSteps } from '../../src/training/step.ts';
import { stepCost } from '../../src/ui/model/cost.ts';
import { backboneOf } from '../support/networks/backbones.ts';
import { useBackend } from '../support/backends.ts';
import { tinyRecipe } from '../support/session.ts';
import { filePlatform } from '../support/networks/weight-files.ts';

beforeAll(() => useBackend('wasm'));

const SIZE = 64;
const CLASSES = 8;

async function describing(written: unknown) {
  const backbone = backboneOf(written);
  const recipe = asRun(await tinyRecipe({ backbone, image: { size: SIZE, resize: 'bilinear' } }));
  return describeNetwork(recipe, CLASSES, filePlatform({}));
}

/** Most bytes that tfjs holds at any time of one training step. */
async function peakBytes(backbone: Recipe['backbone'], unfreeze: number, batch: number): Promise<number> {
  const before = tf.memory().numBytes;
  const { model: base } = buildBackbone(backbone, SIZE);
  const first = base.layers.length - unfreeze;
  const model = withHead(base, { classes: CLASSES, dropout: 0.2, hidden: [], seed: 1 });
  const graph = graphOf(model);
  const cutOutput = cutOutputOf(graph, first);
  const isTrainable = (layer: number): boolean => layer >= first;
  const tail = compile(graph, cutOutput, graph.nodes.length - 2, { isTrainable, batchNorm: 'inference' });
  const parameters = new Parameters(model);
  const learningRate = 1e-3;
  const rule = updateRuleOf({}, 0);
  const optimizer = new Optimizer({ rule, learningRate });
  const x = tf.zeros([batch, ...graph.nodes[cutOutput]!.shape]);
  const labels = tf.zeros<tf.Rank.R1>([batch], 'int32');
  const steps = new TrainingSteps({ tail, parameters, optimizer, loss: PLAIN_LOSS });
  const step = (): void => steps.take(x, labels, null).dispose();
  step();
  const held = tf.memory().numBytes - before;
  const { peakBytes: peak } = await tf.profile(() => {
    step();
    return [];
  });
  tf.dispose([x, labels]);
  steps.dispose();
  optimizer.dispose();
  tail.dispose();
  parameters.dispose();
  model.dispose();
  return Math.max(held, peak - before);
}

it('has a cut for every number of layers that a recipe may open, and for no other', async () => {
  const backbone = { name: 'mobilenetv2', alpha: 0.35, weights: 'random' } as const;
  const opening = async (unfreeze: number) => {
    const recipe = await tinyRecipe({ backbone, image: { size: SIZE, resize: 'bilinear' } });
    const phases = recipe.phases.map((phase) => (phase.name === 'head' ? phase : { ...phase, unfreeze }));
    return describeNetwork(asRun({ ...recipe, phases }), CLASSES, filePlatform({}));
  };
  const most = mostUnfrozen(await opening(1));
  await expect(opening(most)).resolves.toHaveProperty('cuts.length', most + 1);
  await expect(opening(most + 1)).rejects.toMatchObject({ code: 'recipe/invalid' });
});

describe('the cost of a step', () => {
  it.each([
    ['mobilenetv2', { alpha: 0.35 }, 30, 16],
    ['mobilenetv2', { alpha: 1 }, 0, 16],
    ['vgg16', {}, 4, 4],
  ] as const)(
    'of %s %o with %i layers open is about the memory it takes',
    async (name, options, unfreeze, batch) => {
      const backbone = backboneOf({ ...options, name, weights: 'random' });
      const { memoryBytes } = stepCost(await describing(backbone), unfreeze, batch);
      const peak = await peakBytes(backbone, unfreeze, batch);
      expect(memoryBytes / peak).toBeGreaterThan(0.5);
      expect(memoryBytes / peak).toBeLessThan(2);
    },
  );

  it('is all products once forward and twice backward, less what the first open layer need not hand on', async () => {
    const model = await describing({ name: 'vgg16', weights: 'random' });
    const at = (name: string): number => model.layers.find((layer) => layer.name === name)?.multiplyAdds ?? 0;
    const convolutions = at('block5_conv1') + at('block5_conv2') + at('block5_conv3');
    const { step, frozen, outputBytes } = stepCost(model, 4, 10);
    expect(step).toBe(10 * (3 * convolutions - at('block5_conv1') + 3 * model.headParameters));
    expect(outputBytes).toBe(4 * 4 * 512 * 4);
    const all = model.layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
    expect(frozen).toBe(all - convolutions);
    // The head alone: one product forward, one back.
    const head = stepCost(model, 0, 10);
    expect(head).toMatchObject({ frozen: all, step: 10 * 2 * model.headParameters, outputBytes: 512 * 4 });
  });
});
