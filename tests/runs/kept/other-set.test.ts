/** A kept network is tested on any open set, classes matched by name; what is not asked about is counted. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { saveRuns } from '../../../src/engine/kept/run-file/run-file.ts';
import type { Session } from '../../../src/engine/session.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import { otherSetNotes, type OtherSetResult } from '../../../src/protocol/runs/kept.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { runCommand } from '../../support/command.ts';
import { sampleFiles } from '../../support/sets/sample-files.ts';
import { closeTabs, sessionOn, tinyRecipe, train } from '../../support/session.ts';

let folder = '';
let session: Session;
let run: RunResult;
let other: Recipe;
const work = { signal: new AbortController().signal, emit: () => undefined };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-other-set-'));
  // Two classes of the drawn faces, spelt otherwise, and one that they do not have.
  for (const [index, file] of (await sampleFiles(30)).entries()) {
    const name = ['Happy', 'sad', 'puzzled'][index % 3] ?? '';
    await mkdir(join(folder, 'set', name), { recursive: true });
    await writeFile(join(folder, 'set', name, `${index.toString()}.jpg`), file);
  }
  session = await sessionOn(join(folder, 'store'));
  run = (
    await train(session, await tinyRecipe({ phases: [{ name: 'head', epochs: 1, learningRate: 0.01 }] }))
  ).result;
  other = await tinyRecipe({ dataset: { source: 'folder', path: join(folder, 'set') } });
});
afterAll(async () => {
  await closeTabs();
  await rm(folder, { recursive: true });
});

async function tested(recipe: Recipe): Promise<OtherSetResult> {
  await session.set.open(recipe, work);
  return session.tries.testOnSet(run.runId, await session.kept.record(run.runId), work);
}

it('matches classes by name and counts the others', async () => {
  const { evaluation, ...said } = await tested(other);
  expect(said).toMatchObject({
    unknownClasses: [{ label: 'puzzled', pictures: 10 }],
    seenBefore: 0,
    isOwnSet: false,
  });
  expect(said.absentClasses).toHaveLength(6);
  expect(evaluation.rows).toHaveLength(20);
  expect(evaluation.labels).toEqual(run.test?.labels);
  expect(evaluation.perClass.filter(({ support }) => support > 0).map(({ label }) => label)).toEqual([
    'happy',
    'sad',
  ]);
  expect(otherSetNotes(said)[0]).toBe(
    'Not asked about: 10 pictures of 1 class that the network does not know (puzzled).',
  );
});

it('asks of its own set what it has not learnt from, to the very figures of its test', async () => {
  const { evaluation, ...said } = await tested(run.recipe);
  const { split } = session.set.dataset.summary;
  expect(said).toMatchObject({ seenBefore: split.train.length + split.validation.length, isOwnSet: true });
  expect(Array.from(evaluation.rows)).toEqual(Array.from(split.test).sort((a, b) => a - b));
  expect(evaluation.accuracy).toBe(run.test?.accuracy);
  expect(evaluation.loss).toBeCloseTo(run.test?.loss ?? NaN, 5);
});

it('refuses a set that has no class of its', async () => {
  for (const name of ['Happy', 'sad']) await rm(join(folder, 'set', name), { recursive: true });
  await mkdir(join(folder, 'set', 'bored'));
  for (const [index, file] of (await sampleFiles(8)).entries())
    await writeFile(join(folder, 'set', 'bored', `${index.toString()}.jpg`), file);
  await expect(tested(other)).rejects.toMatchObject({ code: 'data/no-class-in-common' });
});

it('is asked on the command line by a recipe that names the set', { timeout: 120_000 }, async () => {
  const { blob } = await saveRuns(session.kept, [run.runId]);
  await writeFile(join(folder, 'run.mien.zip'), blob.stream());
  await writeFile(join(folder, 'set.json'), JSON.stringify(await tinyRecipe()));
  const args = [join(folder, 'run.mien.zip'), '--set', join(folder, 'set.json'), '--backend', 'wasm'];
  const { out } = await runCommand('predict', ...args, '--out', join(folder, 'figures.json'));
  expect(out).toMatch(/^Right on .* % of 16 pictures, 95 % interval/);
  expect(out).toContain('Not asked about: 64 pictures that it had in training or validation.');
  const figures = JSON.parse(await readFile(join(folder, 'figures.json'), 'utf8')) as object;
  expect(figures).toMatchObject({ pictures: 16, accuracy: run.test?.accuracy, seenBefore: 64 });
});
