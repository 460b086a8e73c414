/** Which kernels computed a run is noted with it; one that goes on by others says so, and records both (wasm, cpu). */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { CheckpointHead } from '../../../src/engine/checkpoints/checkpoint.ts';
import type { StoredHead } from '../../../src/engine/checkpoints/stored-checkpoints.ts';
import { reportOf } from '../../../src/engine/kept/reports.ts';
import { pack, unpack } from '../../../src/lib/bytes/pack.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { isAbort } from '../../../src/protocol/errors.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { computedText } from '../../../src/protocol/runs/computed.ts';
import { closeTabs, runsOf, sessionOn, tinyRecipe, train } from '../../support/session.ts';

let recipe: Recipe;
let folder = '';
const brokenOff = (): string => join(folder, 'broken off');
/** Breaks a run off in its second epoch. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-kernels-'));
  recipe = await tinyRecipe({ phases: [{ name: 'head', epochs: 2, learningRate: 0.001 }] });
  const cancelled = train(await sessionOn(brokenOff()), recipe, (event, control) => {
    if (event.kind === 'step' && event.epoch === 2) control.cancel();
  });
  await expect(cancelled).rejects.toSatisfy(isAbort);
  await closeTabs();
});
afterEach(closeTabs);
afterAll(() => rm(folder, { recursive: true }));

/** Goes on with the run in another tab, after what its checkpoint notes was changed. */
async function goneOn(backend: 'wasm' | 'cpu', change: (head: CheckpointHead) => CheckpointHead) {
  const dataFolder = await mkdtemp(join(folder, 'tab-'));
  await cp(brokenOff(), dataFolder, { recursive: true });
  const store = createPlatform({ dataFolder }).openStore('checkpoints');
  for (const { key } of (await store?.list()) ?? []) {
    if (!key.includes('/head/')) continue;
    const [bytes = new Uint8Array()] = (await store?.getMany([key])) ?? [];
    const stored = unpack(bytes) as StoredHead;
    await store?.setMany([[key, pack({ ...stored, head: change(stored.head) })]]);
  }
  const session = await sessionOn(dataFolder);
  await session.chooseDevice(backend);
  const [left] = await runsOf(session);
  const { result, events } = await train(session, recipe, undefined, left?.runId);
  const said = events.flatMap((event) => (event.kind === 'notice' ? [event.notice.code] : []));
  const report = await (await reportOf(session.kept, { runId: result.runId })).blob.text();
  return { kernels: result.kernels ?? [], said, on: computedText(result), report };
}

it('by the same, nothing is said', async () => {
  const { kernels, said, on, report } = await goneOn('wasm', (head) => head);
  expect(on).toBe('wasm · one thread');
  expect(report).toMatch(/On wasm · one thread, in [^;.]*\./u);
  expect(kernels).toEqual([expect.stringMatching(/^Mien [\d.]+, tfjs [\d.]+, wasm \w+-\w+-\w+$/u)]);
  expect(said).toEqual([]);
});

it.each([
  ['other kernels', 'wasm', 'Mien 0.0.1, tfjs 4.22.0, wasm 1-2-3'],
  ['a version that noted none', 'wasm', null],
  ['another version', 'cpu', 'Mien 0.0.1, tfjs 4.22.0'],
] as const)('begun by %s on %s, it says that last digits may differ', async (_which, backend, before) => {
  const { kernels, said, report } = await goneOn(backend, ({ kernels: _kernels, ...head }) => ({
    ...{ ...head, backend },
    ...(before !== null && { kernels: [before] }),
  }));
  expect(said).toEqual(['train/other-kernels']);
  expect(report).toMatch(/On [^;]*, then [^;]*; its last digits may differ from those of a run in one go\./u);
  const own = backend === 'wasm' ? /^Mien .*, wasm / : /^Mien [^,]*, tfjs [^,]*$/u;
  expect(kernels).toEqual([before ?? 'of an earlier version', expect.stringMatching(own)]);
});

it('begun on another device, the record and its report have both', async () => {
  const { on, said, report } = await goneOn('cpu', ({ computedOn: _computedOn, ...head }) => ({
    ...{ ...head, backend: 'wasm', simd: ['relaxed'] },
  }));
  expect(said).toEqual(['train/other-arithmetic']);
  expect(on).toBe('wasm with relaxed SIMD, then cpu · plain JavaScript');
  expect(report).toContain(`On ${on}, in `);
});
