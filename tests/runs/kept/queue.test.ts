/** The page's queue as it is stored, and forgetting everything: another tab finds it as it was, or finds nothing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { forgetAll } from '../../../src/engine/forget.ts';
import { changeQueue, planOf } from '../../../src/engine/studies/queue.ts';
import { STORES, type StoreName } from '../../../src/platform/stores/byte-store.ts';
import { waitingOf, type QueuedStudy } from '../../../src/protocol/runs/queue.ts';
import { closeTabs, sessionOn, tinyRecipe, train } from '../../support/session.ts';

let dataFolder = '';
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'mien-queue-'));
});
afterEach(async () => {
  await closeTabs();
  await rm(dataFolder, { recursive: true });
});

it('is there for the next tab, with what came of its runs, until a study is taken off', async () => {
  const { platform } = await sessionOn(dataFolder);
  const text = JSON.stringify({ name: 'Seeds', base: await tinyRecipe(), vary: { seed: [1, 2] } });
  const plan = await planOf({ file: new Blob([text]), beside: [] }, platform);
  const came = {
    epochs: 2,
    valLoss: 1,
    valAccuracy: 0.5,
    test: null,
    seconds: 2,
    endedEarly: false,
    failure: null,
  };
  const outcome = { ...came, runId: 'one', frozenPictures: 3 };
  const first: QueuedStudy = { ...plan, id: 'first', addedAtMs: 1, outcomes: { '1-1': outcome } };
  await changeQueue(platform, { put: { ...plan, id: 'second', addedAtMs: 2, outcomes: {} } });
  await changeQueue(platform, { put: first });

  const next = await sessionOn(dataFolder);
  const { studies } = await changeQueue(next.platform, undefined);
  expect(studies.map(({ id }) => id)).toEqual(['first', 'second']);
  expect(studies[0]?.outcomes).toEqual(first.outcomes);
  expect(studies.map((study) => waitingOf(study).map(({ name }) => name))).toEqual([['2-2'], ['1-1', '2-2']]);
  await changeQueue(next.platform, { remove: 'first' });
  expect((await changeQueue(platform, undefined)).studies.map(({ id }) => id)).toEqual(['second']);
});

it('plans a study anew on folds, or with losing runs ended early; one that cannot be is refused', async () => {
  const { platform } = await sessionOn(dataFolder);
  const text = JSON.stringify({ name: 'Seeds', base: await tinyRecipe(), vary: { seed: [1, 2] } });
  const { study, base } = await planOf({ file: new Blob([text]), beside: [] }, platform);
  const folds = await planOf({ study: { ...study, search: { kind: 'folds', folds: 3 } }, base }, platform);
  expect(folds.runs.map(({ recipe }) => recipe.split.fold?.number)).toEqual([1, 2, 3, 1, 2, 3]);
  const asha = { kind: 'asha', seed: 1, eta: 2, least: 1 } as const;
  const early = await planOf({ study: { ...study, choose: 'valLoss', search: asha }, base }, platform);
  expect(
    early.runs.map(({ values }) => Number(values['seed'])).toSorted((one, other) => one - other),
  ).toEqual([1, 2]);
  // Its runs have four epochs.
  const late = { ...study, choose: 'valLoss' as const, search: { ...asha, least: 4 } };
  await expect(planOf({ study: late, base }, platform)).rejects.toMatchObject({
    code: 'recipe/study-invalid',
    message: expect.stringContaining('least has to be below') as string,
  });
});

it('is forgotten with all else that is kept', async () => {
  const session = await sessionOn(dataFolder);
  const recipe = await tinyRecipe();
  await train(session, recipe);
  const plan = await planOf({ recipe }, session.platform);
  await changeQueue(session.platform, { put: { ...plan, id: 'first', addedAtMs: 1, outcomes: {} } });
  expect((await session.kept.list()).runs).toHaveLength(1);
  await forgetAll(session);
  for (const name of Object.keys(STORES) as StoreName[])
    if (name !== 'leases') expect([name, await session.platform.openStore(name)?.list()]).toEqual([name, []]);
  const next = await sessionOn(dataFolder);
  expect((await next.kept.list()).runs).toEqual([]);
});
