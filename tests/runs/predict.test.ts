/** A picture of the set that is dropped in gets the very probabilities that the run's evaluation stored, whichever way it ran. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { Session } from '../../src/engine/session.ts';
import type { RunResult } from '../../src/protocol/events.ts';
import type { WrittenRecipe } from '../../src/protocol/recipe/recipe.ts';
import { closeTabs, openSession, sessionOn, tinyRecipe, train } from '../support/session.ts';
import { sampleFiles } from '../support/sample-files.ts';

const { signal } = new AbortController();

let dataFolder = '';
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'mien-predict-'));
});
afterEach(async () => {
  await closeTabs();
  await rm(dataFolder, { recursive: true });
});

/** What the session says of the test pictures' own files, and what the run's evaluation said. */
async function bothOf(
  session: Session,
  { runId, test }: RunResult,
  files: readonly Uint8Array<ArrayBuffer>[],
  count: number,
): Promise<{ said: number[]; stored: number[] }> {
  if (test === null) throw new TypeError('the run was tested');
  const said: number[] = [];
  for (const row of test.rows.subarray(0, count)) {
    const [facts] = session.set.describePictures([row]);
    const picture = { kind: 'file', file: new Blob([files[facts?.sourceRow ?? -1] ?? '']) } as const;
    const { probabilities } = await session.tries.predict({ runId, picture, wantsMaps: false }, signal);
    said.push(...probabilities);
  }
  return { said, stored: [...test.probabilities.subarray(0, said.length)] };
}

const head = { name: 'head', epochs: 1, learningRate: 0.001 } as const;
const ways: readonly (readonly [string, WrittenRecipe['phases'], Partial<WrittenRecipe>])[] = [
  ['the head alone', [head], {}],
  ['open layers that normalise by the batch', [head, open('batch', 12)], {}],
  ['open layers, on halves', [head, open('inference', 12)], { cache: 'float16' }],
  [
    'all layers',
    [open('inference', 'all')],
    { backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'random' } },
  ],
];

function open(batchNorm: 'batch' | 'inference', unfreeze: number | 'all') {
  return { name: 'fineTune', epochs: 1, learningRate: 0.001, unfreeze, batchNorm } as const;
}

describe('on wasm', () => {
  it.each(ways)('the same bits: %s', async (_what, phases, changes) => {
    const session = await sessionOn(dataFolder);
    const recipe = await tinyRecipe({ phases, ...changes });
    const { result } = await train(session, recipe);
    const files = await sampleFiles(80);
    const { said, stored } = await bothOf(session, result, files, 16);
    expect(said).toHaveLength(16 * 8);
    expect(said).toEqual(stored);
  });

  it('the same bits of a stored network in another tab, and nothing is left on the device or in the stores', async () => {
    const session = await sessionOn(dataFolder);
    const recipe = await tinyRecipe({ phases: [head, open('batch', 12)] });
    const { result } = await train(session, recipe);
    const other = await sessionOn(dataFolder);
    await other.set.open(recipe, { signal, emit: () => undefined });
    const about = await other.tries.open(result.runId);
    expect(about).toMatchObject({ labels: result.test?.labels, setHash: result.setHash });
    expect(about.sureness?.confidences).toHaveLength(16);
    const kept = async () => (await other.platform.openStore('runs')?.list())?.map(({ key }) => key).sort();
    const files = await sampleFiles(80);
    const keptBefore = await kept();
    // The first picture folds weights together, for all that follow.
    await bothOf(other, result, files, 1);
    const before = { tensors: tf.memory().numTensors, kept: keptBefore };
    const { said, stored } = await bothOf(other, result, files, 4);
    expect(said).toEqual(stored);
    expect({ tensors: tf.memory().numTensors, kept: await kept() }).toEqual(before);
    // Row by row of the open set, and as it was seen, it says the same.
    const [row = 0] = result.test?.rows ?? [];
    const ofRow = await other.tries.predict(
      { runId: result.runId, picture: { kind: 'row', row }, wantsMaps: true },
      signal,
    );
    expect([...ofRow.probabilities]).toEqual(stored.slice(0, 8));
    const again = await other.tries.predict(
      { runId: result.runId, picture: { kind: 'seen', rgba: ofRow.seen.rgba }, wantsMaps: false },
      signal,
    );
    expect(again.probabilities).toEqual(ofRow.probabilities);
  });
});

it('of pictures of the set by their rows, the same bits, and the features that the head makes them of', async () => {
  const session = await openSession('wasm');
  const recipe = await tinyRecipe({ phases: [head, open('inference', 12)] });
  const { result } = await train(session, recipe);
  const { runId, test } = result;
  const rows = Array.from(test?.rows ?? []);
  const asked = { runId, rows, wantsFeatures: true };
  const { probabilities, features } = await session.tries.askRows(asked, signal);
  expect([...probabilities]).toEqual([...(test?.probabilities ?? [])]);
  const { model } = session.trainedNetwork();
  const channels = (features?.length ?? 0) / rows.length;
  const said = tf.tidy(() => {
    const pooled = tf.tensor2d(features ?? [], [rows.length, channels]);
    return (model.getLayer('dense').apply(pooled) as tf.Tensor).dataSync();
  });
  // The head is linear up to softmax; its layer may have that in it or not.
  const shares =
    model.getLayer('dense').getConfig()['activation'] === 'softmax' ? [...said] : softmax(said, 8);
  expect(shares).toHaveLength(16 * 8);
  for (const [at, share] of shares.entries()) expect(share).toBeCloseTo(probabilities[at] ?? NaN, 5);
  // Without them there are none, and whoever gives up is heard before anything is computed.
  expect((await session.tries.askRows({ ...asked, wantsFeatures: false }, signal)).features).toBe(null);
  await expect(session.tries.askRows(asked, AbortSignal.abort())).rejects.toMatchObject({
    name: 'AbortError',
  });
  // A set that is open at another size has none of the pictures that it was trained on.
  await session.set.open(
    { ...recipe, image: { ...recipe.image, size: 48 } },
    { signal, emit: () => undefined },
  );
  await expect(session.tries.askRows(asked, signal)).rejects.toMatchObject({ code: 'data/other-size' });
});

function softmax(logits: ArrayLike<number>, classes: number): number[] {
  const powers = Array.from(logits, Math.exp);
  return powers.map((power, at) => {
    const start = at - (at % classes);
    return power / powers.slice(start, start + classes).reduce((sum, one) => sum + one);
  });
}

it('the same bits on cpu', async () => {
  const session = await openSession('cpu');
  const recipe = await tinyRecipe({ dataset: { source: 'sample', pictures: 60 }, phases: [head] });
  const { result } = await train(session, recipe);
  const { said, stored } = await bothOf(session, result, await sampleFiles(80), 2);
  expect(said).toHaveLength(2 * 8);
  expect(said).toEqual(stored);
});
