/** The program that travels with a Keras export, with all that a recipe may ask of it. */
import { expect, it } from 'vitest';
import { holdRetraining, saveSet, trainAgain } from '../support/exports/retraining.ts';
import { openSession, tinyRecipe, train } from '../support/session.ts';

it('carries out phases, schedules, optimizers and weights, goes on from the exported network, and knows its set', async () => {
  const folder = await holdRetraining({
    phases: [
      { name: 'head', epochs: 1, learningRate: 0.001, schedule: { name: 'cosine', warmUpEpochs: 1 } },
      {
        name: 'fineTune',
        epochs: 1,
        learningRate: 0.0003,
        unfreeze: 12,
        batchNorm: 'inference',
        optimizer: { name: 'adamw', weightDecay: 0.01 },
        gradientClip: 1,
      },
      {
        name: 'fineTune',
        epochs: 1,
        learningRate: 0.0003,
        unfreeze: 'all',
        batchNorm: 'batch',
        optimizer: { name: 'sgd' },
        schedule: { name: 'plateau' },
      },
    ],
    augmentation: { horizontalFlip: true, rotationDegrees: 10, zoom: 0.1, contrast: 0.1, views: 1 },
    classWeights: 'balanced',
    labelSmoothing: 0.1,
    earlyStopping: { monitor: 'valAccuracy', patience: 3, restoreBest: true },
  });
  expect(trainAgain(folder, ['--start', 'exported', '--epochs', '1'])).toContain('Test: ');

  const other = await openSession('wasm');
  await train(
    other,
    await tinyRecipe({
      dataset: { source: 'sample', pictures: 72 },
      phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }],
    }),
  );
  await saveSet(other, folder);
  expect(() => trainAgain(folder)).toThrow(/is not the set that Mien trained on/);
});
