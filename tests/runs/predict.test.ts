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
    const { sourceRow } = session.set.describePicture(row);
    const picture = { kind: 'file', file: new Blob([files[sourceRow ?? -1] ?? '']) } as const;
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

it('the same bits on cpu', async () => {
  const session = await openSession('cpu');
  const recipe = await tinyRecipe({ dataset: { source: 'sample', pictures: 60 }, phases: [head] });
  const { result } = await train(session, recipe);
  const { said, stored } = await bothOf(session, result, await sampleFiles(80), 2);
  expect(said).toHaveLength(2 * 8);
  expect(said).toEqual(stored);
});
