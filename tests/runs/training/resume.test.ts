/** A run that is broken off and goes on from its last checkpoint ends as if it had not been, to the bit (wasm). */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runsLeft } from '../../../src/engine/checkpoints/resumable.ts';
import type { Session } from '../../../src/engine/session.ts';
import type { RunEvent, RunResult } from '../../../src/protocol/events.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import {
  closeTabs,
  openSession,
  runsOf,
  sessionOn,
  tinyRecipe,
  train,
  weightsOf,
} from '../../support/session.ts';

let dataFolder = '';
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'mien-resume-'));
});
afterEach(async () => {
  await closeTabs();
  await rm(dataFolder, { recursive: true });
});

const newSession = (): Promise<Session> => sessionOn(dataFolder);

/** Everything that must be equal: figures, answers to the test pictures, and each weight. */
const outcome = (session: Session, { history, test }: RunResult): unknown => ({
  history: history.map((record) => ({ ...record, seconds: 0 })),
  probabilities: test?.probabilities,
  weights: weightsOf(session),
});

/** What everything that a checkpoint holds depends on, in one recipe. */
async function longRecipe(): Promise<Recipe> {
  return tinyRecipe({
    augmentation: { horizontalFlip: true, rotationDegrees: 10, views: 'fresh' },
    phases: [
      { name: 'head', epochs: 3, learningRate: 0.003, schedule: { name: 'plateau', patience: 1 } },
      {
        name: 'fineTune',
        epochs: 4,
        learningRate: 0.001,
        unfreeze: 12,
        batchNorm: 'batch',
        optimizer: { name: 'adamw' },
        schedule: { name: 'cosine', warmUpEpochs: 1 },
      },
    ],
    earlyStopping: { monitor: 'valLoss', patience: 2, restoreBest: true },
    classWeights: 'balanced',
  });
}

/** Trains until `isEnough`, as a tab that is closed then. */
async function breakOff(recipe: Recipe, isEnough: (event: RunEvent) => boolean): Promise<void> {
  const broken = train(await newSession(), recipe, (event, control) => {
    if (isEnough(event)) control.cancel();
  });
  await expect(broken).rejects.toMatchObject({ name: 'AbortError' });
}

async function goOn(recipe: Recipe): Promise<{ session: Session; result: RunResult; events: RunEvent[] }> {
  const session = await newSession();
  const [run] = await runsOf(session);
  const { result, events } = await train(session, recipe, () => undefined, run?.runId);
  return { session, result, events };
}

/** What a run leaves that is not broken off. */
let unbroken: unknown;
beforeAll(async () => {
  const session = await openSession('wasm');
  const { result } = await train(session, await longRecipe());
  expect(result.history).toHaveLength(7);
  unbroken = outcome(session, result);
});

const inEpoch =
  (phaseIndex: number, epoch: number) =>
  (event: RunEvent): boolean =>
    event.kind === 'step' && event.phaseIndex === phaseIndex && event.epoch === epoch;

describe('a run that goes on', () => {
  it.each([
    [0, 2],
    [1, 1],
    [1, 3],
  ])('after being broken off in phase %i, epoch %i, ends as if it had not been', async (phase, epoch) => {
    const recipe = await longRecipe();
    await breakOff(recipe, inEpoch(phase, epoch));
    const { session, result, events } = await goOn(recipe);
    expect(outcome(session, result)).toEqual(unbroken);
    // It has not begun anew: of the epochs before, none was trained again.
    const trained = events.filter((event) => event.kind === 'epoch').length;
    expect(trained).toBeLessThan(7);
    expect(await runsOf(session)).toEqual([]);
  });

  it('reads the newest checkpoint that is whole: a torn one does not count', async () => {
    const recipe = await longRecipe();
    await breakOff(recipe, inEpoch(1, 3));
    const folder = join(dataFolder, 'checkpoints');
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.includes('state'));
    const last = join(folder, names.sort().at(-1) ?? '');
    await writeFile(last, (await readFile(last)).subarray(0, -1000));
    const { session, result } = await goOn(recipe);
    expect(outcome(session, result)).toEqual(unbroken);
  });

  it('can be ended at once, with what its best epoch learnt', async () => {
    const recipe = await longRecipe();
    await breakOff(recipe, inEpoch(1, 2));
    const session = await newSession();
    const [run] = await runsOf(session);
    expect(run).toMatchObject({ phase: 'fineTune', epoch: 1, keptEpoch: 1, failure: null, recipe });
    const stop = (event: RunEvent, control: { stop(): void }): void => {
      if (event.kind === 'device') control.stop();
    };
    const { result } = await train(session, recipe, stop, run?.runId);
    expect(result.history.map(({ phaseIndex }) => phaseIndex)).toEqual([0, 0, 0, 1]);
    expect(result.test).not.toBeNull();
  });

  it('refuses another recipe and other labels, and leaves no tensor', async () => {
    const recipe = await longRecipe();
    await breakOff(recipe, inEpoch(0, 2));
    const session = await newSession();
    const [run] = await runsOf(session);
    const before = tf.memory().numTensors;
    const other = train(session, { ...recipe, seed: 3 }, () => undefined, run?.runId);
    await expect(other).rejects.toMatchObject({ code: 'recipe/other-run' });
    expect(tf.memory().numTensors).toBe(before);
    expect(await runsLeft(session.platform, run?.runId)).toEqual([]);
    const gone = train(session, recipe, () => undefined, run?.runId);
    await expect(gone).rejects.toMatchObject({ code: 'train/no-checkpoint' });
  });
});

describe('storage that fails', () => {
  it('is said once in one line, and the run goes on', async () => {
    // A file where the folder should be.
    await writeFile(join(dataFolder, 'checkpoints'), '');
    const { result, events } = await train(await newSession(), await tinyRecipe());
    const notices = events.filter((event) => event.kind === 'notice');
    expect(notices).toHaveLength(1);
    expect(notices[0]?.notice.message).toMatch(/^Checkpoints cannot be kept: /);
    expect(result.history).toHaveLength(4);
  });
});
