/** A new run begins with the network of a kept one: with its head where the classes are the same, else with a new one; its record says so. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Session } from '../../../src/engine/session.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import { trainingOn } from '../../../src/protocol/recipe/fields.ts';
import { parseRecipe, type Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { runCommand } from '../../support/command.ts';
import { sampleFiles } from '../../support/sets/sample-files.ts';
import { teachableMachine } from '../../support/networks/teachable-machine.ts';
import { memorySource } from '../../support/networks/weight-files.ts';
import { closeTabs, sessionOn, tinyRecipe, train } from '../../support/session.ts';

let folder = '';
let session: Session;
let first: RunResult;
/** So small a step leaves every answer as it was. */
const still = { phases: [{ name: 'head' as const, epochs: 1, learningRate: 1e-12 }] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-train-on-'));
  session = await sessionOn(join(folder, 'store'));
  const phases = [
    { name: 'head' as const, epochs: 1, learningRate: 0.01 },
    { name: 'fineTune' as const, epochs: 1, learningRate: 0.001, unfreeze: 12 },
  ];
  first = (await train(session, await tinyRecipe({ phases }))).result;
});
afterAll(async () => {
  await closeTabs();
  await rm(folder, { recursive: true });
});

const on = async (changes: Parameters<typeof tinyRecipe>[0]): Promise<Recipe> =>
  parseRecipe(trainingOn(await tinyRecipe(changes), first.runId, first.recipe));

it('has its head too where the classes are the same, and names it', async () => {
  const { result, events } = await train(session, await on(still));
  expect(events.filter(({ kind }) => kind === 'notice')).toEqual([]);
  expect(result.recipe.backbone.weights).toEqual({ run: first.runId });
  expect(result.weights.origin).toBe(`the kept run ${first.runId}, with its head`);
  expect(result.weights.sha256).not.toBe(first.weights.sha256);
  const said = first.test?.probabilities ?? [];
  expect(said.length).toBeGreaterThan(0);
  const largest = Math.max(
    ...Array.from(said, (value, index) => Math.abs(value - (result.test?.probabilities[index] ?? NaN))),
  );
  expect(largest).toBeLessThan(1e-4);
  // It is kept like any other, and can be trained on from itself.
  const recipe = parseRecipe(trainingOn(await tinyRecipe(still), result.runId, result.recipe));
  expect((await train(session, recipe)).result.weights.sha256).toBe(result.weights.sha256);
});

it('has a new head where the classes are others, which is said, and the same backbone', async () => {
  const pictures = join(folder, 'pictures');
  for (const [index, file] of (await sampleFiles(40)).entries()) {
    const name = ['glad', 'sad'][index % 2] ?? '';
    await mkdir(join(pictures, name), { recursive: true });
    await writeFile(join(pictures, name, `${index.toString()}.jpg`), file);
  }
  const { result, events } = await train(
    session,
    await on({ ...still, dataset: { source: 'folder', path: pictures } }),
  );
  expect(events).toContainEqual(
    expect.objectContaining({
      kind: 'notice',
      of: 'run',
      notice: expect.objectContaining({
        code: 'model/new-head',
        message: expect.stringContaining(
          'this set has glad, sad. Its backbone is taken, with a new head.',
        ) as string,
      }) as object,
    }),
  );
  expect(result.weights.origin).toBe(`the kept run ${first.runId}, with a new head`);
  expect(result.test?.labels).toEqual(['glad', 'sad']);
});

it('is described before it is read, and what is not here or does not fit is refused', async () => {
  const known = await session.descriptions.describe(await on(still), 8);
  expect(known.weights).toMatchObject({ kind: 'run', labels: first.test?.labels, problem: null });
  const missing = parseRecipe(trainingOn(await tinyRecipe(still), 'nowhere', first.recipe));
  const { weights } = await session.descriptions.describe(missing, 8);
  expect(weights).toMatchObject({ problem: { code: 'model/run-missing' } });
  await expect(train(session, missing)).rejects.toMatchObject({ code: 'model/run-missing' });
  const recipe = await on(still);
  const wider = parseRecipe({ ...recipe, backbone: { ...recipe.backbone, alpha: 0.5 } });
  await expect(train(session, wider)).rejects.toMatchObject({
    code: 'model/other-network',
    message: expect.stringContaining('backbone.alpha is 0.5 and was 0.35') as string,
  });
});

it('goes on from a Teachable Machine export: with its head where the classes are the same, else with a new one', async () => {
  const labels = first.test?.labels ?? [];
  const recipeOf = async (names: readonly string[]): Promise<Recipe> => {
    const { files } = await teachableMachine(names, 32);
    const { run } = await session.bringBack(
      Object.entries(files).map(([path, bytes]) => ({
        path,
        open: () => Promise.resolve(memorySource(bytes)),
      })),
    );
    return parseRecipe(trainingOn(await tinyRecipe(still), run.runId, run.recipe));
  };
  const same = await recipeOf(labels);
  expect(same.head.hidden).toEqual([100]);
  const { result, events } = await train(session, same);
  expect(events.filter(({ kind }) => kind === 'notice')).toEqual([]);
  expect(result.weights.origin).toMatch(/, with its head$/u);
  // With its fine-tuned layers open its own head trains on like any other.
  const phases = [{ name: 'fineTune' as const, epochs: 1, learningRate: 0.01, unfreeze: 4 }];
  const on = await train(session, parseRecipe({ ...same, phases }));
  expect(on.result.history[0]?.loss).not.toBe(result.history[0]?.loss);
  const other = await train(session, await recipeOf(['cat', 'dog']));
  expect(other.result.weights.origin).toMatch(/, with a new head$/u);
  expect(JSON.stringify(other.events)).toContain('tells cat, dog apart; this set has');
});

it(
  'goes on headless from the folder that was written, from its file and from an export',
  { timeout: 120_000 },
  async () => {
    const recipe = await tinyRecipe({ phases: [{ name: 'head', epochs: 1, learningRate: 0.01 }] });
    const path = join(folder, 'recipe.json');
    await writeFile(path, JSON.stringify(recipe));
    const carryOut = async (
      name: string,
      ...args: string[]
    ): Promise<{ runId: string; origin: string; error: string }> => {
      const out = join(folder, name);
      const { code, error } = await runCommand('train', path, '--out', out, '--backend', 'wasm', ...args);
      expect(code, error).toBe(0);
      const { runId, weights } = JSON.parse(await readFile(join(out, 'run.json'), 'utf8')) as {
        runId: string;
        weights: { origin: string };
      };
      return { runId, origin: weights.origin, error };
    };
    const { runId } = await carryOut('one', '--export', 'onnx');
    for (const from of ['one', 'one/run.mien.zip'])
      expect(await carryOut('two', '--from', join(folder, from))).toMatchObject({
        origin: `the kept run ${runId}, with its head`,
        error: '',
      });
    const { origin, error } = await carryOut('two', '--from', join(folder, 'one/onnx/model.float16.onnx'));
    expect(origin).toMatch(/^the kept run .*, with its head$/u);
    expect(error).toContain('rounded to float16');
  },
);
