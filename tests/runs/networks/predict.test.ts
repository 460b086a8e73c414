/** A picture of the set that is dropped in gets the very probabilities that the run's evaluation stored, whichever way it ran. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import type { Session } from '../../../src/engine/session.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import type { WrittenRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { closeTabs, openSession, sessionOn, tinyRecipe, train } from '../../support/session.ts';
import { sampleFiles } from '../../support/sets/sample-files.ts';
import { twoFaces } from '../../support/sets/two-faces.ts';

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

it('of a face in a picture what it says of the square around it alone; of none, of the whole', async () => {
  const session = await openSession('wasm');
  // Random weights tell no two pictures apart.
  const backbone = { name: 'mobilenetv2', alpha: 0.35, weights: 'starter' } as const;
  const recipe = await tinyRecipe({ phases: [head], backbone });
  const { result } = await train(session, recipe);
  const ask = (bytes: Uint8Array<ArrayBuffer>, face?: number) =>
    session.tries.predict(
      {
        ...{ runId: result.runId, picture: { kind: 'file', file: new Blob([bytes]) }, wantsMaps: false },
        ...(face !== undefined && { face }),
      },
      signal,
    );
  const png = await twoFaces();
  const whole = await ask(png);
  expect(whole.faces).toBe(null);
  const tensors = tf.memory().numTensors;
  const said = [];
  for (const index of [0, 1]) {
    const answer = await ask(png, index);
    const { faces } = answer;
    if (faces?.shown == null) throw new TypeError('a face was found');
    expect([faces.faces.length, faces.shown.index, faces.width, faces.height]).toEqual([2, index, 640, 320]);
    const { x, y, width, height } = faces.shown.square;
    // The large one lies on the left, the small one on the right; squares are squares.
    expect(x + width / 2 < 0.5).toBe(index === 0);
    expect(width * 640).toBeCloseTo(height * 320, 6);
    const cut = await sharp(png)
      .extract({
        ...{ left: Math.round(x * 640), top: Math.round(y * 320) },
        ...{ width: Math.round(width * 640), height: Math.round(height * 320) },
      })
      .png()
      .toBuffer();
    expect(answer.probabilities).toEqual((await ask(Uint8Array.from(cut))).probabilities);
    expect(answer.probabilities).not.toEqual(whole.probabilities);
    said.push(answer.probabilities);
  }
  expect(said[0]).not.toEqual(said[1]);
  // A frame of a camera is looked through alike.
  const { data } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const frame = { kind: 'frame', width: 640, height: 320, rgba: Uint8ClampedArray.from(data) } as const;
  const asked = { runId: result.runId, picture: frame, wantsMaps: false, face: 0 };
  expect((await session.tries.predict(asked, signal)).probabilities).toEqual(said[0]);
  // It was trained on pictures as they are stored: one that wants to be turned is not, which is said.
  const lying = Uint8Array.from(await sharp(png).jpeg().withMetadata({ orientation: 6 }).toBuffer());
  const upright = Uint8Array.from(await sharp(png).jpeg().toBuffer());
  const [laid, stood] = [await ask(lying), await ask(upright)];
  expect(laid.notes.map(({ code }) => code)).toEqual(['data/picture-not-turned']);
  expect(stood.notes).toEqual([]);
  expect(laid.probabilities).toEqual(stood.probabilities);
  const grey = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#777' } })
    .png()
    .toBuffer();
  const none = await ask(Uint8Array.from(grey), 0);
  expect(none.faces).toMatchObject({ faces: [], shown: null });
  expect(none.notes.map(({ code }) => code)).toEqual(['data/no-face']);
  expect(none.probabilities).toEqual((await ask(Uint8Array.from(grey))).probabilities);
  // The detector stays as long as its device, and goes with it.
  const { numTensors } = tf.memory();
  await session.close();
  expect(tf.memory().numTensors).toBeLessThan(Math.min(numTensors, tensors));
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
