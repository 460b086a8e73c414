/** What is kept of the frozen part changes no run's numbers, in one run nor in the next of a session (wasm). */
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { asRun } from '../../../src/engine/catalog.ts';
import { kernelsInUse } from '../../../src/engine/device/kernels.ts';
import { buildNetwork } from '../../../src/engine/network/network.ts';
import { RunControl } from '../../../src/training/control.ts';
import { runRecipe } from '../../../src/engine/run/run.ts';
import { SessionCaches } from '../../../src/frozen/session-caches.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import type { RunEvent, RunResult } from '../../../src/protocol/events.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { newDisk } from '../../support/networks/frozen.ts';
import { openSession, tinyRecipe, train } from '../../support/session.ts';

/** Weights that see: what random ones make of pictures is next to nothing. */
const seeingRecipe = (cache: Recipe['cache'] = 'float32'): Promise<Recipe> =>
  tinyRecipe({
    cache,
    backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'starter' },
    phases: [
      { name: 'head', epochs: 1, learningRate: 0.001 },
      { name: 'fineTune', epochs: 1, learningRate: 0.0003, unfreeze: 12, batchNorm: 'inference' },
    ],
  });

/** History without its times, and the answers to the test pictures. */
const figures = ({ history, test }: RunResult): unknown => ({
  history: history.map((line) => ({ ...line, seconds: 0 })),
  answers: test?.probabilities,
});

/** One run, whose caches are those. */
async function runWith(asked: Recipe, caches: SessionCaches): Promise<{ result: RunResult; said: string[] }> {
  const recipe = asRun(asked);
  const session = await openSession('wasm');
  const platform = createPlatform();
  const dataset = await openDataset(recipe, platform, { onProgress: () => undefined });
  const network = await buildNetwork(recipe, dataset.summary.labels.length, platform, {
    signal: new AbortController().signal,
    files: undefined,
    onProgress: () => undefined,
  });
  const { device } = session;
  if (device === null) throw new TypeError('A session has a device');
  const inputs = {
    recipe,
    dataset,
    network,
    device,
    simd: 'plain',
    kernels: kernelsInUse(),
    halves: false,
    gpuKernels: null,
    control: new RunControl(),
    caches,
  } as const;
  const events = runRecipe({ ...inputs, checkpoints: null, secondsByStage: {} });
  const said: string[] = [];
  let next = await events.next();
  while (next.done !== true) {
    if (next.value.kind === 'notice') said.push(next.value.notice.message);
    next = await events.next();
  }
  await caches.clear();
  network.model.dispose();
  return { result: next.value.result, said };
}

describe.each(['float32', 'float16'] as const)('a run that takes the frozen part as %s', (cache) => {
  it('has the same numbers in memory, on disk and computed anew, and records which it were', async () => {
    const recipe = await seeingRecipe(cache);
    const { disk, store } = await newDisk();
    const inMemory = await runWith(recipe, new SessionCaches(createPlatform(), 2 ** 30));
    const onDisk = await runWith(recipe, new SessionCaches(disk, 0));
    const anew = await runWith(recipe, new SessionCaches(createPlatform(), 0));
    expect(inMemory.said).toEqual([]);
    expect(onDisk.said).toEqual([]);
    expect(await store.list('')).toEqual([]);
    expect(anew.said).toHaveLength(2);
    expect(figures(onDisk.result)).toEqual(figures(inMemory.result));
    expect(figures(anew.result)).toEqual(figures(inMemory.result));
    for (const { result } of [inMemory, onDisk, anew]) expect(result.cachePrecision).toBe(cache);
  });
});

describe('the next run of a session', () => {
  const fills = (events: readonly RunEvent[]): number =>
    events.filter((event) => event.kind === 'progress' && event.stage === 'cache').length;

  it('computes the frozen part again only when what is before the cut changed', async () => {
    const session = await openSession('wasm');
    const recipe = await seeingRecipe();
    const first = await train(session, recipe);
    expect(fills(first.events)).toBeGreaterThan(0);
    const again = await train(session, { ...recipe, head: { ...recipe.head, dropout: 0.3 } });
    expect(fills(again.events)).toBe(0);
    const turned = { ...recipe, augmentation: { ...recipe.augmentation, rotationDegrees: 20 } };
    expect(fills((await train(session, turned)).events)).toBeGreaterThan(0);
    const halves = await train(session, { ...recipe, cache: 'float16' });
    expect(fills(halves.events)).toBeGreaterThan(0);
    expect(halves.result.test?.probabilities).not.toEqual(first.result.test?.probabilities);
    const back = await train(session, recipe);
    expect(figures(back.result)).toEqual(figures(first.result));
  });

  it.each(['float32', 'float16'] as const)(
    'has the numbers that it has as the first, though the one before cut the network elsewhere: %s',
    async (cache) => {
      // Between a convolution and its BatchNorm, which are one where nothing is cut.
      const recipe = await seeingRecipe(cache);
      const [head, fineTune] = recipe.phases;
      const cutThere = {
        ...recipe,
        phases: [head!, { ...fineTune!, unfreeze: 10 } as Recipe['phases'][number]],
      };
      const headAlone = { ...recipe, phases: [head!] };
      const session = await openSession('wasm');
      await train(session, cutThere);
      const next = await train(session, headAlone);
      const first = await train(await openSession('wasm'), headAlone);
      expect(figures(next.result)).toEqual(figures(first.result));
    },
  );
});
