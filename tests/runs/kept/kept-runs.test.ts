/** A run that ended outlives everything but the user's word: another device, a next run that fails, the tab, a full disk. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../../src/engine/session.ts';
import type { RunEvent } from '../../../src/protocol/events.ts';
import { testHash } from '../../../src/protocol/identity.ts';
import type { Picked } from '../../../src/protocol/messages.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { RunControl } from '../../../src/training/control.ts';
import { countParameters } from '../../../src/ui/model/cost.ts';
import { pickedFile } from '../../support/sets/picked-files.ts';
import { closeTabs, exportedFiles, runsOf, sessionOn, tinyRecipe, train } from '../../support/session.ts';

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
  const figures = { accuracy: result.test?.accuracy, interval: result.test?.interval };
  const network = await session.descriptions.describe(recipe, session.set.dataset.summary.labels.length);
  expect((await session.kept.list()).runs).toEqual([
    {
      computed: 'Computed on wasm · one thread',
      runId: result.runId,
      recipe: result.recipe,
      labels: result.test?.labels,
      testHash: testHash(session.set.dataset.summary),
      test: { ...figures, pictures: result.test?.rows.length },
      seconds: expect.any(Number) as number,
      pace: expect.objectContaining({ device: result.device.label }) as object,
      parameters: countParameters(network, 0).all,
      ...{ name: '', note: '', isStarred: false, isDeleted: false },
      ...{ stopped: false, phases: 2, isStored: true },
      sizeBytes: expect.any(Number) as number,
      finishedAtMs: expect.any(Number) as number,
    },
  ]);
  expect(await session.platform.openStore('checkpoints')?.list()).toEqual([]);
  const expected = await taken(session, result.runId);

  const next = await newSession();
  expect((await next.kept.list()).runs).toEqual((await session.kept.list()).runs);
  expect(await taken(next, result.runId)).toEqual(expected);

  await next.kept.change({ runId: result.runId, do: 'discard' });
  const last = await newSession();
  expect(await last.kept.list()).toMatchObject({ runs: [], room: { takenBytes: 0 }, trouble: null });
  expect(await last.platform.openStore('runs')?.list()).toEqual([]);
  await expect(taken(next, result.runId)).rejects.toMatchObject({ code: 'export/no-such-run' });
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
  expect((await session.kept.list()).runs).toEqual([]);
  const { result } = await train(session, await shortRecipe(), stopAt('epoch'));
  expect(result.history).toHaveLength(1);
  expect((await session.kept.list()).runs).toMatchObject([{ runId: result.runId, stopped: true }]);
  expect(await taken(await newSession(), result.runId)).toEqual(await taken(session, result.runId));
});

it('stays in the tab where it cannot be stored, which is said, and its checkpoints stay', async () => {
  // A file where the folder should be.
  await writeFile(join(dataFolder, 'runs'), '');
  const session = await newSession();
  const { result, events } = await train(session, await shortRecipe());
  const said = events.flatMap((event) => (event.kind === 'notice' ? [event.notice.message] : []));
  expect(said).toEqual([expect.stringMatching(/^The run could not be stored: /)]);
  expect(await session.kept.list()).toMatchObject({
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
  await other.kept.use(result.runId, async () => {
    await session.kept.change({ runId: result.runId, do: 'discard' });
    expect((await session.kept.list()).runs).toHaveLength(1);
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
    code: 'export/no-such-run',
  });
});

describe('what is kept of it', () => {
  it('is all that its charts are drawn from', async () => {
    const session = await newSession();
    const { result, events } = await train(session, await shortRecipe());
    const record = await (await newSession()).kept.record(result.runId);
    expect(record.result).toEqual(result);
    expect(record.dataset).toEqual(session.set.dataset.summary);
    const ends = events.filter(({ kind }) => kind === 'phaseEnd');
    expect(record.ended.map(({ end }) => end)).toEqual(ends);
    expect(record.ended).toHaveLength(2);
  });

  it('needs no network and no file to be put together again: the values it left as they were are here', async () => {
    const session = await newSession();
    const { result } = await train(session, await shortRecipe());
    const expected = await taken(session, result.runId);
    const next = await newSession();
    // Weights of another seed: where they were drawn anew, they would not be the same.
    await next.kept.use(result.runId, async (network) => {
      const recipe = { ...network.result.recipe, seed: 77 };
      await next.kept.keep({
        record: {
          ...(await next.kept.record(result.runId)),
          result: { ...network.result, runId: 'other', recipe },
        },
        network,
      });
    });
    expect(await taken(next, result.runId)).toEqual(expected);
    expect((await taken(next, 'other'))['weights.bin']).toEqual(expected['weights.bin']);
  });

  it('is kept once for all runs that need it, as long as one does', async () => {
    const session = await newSession();
    const store = session.platform.openStore('runs');
    const sharedKeys = async (): Promise<string[]> =>
      ((await store?.list('backbone/')) ?? []).map(({ key }) => key);
    const first = await train(session, await shortRecipe());
    const once = await sharedKeys();
    expect(once.length).toBeGreaterThan(100);
    // Fewer layers open: it needs more of the same backbone, and what is there is not written again.
    const recipe = await tinyRecipe({ phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }] });
    const second = await train(session, recipe);
    const both = await sharedKeys();
    expect(both.length).toBeGreaterThan(once.length);
    expect(both).toEqual(expect.arrayContaining(once));
    const expected = await taken(session, first.result.runId);
    await session.kept.change({ runId: second.result.runId, do: 'discard' });
    expect(await sharedKeys()).toEqual(once);
    expect(await taken(await newSession(), first.result.runId)).toEqual(expected);
    await session.kept.change({ runId: first.result.runId, do: 'discard' });
    expect(await sharedKeys()).toEqual([]);
  });
});

describe('two tabs', () => {
  it('that name, note and star one at once both have their way; what one deletes does not come back', async () => {
    const [session, other] = [await newSession(), await newSession()];
    const { result } = await train(session, await shortRecipe());
    const { runId } = result;
    await Promise.all([
      session.kept.change({ runId, do: 'rename', name: 'mine' }),
      other.kept.change({ runId, do: 'note', note: 'yours' }),
      other.kept.change({ runId, do: 'star', isStarred: true }),
    ]);
    const [line] = (await (await newSession()).kept.list()).runs;
    expect(line).toMatchObject({ name: 'mine', note: 'yours', isStarred: true });
    await other.kept.change({ runId, do: 'discard' });
    await session.kept.change({ runId, do: 'rename', name: 'late' });
    expect((await session.kept.list()).runs).toEqual([]);
    expect(await session.platform.openStore('runs')?.list()).toEqual([]);
  });

  it('leave what one of them deleted to be restored until that one is closed', async () => {
    const session = await newSession();
    const { result } = await train(session, await shortRecipe());
    const { runId } = result;
    await session.kept.change({ runId, do: 'delete' });
    expect((await (await newSession()).kept.list()).runs).toMatchObject([{ runId, isDeleted: true }]);
    await session.kept.change({ runId, do: 'restore' });
    expect((await (await newSession()).kept.list()).runs).toMatchObject([{ runId, isDeleted: false }]);
    await session.kept.change({ runId, do: 'delete' });
    await session.close();
    expect((await (await newSession()).kept.list()).runs).toEqual([]);
  });

  it('that keep a run and delete another of the same backbone leave the kept one whole', async () => {
    const [session, other] = [await newSession(), await newSession()];
    const first = await train(session, await shortRecipe());
    const [second] = await Promise.all([
      train(other, await shortRecipe({ seed: 42, head: { dropout: 0.4, hidden: [] } })),
      session.kept.change({ runId: first.result.runId, do: 'discard' }),
    ]);
    await session.kept.change({ runId: first.result.runId, do: 'discard' });
    const expected = await taken(other, second.result.runId);
    expect(await taken(await newSession(), second.result.runId)).toEqual(expected);
  });
});

it('that finds no room in the middle of being written is in the tab, and nothing of it is left behind', async () => {
  const session = await newSession();
  const store = session.platform.openStore('runs');
  const { result: first } = await train(session, await shortRecipe());
  const before = await store?.list();
  // Node's disk is not filled for this: a folder stands where one of its files would be moved to.
  const blocked = join(dataFolder, 'runs', `${encodeURIComponent('other/record')}+bytes`);
  await mkdir(blocked);
  const record = await session.kept.record(first.runId);
  const trouble = await session.kept.use(first.runId, (network) =>
    session.kept.keep({ record: { ...record, result: { ...record.result, runId: 'other' } }, network }),
  );
  expect(trouble?.message).toMatch(/^The run could not be stored: /);
  await rm(blocked, { recursive: true });
  const { runs } = await session.kept.list();
  expect(runs).toMatchObject(
    [
      { runId: first.runId, isStored: true },
      { runId: 'other', isStored: false },
    ].reverse(),
  );
  expect((await store?.list('other/about'))?.length).toBe(0);
  expect(await store?.list(`${first.runId}/`)).toEqual(
    before?.filter(({ key }) => key.startsWith(first.runId)),
  );
  expect(await taken(session, 'other')).toBeDefined();
});
