/** The best runs of a study: by validation alone, those without a network left out. */
import { expect, it } from 'vitest';
import type { Outcome, QueuedStudy } from '../../../src/protocol/runs/queue.ts';
import { parseRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { parseStudy } from '../../../src/protocol/runs/study.ts';
import { bestFirst } from '../../../src/store/queue/best-first.ts';
import { recipe } from './samples.ts';

const outcome = (runId: string | null, valLoss: number | null, testAccuracy: number): Outcome => ({
  ...{ runId, valLoss, valAccuracy: 0.5, frozenPictures: 0, epochs: 1, seconds: 1 },
  ...{ endedEarly: runId === null, failure: null },
  test: { accuracy: testAccuracy, loss: 1 - testAccuracy, macroF1: testAccuracy, interval: [0, 1] },
});

it('ranks by validation loss, whatever the test pictures say, and leaves out what has no network', () => {
  const outcomes = {
    a: outcome('run-a', 0.9, 0.99),
    b: outcome('run-b', 0.4, 0.2),
    ended: outcome(null, 0.1, 0.5),
    blind: outcome('run-blind', null, 0.9),
    c: outcome('run-c', 0.6, 0.6),
  };
  const base = parseRecipe(recipe);
  const queued: QueuedStudy = {
    ...{ id: 'one', addedAtMs: 0, base, outcomes },
    study: parseStudy({ name: 'Some', base: recipe, vary: { seed: [1] } }),
    runs: [...Object.keys(outcomes), 'waiting'].map((name) => ({ name, values: {}, recipe: base })),
  };
  expect(bestFirst(queued).map(({ runId }) => runId)).toEqual(['run-b', 'run-c', 'run-a']);
});
