/** The program that travels with a Keras export carries the recipe out; `tests/long/retraining.test.ts` has more of it. */
import { it } from 'vitest';
import { holdRetraining } from '../support/exports/retraining.ts';

it('trains an epoch of 64 pictures on two devices, on the same split', async () => {
  await holdRetraining({ phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }] });
});
