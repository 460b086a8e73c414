/** What training asks of the GPU. Counts do not depend on sizes, so small ones are enough. */
import { expect, it } from 'vitest';
import { GpuCounter } from '../../tools/bench/count-gpu.ts';
import { countSteps } from '../../tools/bench/runs/steps.ts';
import { openSession, tinyRecipe, train } from '../support/session.ts';

it('takes few dispatches and submits a step, and no new buffer', async () => {
  const [tail, head] = await countSteps({ size: 96, alpha: 0.35, batch: 32, unfreeze: 30 });
  expect(tail?.dispatches).toBeLessThanOrEqual(100);
  expect(head?.dispatches).toBeLessThanOrEqual(15);
  for (const step of [tail, head]) {
    // The step's own, and the one that reads the sums.
    expect(step?.submits).toBeLessThanOrEqual(2);
    expect(step?.buffersCreated).toBe(0);
  }
});

it('holds as much of the GPU’s memory after many epochs as after a few', async () => {
  const session = await openSession('webgpu');
  const recipe = await tinyRecipe({ phases: [{ name: 'head', epochs: 12, learningRate: 0.0001 }] });
  const counter = new GpuCounter();
  const bytes: number[] = [];
  try {
    await train(session, recipe, (event) => {
      if (event.kind === 'epoch') bytes.push(counter.liveBytes);
    });
  } finally {
    counter.stop();
  }
  expect(bytes).toHaveLength(12);
  expect(bytes.at(-1)).toBe(bytes[3]);
});
