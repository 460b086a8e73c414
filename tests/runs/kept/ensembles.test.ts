/** Kept runs that answer together are a run: kept, listed, asked, tested and carried to another machine with their members. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeEnsemble } from '../../../src/engine/kept/ensembles.ts';
import { reportOf } from '../../../src/engine/kept/reports.ts';
import { lookIntoRuns, saveRuns, takeRuns } from '../../../src/engine/kept/run-file/run-file.ts';
import type { Session } from '../../../src/engine/session.ts';
import { combined } from '../../../src/lib/figures/ensemble.ts';
import { bytesSource } from '../../../src/platform/remote/byte-source.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import { closeTabs, sessionOn, tinyRecipe, train } from '../../support/session.ts';

const { signal } = new AbortController();
const work = { signal, emit: () => undefined };
// It sees left from right, which one with random weights hardly does.
const STARTER = { name: 'mobilenetv2', alpha: 0.35, weights: 'starter' } as const;
const MEAN = { weighing: 'mean', flip: false } as const;
let folder = '';
let session: Session;
let [one, two, stranger] = [] as unknown as [RunResult, RunResult, RunResult];
let together = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-together-'));
  session = await sessionOn(join(folder, 'here'));
  const phases = [{ name: 'head' as const, epochs: 2, learningRate: 0.02 }];
  const trained = async (changes: object): Promise<RunResult> =>
    (await train(session, await tinyRecipe({ phases, backbone: STARTER, ...changes }))).result;
  one = await trained({ seed: 1 });
  two = await trained({ seed: 2 });
  stranger = await trained({ split: { seed: 7 } });
  await session.kept.change({ runId: one.runId, do: 'rename', name: 'the first' });
  const runIds = [one.runId, two.runId];
  const { runId, trouble } = await makeEnsemble(session, { runIds, ...MEAN }, work);
  expect(trouble).toBeNull();
  together = runId;
});
afterAll(async () => {
  await closeTabs();
  await rm(folder, { recursive: true });
});

const saidOf = ({ test }: RunResult): Float32Array => test?.probabilities ?? new Float32Array();
const meanOf = (results: readonly RunResult[]): Float32Array => combined(results.map(saidOf), [0.5, 0.5]);

it('is the mean of what its members said, and listed with them', async () => {
  const { result, ensemble } = await session.kept.record(together);
  expect(result.test?.probabilities).toEqual(meanOf([one, two]));
  expect(ensemble).toMatchObject({
    ...{ weights: 'mean', flip: false },
    members: [
      { runId: one.runId, name: 'the first', weight: 0.5, testAccuracy: one.test?.accuracy },
      { runId: two.runId, name: 'mobilenetv2', weight: 0.5, testAccuracy: two.test?.accuracy },
    ],
  });
  const { runs } = await session.kept.list();
  const [line, other] = [
    runs.find(({ runId }) => runId === together),
    runs.find((run) => run.runId === one.runId),
  ];
  expect(line).toMatchObject({ ensemble, labels: other?.labels, testHash: other?.testHash });
  // It took what all of them took.
  expect(line?.seconds).toBeCloseTo(
    [one, two]
      .flatMap(({ secondsByStage }) => Object.values(secondsByStage))
      .reduce((sum, each) => sum + each, 0),
  );
  expect(await (await reportOf(session.kept, { runId: together })).blob.text()).toContain('the first');
});

it('answers pictures as its members do together, has no one place where it looked, and is tested on a set', async () => {
  await session.set.open(one.recipe, work);
  const { rows } = one.test ?? { rows: new Uint32Array() };
  const { probabilities } = await session.tries.askRows(
    { runId: together, rows: Array.from(rows), wantsFeatures: false },
    signal,
  );
  const expected = meanOf([one, two]);
  expect(Math.max(...probabilities.map((value, at) => Math.abs(value - (expected[at] ?? NaN))))).toBeLessThan(
    1e-6,
  );
  expect((await session.tries.open(together)).members).toBe(2);
  const picture = { kind: 'row', row: rows[0] ?? 0 } as const;
  await expect(
    session.tries.predict({ runId: together, picture, wantsMaps: true }, signal),
  ).rejects.toMatchObject({ code: 'export/several-networks' });
  const { evaluation, seenBefore } = await session.tries.testOnSet(
    together,
    await session.kept.record(together),
    work,
  );
  expect([evaluation.accuracy, seenBefore]).toEqual([
    (await session.kept.record(together)).result.test?.accuracy,
    64,
  ]);
  await expect(session.export('tfjs', together)).rejects.toMatchObject({ code: 'export/several-networks' });
});

it('asks the networks anew where pictures are mirrored too, and fits weights on validation pictures', async () => {
  const runIds = [one.runId, two.runId];
  const mirrored = await makeEnsemble(session, { runIds, weighing: 'mean', flip: true }, work);
  const { result } = await session.kept.record(mirrored.runId);
  expect(result.test?.probabilities).not.toEqual(meanOf([one, two]));
  const fitted = await makeEnsemble(session, { runIds, weighing: 'fitted', flip: false }, work);
  const { ensemble } = await session.kept.record(fitted.runId);
  expect(ensemble?.members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
  for (const { runId } of [mirrored, fitted]) await session.kept.change({ runId, do: 'discard' });
});

it('is refused where a member learnt what another is tested on, with how many, and of ensembles', async () => {
  const making = (other: string) => makeEnsemble(session, { runIds: [one.runId, other], ...MEAN }, work);
  const [first, second] = [await session.kept.record(one.runId), await session.kept.record(stranger.runId)];
  const learnt = new Set(first.dataset?.split.train);
  const count = second.dataset?.split.test.filter((row) => learnt.has(row)).length ?? 0;
  expect(count).toBeGreaterThan(0);
  await expect(making(stranger.runId)).rejects.toMatchObject({
    code: 'data/ensemble-leak',
    message: expect.stringContaining(`trained on ${count.toString()} test pictures`) as string,
  });
  await expect(making(together)).rejects.toMatchObject({ code: 'data/ensemble-nested' });
});

it('goes to another machine with its members, each once, and answers there', async () => {
  const { blob } = await saveRuns(session.kept, [together, one.runId]);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const files = Object.keys(unzipSync(bytes));
  expect(files.filter((path) => path.endsWith('network.bin')).sort()).toEqual(
    [one, two].map(({ runId }) => `runs/${runId}/network.bin`).sort(),
  );
  const source = bytesSource(Uint8Array.from(bytes).buffer);
  expect((await lookIntoRuns(source)).runs.map(({ runId }) => runId)).toContain(together);
  const there = await sessionOn(join(folder, 'there'));
  // Who asks for it alone gets its members with it.
  expect(await takeRuns(there, source, [together])).toEqual({ taken: 3, known: 0, set: null, trouble: null });
  expect(await there.kept.record(together)).toEqual(await session.kept.record(together));
  await there.set.open(one.recipe, work);
  const { probabilities } = await there.tries.askRows(
    { runId: together, rows: [3], wantsFeatures: false },
    signal,
  );
  expect(probabilities).toHaveLength(8);

  const { [`runs/${two.runId}/network.bin`]: _, ...cut } = unzipSync(bytes);
  const index = JSON.parse(new TextDecoder().decode(cut['runs.json'])) as { runs: { runId: string }[] };
  index.runs = index.runs.filter(({ runId }) => runId !== two.runId);
  cut['runs.json'] = new TextEncoder().encode(JSON.stringify(index));
  const lacking = bytesSource(Uint8Array.from(zipSync(cut, { level: 0 })).buffer);
  await expect(lookIntoRuns(lacking)).rejects.toMatchObject({
    code: 'data/run-file-damaged',
    message: expect.stringContaining(`run ${two.runId} is missing`) as string,
  });
});

it('keeps its members for as long as it is kept itself, whatever is deleted in another tab meanwhile', async () => {
  const discard = (runId: string) => session.kept.change({ runId, do: 'discard' });
  await expect(discard(one.runId)).rejects.toMatchObject({ code: 'storage/needed' });
  await session.kept.change({ runId: one.runId, do: 'delete' });
  await session.kept.close();
  // The next tab sweeps what was deleted, and not what is needed.
  const next = await sessionOn(join(folder, 'here'));
  expect((await next.kept.list()).runs.find(({ runId }) => runId === one.runId)).toMatchObject({
    isDeleted: true,
  });
  await next.kept.use(one.runId, (network) => {
    expect(network.result.runId).toBe(one.runId);
    return Promise.resolve();
  });
  // Made here while a tab deletes a member for good: it is whole, or it is not there.
  const runIds = [one.runId, two.runId];
  const [made, gone] = await Promise.allSettled([
    makeEnsemble(session, { runIds, ...MEAN }, work),
    next.kept.change({ runId: two.runId, do: 'discard' }),
  ]);
  expect([made.status, gone.status]).toEqual(['fulfilled', 'rejected']);
  for (const { runId, ensemble } of (await next.kept.list()).runs)
    if (ensemble !== undefined) await next.kept.change({ runId, do: 'discard' });
  await next.kept.change({ runId: one.runId, do: 'discard' });
  expect((await next.kept.list()).runs.map(({ runId }) => runId).sort()).toEqual(
    [two.runId, stranger.runId].sort(),
  );
});
