/** Whose network a run ends with where fine-tuning made it worse: the last phase's, the best one's, or one that is chosen. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type { Session } from '../../../src/engine/session.ts';
import type { Recipe, WrittenRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { brokenOff, exportedFiles, openSession, tinyRecipe, train } from '../../support/session.ts';

/** Its second phase throws away what the first has learned. */
const worsening = (keep: NonNullable<WrittenRecipe['keep']>): Promise<Recipe> =>
  tinyRecipe({
    keep,
    phases: [
      { name: 'head', epochs: 2, learningRate: 0.003 },
      { name: 'fineTune', epochs: 2, learningRate: 0.3, unfreeze: 12, batchNorm: 'inference' },
    ],
    earlyStopping: null,
  });

/** The head alone: what the run had after its first phase. */
async function headAlone(): Promise<Awaited<ReturnType<typeof train>>['result']> {
  const recipe = await worsening('lastPhase');
  return (await train(await openSession('wasm'), { ...recipe, phases: recipe.phases.slice(0, 1) })).result;
}

async function cardOf(session: Session, runId: string): Promise<string> {
  const files = await exportedFiles(session, 'safetensors', runId);
  return new TextDecoder().decode(files['README.md']);
}

it('by the recipe it is the best one’s, decided before the test is asked', async () => {
  const head = await headAlone();
  const session = await openSession('wasm');
  const tensors = tf.memory().numTensors;
  const { result, events } = await train(session, await worsening('bestPhase'));
  const told = events.map(({ kind }) => kind).filter((kind) => /phaseEnd|phaseKept|test/.test(kind));
  expect(told).toEqual(['phaseEnd', 'phaseEnd', 'phaseKept', 'test']);
  expect(result.test?.probabilities).toEqual(head.test?.probabilities);
  expect(result.sureness).toEqual(head.sureness);
  expect([result.kept, result.other]).toEqual([{ phaseIndex: 0, why: 'best' }, null]);
  await session.close();
  expect(tf.memory().numTensors).toBe(tensors);
});

it('else it is the last one’s; the better one can be taken in its place, and back, and it is said', async () => {
  const session = await openSession('wasm');
  const { result } = await train(session, await worsening('lastPhase'));
  const head = await headAlone();
  expect(result.kept).toEqual({ phaseIndex: 1, why: 'last' });
  expect(result.test?.probabilities).not.toEqual(head.test?.probabilities);
  expect(result.other).toMatchObject({ phaseIndex: 0, test: { probabilities: head.test?.probabilities } });
  const chosen = await session.takeOtherPhase(result.runId);
  expect(chosen.test).toEqual(head.test);
  expect(chosen.kept).toEqual({ phaseIndex: 0, why: 'chosen' });
  // What is opened, and taken home, is that network, and its card says how it was chosen.
  const row = chosen.test?.rows[0] ?? 0;
  await session.tries.open(result.runId);
  const asked = { runId: result.runId, picture: { kind: 'row', row } as const, wantsMaps: false };
  const { probabilities } = await session.tries.predict(asked, new AbortController().signal);
  const expected = head.test?.probabilities.subarray(0, probabilities.length) ?? new Float32Array();
  expect(Math.max(...probabilities.map((value, at) => Math.abs(value - (expected[at] ?? 1))))).toBeLessThan(
    1e-5,
  );
  const card = await cardOf(session, result.runId);
  expect(card).toContain('chosen after the test had been seen');
  expect(card).toContain('Computed on wasm · one thread.');
  const back = await session.takeOtherPhase(result.runId);
  expect(back.test).toEqual(result.test);
  expect(back.kept).toEqual(result.kept);
  expect(await cardOf(session, result.runId)).not.toContain('chosen after');
});

it('a run that was broken off in its second phase still has the network of the first', async () => {
  const recipe = await worsening('bestPhase');
  const { left, result } = await brokenOff(recipe);
  expect(left?.phaseIndex).toBe(1);
  expect(result.kept).toEqual({ phaseIndex: 0, why: 'best' });
  expect(result.test?.probabilities).toEqual((await headAlone()).test?.probabilities);
});
