/** Losses on their way back from the device: steps go on meanwhile, and what is said of them is right. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, it, vi } from 'vitest';
import { TrainingSteps } from '../../../src/training/step.ts';
import { closeTabs, openSession, tinyRecipe, train } from '../../support/session.ts';

afterEach(async () => {
  vi.restoreAllMocks();
  await closeTabs();
});

/** Steps that are taken before the first reading comes back. */
const STEPS = 3;

it('are waited for by no step: Firefox hands them over ten times a second alone', async () => {
  const session = await openSession('wasm');
  const recipe = await tinyRecipe({ batchSize: 4 });
  const take = vi.spyOn(TrainingSteps.prototype, 'take');
  const backend = tf.backend();
  const read = backend.read.bind(backend);
  let held = 0;
  vi.spyOn(backend, 'read').mockImplementation(async (dataId) => {
    if (take.mock.calls.length > 0 && held++ === 0)
      await vi.waitUntil(() => take.mock.calls.length >= STEPS, { timeout: 60_000 });
    return read(dataId);
  });
  const { events, result } = await train(session, recipe);
  const steps = events
    .filter((event) => event.kind === 'step')
    .filter(({ epoch, phaseIndex }) => epoch === 1 && phaseIndex === 0);
  expect(held).toBeGreaterThan(0);
  expect(steps[0]).toMatchObject({ step: 1 });
  const last = steps.at(-1);
  expect(last).toMatchObject({ step: last?.steps });
  expect(last?.steps).toBeGreaterThan(STEPS);
  expect(result.history[0]).toMatchObject({ loss: last?.loss, accuracy: last?.accuracy });
});
