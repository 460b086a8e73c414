/** Recipes that do not fit their registries end in an error that names the field, before anything runs. */
import { expect, it } from 'vitest';
import type { WrittenRecipe } from '../../src/protocol/recipe/recipe.ts';
import { openSession, tinyRecipe, train } from '../support/session.ts';

const tooMany = {
  name: 'fineTune',
  epochs: 1,
  learningRate: 0.1,
  unfreeze: 155,
  batchNorm: 'batch',
} as const;

it.each<[string, Partial<WrittenRecipe>, string]>([
  ['an unknown source', { dataset: { source: 'attic' } }, 'dataset.source'],
  ['an unknown option of the source', { dataset: { source: 'sample', size: 3 } }, 'dataset.size'],
  ['an unknown backbone', { backbone: { name: 'resnet', weights: 'random' } }, 'backbone.name'],
  [
    'an unknown option of the backbone',
    { backbone: { name: 'mobilenetv2', depth: 2, weights: 'random' } },
    'backbone.depth',
  ],
  ['an unknown augmentation', { augmentation: { views: 1, snow: true } }, 'augmentation.snow'],
  [
    'an unknown optimizer',
    { phases: [{ ...tooMany, optimizer: { name: 'lion' } }] },
    'phases[0].optimizer.name',
  ],
  [
    'an unknown option of the optimizer',
    { phases: [{ ...tooMany, optimizer: { name: 'adam', momentum: 0.9 } }] },
    'phases[0].optimizer.momentum',
  ],
  [
    'an option of the optimizer out of its range',
    { phases: [{ ...tooMany, optimizer: { name: 'sgd', momentum: 2 } }] },
    'phases[0].optimizer.momentum',
  ],
  [
    'an unknown schedule',
    { phases: [{ ...tooMany, schedule: { name: 'steps' } }] },
    'phases[0].schedule.name',
  ],
  [
    'an option of the schedule out of its range',
    { phases: [{ ...tooMany, schedule: { name: 'plateau', factor: 2 } }] },
    'phases[0].schedule.factor',
  ],
  ['a weight for a class that is not there', { classWeights: { joy: 2 } }, 'classWeights.joy'],
  ['more open layers than there are', { phases: [tooMany] }, 'phases[0].unfreeze'],
])('%s', async (_name, changes, field) => {
  const session = await openSession('wasm');
  const failed = train(session, await tinyRecipe(changes));
  await expect(failed).rejects.toMatchObject({
    name: 'StudioError',
    message: expect.stringContaining(field) as string,
  });
});
