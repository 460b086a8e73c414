/** A GPU that goes away during a run: said as such, and taken anew for the next run. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { openSession, tinyRecipe, train } from '../support/session.ts';

it('ends the run with gpu/lost, and the next run has a device again', async () => {
  const session = await openSession('webgpu');
  const recipe = await tinyRecipe({ phases: [{ name: 'head', epochs: 2, learningRate: 0.001 }] });
  const lost = train(session, recipe, (event) => {
    if (event.kind !== 'step') return;
    (tf.backend() as unknown as { device: GPUDevice }).device.destroy();
  });
  await expect(lost).rejects.toMatchObject({ code: 'gpu/lost', retryable: true });
  const { result } = await train(session, recipe);
  expect(result.device.backend).toBe('webgpu');
  expect(result.history).toHaveLength(2);
});
