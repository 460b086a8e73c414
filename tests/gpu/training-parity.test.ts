/** Training on WebGPU against real Keras, by the goldens of tests/parity/training: one small network, a few steps. */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../support/backends.ts';
import { disagreement, trainingGolden } from '../support/training-parity.ts';

/** Software adapters take seconds a step; the head's 20 run on cached features. */
const FINE_TUNE_STEPS = 4;

describe('on WebGPU', () => {
  beforeAll(() => useBackend('webgpu'));

  it.each(['mobilenetv2-inference', 'mobilenetv2-batch'])(
    '%s has the losses of Keras within 1e-3',
    async (name) => {
      const { loss, changedInOne } = await disagreement(trainingGolden(name), FINE_TUNE_STEPS);
      process.stdout.write(`webgpu ${name}: loss ${loss.toExponential(1)}\n`);
      expect(changedInOne).toEqual([]);
      expect(loss).toBeLessThan(1e-3);
    },
  );
});
