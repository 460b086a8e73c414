/** Trying a network on WebGPU: what the run's evaluation stored, within 1e-5, and the heat maps of wasm. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { openSession, tinyRecipe, train } from '../../support/session.ts';
import { sampleFiles } from '../../support/sets/sample-files.ts';

it('says of a picture what was stored, and leaves nothing on the device', async () => {
  const session = await openSession('webgpu');
  const recipe = await tinyRecipe({
    dataset: { source: 'sample', pictures: 60 },
    phases: [{ name: 'head', epochs: 1, learningRate: 0.01 }],
  });
  const { result } = await train(session, recipe);
  const { runId, test } = result;
  if (test === null) throw new TypeError('the run was tested');
  const files = await sampleFiles(80);
  const { signal } = new AbortController();
  const [row = 0] = test.rows;
  const [facts] = session.set.describePictures([row]);
  const picture = { kind: 'file', file: new Blob([files[facts?.sourceRow ?? -1] ?? '']) } as const;
  const first = await session.tries.predict({ runId, picture, wantsMaps: true }, signal);
  const { numTensors } = tf.memory();
  const said = await session.tries.predict({ runId, picture, wantsMaps: true }, signal);
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(said.probabilities).toEqual(first.probabilities);
  said.probabilities.forEach((share, at) => {
    expect(Math.abs(share - (test.probabilities[at] ?? NaN))).toBeLessThan(1e-5);
  });
  expect(said.maps).toMatchObject({ width: 1, height: 1 });
  await session.chooseDevice('wasm');
  const onWasm = await session.tries.predict({ runId, picture, wantsMaps: true }, signal);
  onWasm.maps?.values.forEach((value, at) => {
    expect(said.maps?.values[at]).toBeCloseTo(value, 3);
  });
});
