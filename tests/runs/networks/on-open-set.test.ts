/** A network that came back is asked about the set that is open: classes by name, what it does not know left out and counted. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Session } from '../../../src/engine/session.ts';
import { pickedSet } from '../../../src/engine/recognise.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { openSession, tinyRecipe, train } from '../../support/session.ts';
import { codeOf } from '../../support/networks/weight-files.ts';

const { signal } = new AbortController();
let session: Session;
let recipe: Recipe;
let result: RunResult;
let runId: string;

beforeAll(async () => {
  session = await openSession('wasm');
  recipe = await tinyRecipe({ phases: [{ name: 'head', epochs: 2, learningRate: 0.01 }] });
  ({ result } = await train(session, recipe));
  const { fileName, blob } = await session.export('safetensors', result.runId);
  ({
    run: { runId },
  } = await session.bringBack(pickedSet([new File([blob], fileName)])));
}, 60_000);
afterAll(() => session.close());

it('does on its own set what its run measured', async () => {
  const { evaluation, leftOut, unasked } = await session.tries.evaluateOpen(runId, signal);
  expect(evaluation.confusionMatrix).toEqual(result.test?.confusionMatrix);
  expect(evaluation.loss).toBeCloseTo(result.test?.loss ?? NaN, 4);
  expect([leftOut, unasked]).toEqual([[], []]);
});

it('matches classes by name wherever they stand, and leaves out those that it does not know', async () => {
  const edited = await session.set.edit(
    { list: null, change: { do: 'rename', class: 'happy', to: 'a new one' } },
    { signal, emit: () => undefined },
  );
  const dataset = Object.assign({}, recipe.dataset, { edits: edited.list ?? undefined });
  const summary = await session.set.open({ ...recipe, dataset }, { signal, emit: () => undefined });
  expect(summary.labels[0]).toBe('a new one');
  const { evaluation, leftOut, unasked } = await session.tries.evaluateOpen(runId, signal);
  const own = summary.split.test.filter(
    (row) => summary.labels[summary.labelOfRow[row] ?? 0] === 'a new one',
  );
  expect(leftOut).toEqual([{ label: 'a new one', count: own.length }]);
  expect(unasked).toEqual(['happy']);
  expect(evaluation.rows.length).toBe(summary.split.test.length - own.length);
  for (const [index, row] of evaluation.rows.entries())
    expect(evaluation.labels[evaluation.truths[index] ?? 0]).toBe(
      summary.labels[summary.labelOfRow[row] ?? 0],
    );
});

it('refuses pictures of another size', async () => {
  const other = { ...recipe, image: { ...recipe.image, size: 48 } };
  await session.set.open(other, { signal, emit: () => undefined });
  expect(await codeOf(session.tries.evaluateOpen(runId, signal))).toBe('data/other-size');
});
