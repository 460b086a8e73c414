/** What can be told of training before its first step. */
import { expect, it } from 'vitest';
import { foreseen } from '../../../src/training/foreseen.ts';
import { tinyRecipe } from '../../support/session.ts';

const tuned = { name: 'fineTune', epochs: 1, learningRate: 0.1, unfreeze: 1 } as const;

it.each([
  [
    'batches of one, by the batch',
    { batchSize: 1, phases: [{ ...tuned, batchNorm: 'batch' }] },
    'train/batch-of-one',
  ],
  [
    'a last batch of one, by the batch',
    { batchSize: 32, phases: [{ ...tuned, batchNorm: 'batch' }] },
    'train/batch-of-one',
  ],
  ['a rate of 10', { batchSize: 32, phases: [{ ...tuned, learningRate: 10 }] }, 'train/rate-high'],
] as const)('%s', async (_what, changes, code) => {
  const recipe = await tinyRecipe({ ...changes, phases: [...changes.phases] });
  expect(foreseen(recipe, 65).map((notice) => notice.code)).toEqual([code]);
});

it('nothing of what is usual', async () => {
  expect(foreseen(await tinyRecipe({ batchSize: 1, phases: [tuned] }), 65)).toEqual([]);
  expect(
    foreseen(await tinyRecipe({ batchSize: 32, phases: [{ ...tuned, batchNorm: 'batch' }] }), 66),
  ).toEqual([]);
});
