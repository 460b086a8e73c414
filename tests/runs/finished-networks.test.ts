/** The network of a run outlives everything but the user's word: another device, a next run that fails, the tab, a full disk. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Session } from '../../src/engine/session.ts';
import type { RunEvent } from '../../src/protocol/events.ts';
import type { Picked } from '../../src/protocol/messages.ts';
import type { Recipe } from '../../src/protocol/recipe/recipe.ts';
import { RunControl } from '../../src/training/control.ts';
import { pickedFile } from '../support/picked-files.ts';
import { closeTabs, exportedFiles, runsOf, sessionOn, tinyRecipe, train } from '../support/session.ts';

let dataFolder = '';
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'mien-finished-'));
});
afterEach(async () => {
  await closeTabs();
  await rm(dataFolder, { recursive: true });
});

/** A new tab: nothing but what is stored. */
const newSession = (): Promise<Session> => sessionOn(dataFolder);

const shortRecipe = (changes: Partial<Recipe> = {}): Promise<Recipe> =>
  tinyRecipe({
    phases: [
      { name: 'head', epochs: 1, learningRate: 0.001 },
      { name: 'fineTune', epochs: 1, learningRate: 0.0003, unfreeze: 12, batchNorm: 'batch' },
    ],
    ...changes,
  });

/** The files that are taken home. */
async function filesOf(session: Session, runId: string): Promise<[string, Uint8Array][]> {
  return Object.entries(await exportedFiles(session, 'tfjs', runId));
}

/**
 * The same as hashes: millions of bytes are not compared one by one, nor is the time in their zip, nor the proof's
 * probabilities (which the page has too): each device rounds them in its own way.
 */
async function taken(session: Session, runId: string): Promise<Record<string, string>> {
  const files = await filesOf(session, runId);
  return Object.fromEntries(
    files
      .filter(([name]) => name !== 'proof/proof.json' && name !== 'page/network.js')
      .map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
  );
}

it('is stored and listed when it is finished, and only then are its checkpoints forgotten', async () => {
  const session = await newSession();
  const recipe = await shortRecipe();
  const { result } = await train(session, recipe);
  expect((await session.networks.list()).runs).toEqual([
    {
      runId: result.runId,
      recipe: result.recipe,
      labels: result.test?.labels,
      accuracy: result.test?.accuracy,
      stopped: false,
      isStored: true,
      sizeBytes: expect.any(Number) as number,
      finishedAtMs: expect.any(Number) as number,
    },
  ]);
  expect(await session.platform.openStore('checkpoints')?.list()).toEqual([]);
  const expected = await taken(session, result.runId);

  const next = await newSession();
  expect(await next.networks.list()).toEqual(await session.networks.list());
  expect(await taken(next, result.runId)).toEqual(expected);

  await next.networks.forget(result.runId);
  expect(await newSession().then(({ networks }) => networks.list())).toEqual({ runs: [], trouble: null });
  await expect(taken(next, result.runId)).rejects.toMatchObject({ code: 'export/no-such-network' });
});

it('outlives another device, and a next run that cannot begin', async () => {
  const session = await newSession();
  const { result } = await train(session, await shortRecipe());
  const expected = await taken(session, result.runId);
  const cannot = await shortRecipe({ dataset: { source: 'parquet', path: 'none.parquet' } });
  await expect(train(session, cannot)).rejects.toMatchObject({ code: 'data/file-missing' });
  expect(await taken(session, result.runId)).toEqual(expected);
  await session.chooseDevice('cpu');
  expect(await taken(session, result.runId)).toEqual(expected);
});

it('is kept of a run that was stopped, but not where nothing was learned', async () => {
  const session = await newSession();
  const stopAt = (kind: RunEvent['kind']) => (event: RunEvent, control: RunControl) => {
    if (event.kind === kind) control.stop();
  };
  await train(session, await shortRecipe(), stopAt('model'));
  expect((await session.networks.list()).runs).toEqual([]);
  const { result } = await train(session, await shortRecipe(), stopAt('epoch'));
  expect(result.history).toHaveLength(1);
  expect((await session.networks.list()).runs).toMatchObject([{ runId: result.runId, stopped: true }]);
  expect(await taken(await newSession(), result.runId)).toEqual(await taken(session, result.runId));
});

it('stays in the tab where it cannot be stored, which is said, and its checkpoints stay', async () => {
  // A file where the folder should be.
  await writeFile(join(dataFolder, 'runs'), '');
  const session = await newSession();
  const { result, events } = await train(session, await shortRecipe());
  const said = events.flatMap((event) => (event.kind === 'notice' ? [event.notice.message] : []));
  expect(said).toEqual([expect.stringMatching(/^The trained network could not be stored: /)]);
  expect(await session.networks.list()).toMatchObject({
    runs: [{ runId: result.runId, isStored: false }],
    trouble: { code: 'storage/unavailable' },
  });
  const expected = await taken(session, result.runId);
  await session.chooseDevice('wasm');
  expect(await taken(session, result.runId)).toEqual(expected);
  // This tab has its network: it does not offer to go on with it. Another can get it back from its last epoch.
  expect(await session.runsLeft()).toEqual([]);
  expect(await runsOf(await newSession())).toMatchObject([{ runId: result.runId, phase: 'fineTune' }]);
});

it('is not forgotten while another tab takes it home', async () => {
  const [session, other] = [await newSession(), await newSession()];
  const { result } = await train(session, await shortRecipe());
  await other.networks.use(result.runId, async () => {
    await session.networks.forget(result.runId);
    expect((await session.networks.list()).runs).toHaveLength(1);
  });
});

it('is whole where its weights came from a file that is picked', async () => {
  const session = await newSession();
  const first = await train(session, await shortRecipe());
  const files = await filesOf(session, first.result.runId);
  const weightFiles = files.map(([name, bytes]) => pickedFile(name, bytes));
  const plain = await shortRecipe();
  const recipe = {
    ...plain,
    backbone: Object.assign({}, plain.backbone, { weights: { file: 'model.json' } }),
  };
  const picked: Picked = { weightFiles };
  const control = new RunControl();
  const result = await session.train(recipe, { ...picked, control, emit: () => undefined });
  const expected = await taken(session, result.runId);
  expect(await taken(await newSession(), result.runId)).toEqual(expected);
});

it('is not put together from a part of it', async () => {
  const session = await newSession();
  const { result } = await train(session, await shortRecipe());
  const store = session.platform.openStore('runs');
  const key = `${result.runId}/network`;
  const [bytes] = (await store?.getMany([key])) ?? [];
  await store?.setMany([[key, (bytes ?? new Uint8Array()).subarray(0, -8)]]);
  await expect(taken(await newSession(), result.runId)).rejects.toMatchObject({
    code: 'export/no-such-network',
  });
});
