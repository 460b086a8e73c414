/** Training on WebGPU against real Keras, by the goldens of tests/parity/training. */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../support/backends.ts';
import { shows } from '../../support/shows.ts';
import { disagreement, trainingGolden, trainsAsKeras } from '../../support/networks/training-parity.ts';

/** Fine-tune steps after the head's 20: a software adapter takes seconds for one of the larger networks; wasm takes all. */
const CASES = [
  ['mobilenetv2-inference', 20],
  ['mobilenetv2-batch', 20],
  ['efficientnetb2-inference', 6],
  ['efficientnetb2-batch', 6],
  ['vgg16', 6],
] as const;

describe('on WebGPU', () => {
  beforeAll(() => useBackend('webgpu'));

  it.each(CASES)('%s has the losses of Keras within 1e-3', async (name, steps) => {
    const { loss, changedInOne } = await disagreement(trainingGolden(name), steps);
    process.stdout.write(`webgpu ${name}: loss ${loss.toExponential(1)}\n`);
    expect(changedInOne).toEqual([]);
    expect(loss).toBeLessThan(1e-3);
    shows(trainsAsKeras(trainingGolden(name), 'webgpu'));
  });
});
