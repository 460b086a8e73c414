/** Nobody's runs or shots vanish by an update: what a build wrote before stores had versions is all there, and goes on. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteStored, listStored, saveKeptSet } from '../../../src/engine/set/stored.ts';
import { invariant } from '../../../src/protocol/errors.ts';
import { closeTabs, exportedFiles, runsOf, sessionOn, tinyRecipe, train } from '../../support/session.ts';
import { BEFORE, KEPT_BEFORE, writeStoreBefore } from '../../support/stored-before.ts';

let dataFolder = '';
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'mien-versions-'));
});
afterEach(async () => {
  await closeTabs();
  await rm(dataFolder, { recursive: true });
});

describe('a store from before there were versions', () => {
  beforeEach(() => writeStoreBefore(dataFolder));

  it('still has its run, which goes on from its first epoch, and its network stays', async () => {
    const session = await sessionOn(dataFolder);
    const [run, ...others] = await runsOf(session);
    expect(others).toEqual([]);
    expect(run).toMatchObject({ runId: BEFORE.runId, phase: 'head', epoch: 1, failure: null });
    invariant(run, 'there is a run');
    const { result, events } = await train(session, run.recipe, () => undefined, run.runId);
    expect(events.map(({ kind }) => kind)).toContain('resumed');
    expect(result.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(await runsOf(session)).toEqual([]);
    expect((await session.kept.list()).runs).toMatchObject([{ runId: run.runId }]);
  });

  it('still has its shots, as they were taken', async () => {
    const session = await sessionOn(dataFolder);
    const { sets } = await listStored(session.platform);
    expect(sets).toMatchObject([{ label: BEFORE.set, source: 'Camera', pictures: BEFORE.shots }]);
    const signal = new AbortController().signal;
    const { blob } = await saveKeptSet(session.platform, BEFORE.set, signal);
    const rows = await parquetReadObjects({ file: await blob.arrayBuffer() });
    expect(rows).toHaveLength(BEFORE.shots);
    expect(rows[0]).toMatchObject({ image: { path: 'frown/0.jpg' } });
    const recipe = await tinyRecipe({ dataset: { source: 'stored', set: BEFORE.set } });
    const summary = await session.set.open(recipe, { signal, emit: () => undefined });
    expect(summary.labels).toEqual(['frown', 'smile']);
  });

  it('still has its download, which needs no server and can be deleted', async () => {
    const { platform } = await sessionOn(dataFolder);
    const { url, storedBytes } = BEFORE.download;
    expect((await listStored(platform)).downloads).toMatchObject([{ url, storedBytes }]);
    const source = await platform.openRemote(url, { label: 'weights' });
    expect(new TextDecoder().decode(await source.slice(0, 23))).toBe('what a server once sent');
    expect((await deleteStored(platform, { url })).downloads).toEqual([]);
  });
});

it('a store from before runs were kept whole still has its network, and what was kept of its run', async () => {
  await writeStoreBefore(dataFolder, 'before-kept-runs');
  const session = await sessionOn(dataFolder);
  const { runId, accuracy } = KEPT_BEFORE;
  expect((await session.kept.list()).runs).toMatchObject([
    { runId, name: '', isStarred: false, testHash: null, test: { accuracy, interval: null } },
  ]);
  const record = await session.kept.record(runId);
  expect(record).toMatchObject({ ended: [], dataset: null, result: { test: { accuracy } } });
  expect(record.result.history.map(({ phase, epoch }) => `${phase} ${epoch.toString()}`)).toEqual([
    ...['head 1', 'head 2', 'fineTune 1'],
  ]);
  // The weights that it did not change are drawn anew.
  expect(Object.keys(await exportedFiles(session, 'tfjs', runId))).toContain('model.json');
  await session.kept.change({ runId, do: 'rename', name: 'my first' });
  expect((await session.kept.list()).runs).toMatchObject([{ runId, name: 'my first' }]);
  await session.kept.change({ runId, do: 'discard' });
  expect(await session.platform.openStore('runs')?.list()).toEqual([]);
});

describe('a store of a later version', () => {
  it('is left as it is, and is named', async () => {
    await writeStoreBefore(dataFolder);
    const session = await sessionOn(dataFolder);
    const recipe = await tinyRecipe({ phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }] });
    // The first write says which version it is of.
    await train(session, recipe);
    const versions = session.platform.openStore('versions');
    expect((await versions?.list())?.map(({ key }) => key)).toContain('runs');
    const later = new TextEncoder().encode('1000');
    await versions?.setMany(['checkpoints', 'runs', 'sets'].map((name) => [name, later]));

    const next = await sessionOn(dataFolder);
    const refusal = { code: 'storage/later-version' };
    await expect(runsOf(next)).rejects.toMatchObject(refusal);
    await expect(listStored(next.platform)).rejects.toMatchObject(refusal);
    expect(await next.kept.list()).toMatchObject({ runs: [], trouble: refusal });
    const { result, events } = await train(next, recipe);
    const said = events.flatMap((event) => (event.kind === 'notice' ? [event.notice.code] : []));
    expect(said).toEqual(['storage/later-version', 'storage/later-version']);
    // Its network is in this tab.
    expect((await next.kept.list()).runs).toMatchObject([{ runId: result.runId, isStored: false }]);

    await versions?.deleteMany(['checkpoints', 'runs', 'sets']);
    const updated = await sessionOn(dataFolder);
    expect(await runsOf(updated)).toMatchObject([{ runId: BEFORE.runId }]);
    expect((await updated.kept.list()).runs).toHaveLength(1);
    expect((await listStored(updated.platform)).sets).toHaveLength(1);
  });
});
