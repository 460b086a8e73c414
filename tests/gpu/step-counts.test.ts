/** What a training step asks of the GPU. Counts do not depend on sizes, so small ones are enough. */
import { expect, it } from 'vitest';
import { countSteps } from '../../tools/bench/steps.ts';

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
