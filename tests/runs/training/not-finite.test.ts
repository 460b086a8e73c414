/** A run whose numbers leave the numbers: it says where and why, and the network of its best epoch is not lost (wasm). */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../../src/engine/session.ts';
import { readCheckpoint } from '../../../src/engine/checkpoints/stored-checkpoints.ts';
import { StudioError } from '../../../src/protocol/errors.ts';
import type { EpochRecord, RunEvent, RunResult } from '../../../src/protocol/events.ts';
import type { Recipe, WrittenRecipe } from '../../../src/protocol/recipe/recipe.ts';
import type { RunControl } from '../../../src/training/control.ts';
import { f32, safetensorsFile } from '../../support/networks/weight-files.ts';
import {
  closeTabs,
  leavingTheNumbers,
  openSession,
  runsOf,
  sessionOn,
  tinyRecipe,
  train,
  weightsOf,
} from '../../support/session.ts';

let dataFolder = '';
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'mien-not-finite-'));
});
afterEach(async () => {
  await closeTabs();
  await rm(dataFolder, { recursive: true });
});

const newSession = (): Promise<Session> => sessionOn(dataFolder);

/** A rate that climbs until the loss explodes, some epochs into the second phase. */
const climbing = (): Promise<Recipe> =>
  tinyRecipe({
    backbone: { name: 'efficientnetb2', weights: 'random' },
    augmentation: { views: 1 },
    phases: [
      { name: 'head', epochs: 1, learningRate: 0.001 },
      {
        name: 'fineTune',
        epochs: 8,
        learningRate: 10,
        unfreeze: 30,
        batchNorm: 'inference',
        optimizer: { name: 'sgd', momentum: 0.9 },
        schedule: { name: 'warmUp', warmUpEpochs: 6 },
      },
    ],
  });

/** Trains until it fails; gives the error and what was said before. */
async function fail(session: Session, recipe: Recipe): Promise<{ error: StudioError; events: RunEvent[] }> {
  const events: RunEvent[] = [];
  const failed = train(session, recipe, (event) => events.push(event));
  const error = await failed.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StudioError)) throw new TypeError(`The run did not fail: ${String(error)}`);
  return { error, events };
}

const epochsOf = (events: readonly RunEvent[]): EpochRecord[] =>
  events.flatMap((event) => (event.kind === 'epoch' ? [event.record] : []));

/** Answers to the test pictures and each weight. */
const outcome = (session: Session, { test }: RunResult): unknown => ({
  answers: test?.probabilities,
  weights: weightsOf(session),
});

describe('a learning rate that becomes too high', () => {
  it('stops the run with the step and the rate, and its best epoch can be kept afterwards', async () => {
    const recipe = await climbing();
    const { error, events } = await fail(await newSession(), recipe);
    const last = epochsOf(events).at(-1)?.epoch ?? 0;
    const steps = events.flatMap((event) =>
      event.kind === 'step' && event.phaseIndex === 1 && event.epoch === last + 1 ? [event.step] : [],
    );
    expect(last).toBeGreaterThan(1);
    expect(error.code).toBe('train/not-finite');
    // Epochs are so short here that not every step is read.
    const where = /phase fineTune, epoch (\d+), (?:at step |between steps (\d+) and )(\d+)\.$/.exec(
      error.message,
    );
    const lastGood = steps.at(-1) ?? 0;
    expect(Number(where?.[1])).toBe(last + 1);
    expect(Number(where?.[2] ?? lastGood + 1)).toBe(lastGood + 1);
    expect(Number(where?.[3])).toBeGreaterThan(lastGood);
    expect(error.hint).toMatch(/learning rate .*: 10 here\. Try a tenth/);

    const session = await newSession();
    const [left] = await runsOf(session);
    const best = epochsOf(events)
      .filter(({ phaseIndex }) => phaseIndex === 1)
      .reduce((one, other) => ((other.valLoss ?? NaN) < (one.valLoss ?? NaN) ? other : one));
    expect(left).toMatchObject({ phase: 'fineTune', epoch: last, keptEpoch: best.epoch, recipe });
    expect(left?.failure).toMatchObject({ code: 'train/not-finite', message: error.message });
    const atOnce = (event: RunEvent, control: RunControl): void => {
      if (event.kind === 'device') control.stop();
    };
    const { result } = await train(session, recipe, atOnce, left?.runId);
    expect(result.stopped).toBe(true);
    expect(result.history.map((record) => ({ ...record, seconds: 0 }))).toEqual(
      epochsOf(events).map((record) => ({ ...record, seconds: 0 })),
    );
    const kept = outcome(session, result);
    expect(await runsOf(session)).toEqual([]);

    // The same as one that was stopped by hand before the loss left the numbers.
    const inTime = await openSession('wasm');
    const stopped = await train(inTime, recipe, (event, control) => {
      if (event.kind === 'epoch' && event.record.phaseIndex === 1 && event.record.epoch === last)
        control.stop();
    });
    expect(kept).toEqual(outcome(inTime, stopped.result));
  });
});

it('finds weights that are no numbers though every loss is one, and lets none into a checkpoint', async () => {
  const recipe = await leavingTheNumbers();
  const session = await newSession();
  const { error, events } = await fail(session, recipe);
  const losses = events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []));
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(error.code).toBe('train/not-finite');
  expect(error.message).toMatch(/^block_\w+\/\w+ holds values that are not numbers after phase fineTune/);
  expect(error.hint).toMatch(/learning rate.*BatchNorm on its averages/);
  const [left] = await runsOf(session);
  expect(left).toMatchObject({ phase: 'head', epoch: 2 });
  const store = session.platform.openStore('checkpoints');
  const { weights, slots, best } = await readCheckpoint(store!, left?.runId ?? '');
  const values = [weights, slots, best].flatMap((arrays) => Object.values(arrays));
  expect(values.length).toBeGreaterThan(4);
  expect(values.every((array) => array.values.every(Number.isFinite))).toBe(true);
});

it('blames the weights, not the rate, when the first step already has no number', async () => {
  // VGG16 in torchvision's names, all zero but a last bias that no sum can hold.
  const widths = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512];
  let module = 0;
  let channels = 3;
  const tensors = widths.flatMap((width, at) => {
    const index = module;
    module += width === 0 ? 1 : 2;
    if (width === 0) return [];
    const bias = new Float32Array(width).fill(at === widths.length - 1 ? 3e38 : 0);
    const kernel = f32([width, channels, 3, 3], new Float32Array(width * channels * 9));
    channels = width;
    return [
      [`features.${index}.weight`, kernel],
      [`features.${index}.bias`, f32([width], bias)],
    ] as const;
  });
  const path = join(dataFolder, 'huge.safetensors');
  await writeFile(path, safetensorsFile(Object.fromEntries(tensors)));
  const recipe = await tinyRecipe({
    backbone: { name: 'vgg16', weights: { file: path } } as WrittenRecipe['backbone'],
    phases: [{ name: 'head', epochs: 2, learningRate: 0.001 }],
  });
  const { error, events } = await fail(await newSession(), recipe);
  expect(events.filter(({ kind }) => kind === 'step')).toEqual([]);
  expect(error.code).toBe('train/not-finite-at-start');
  expect(error.message).toMatch(/first step of phase head, before the phase changed anything/);
  expect(error.hint).toMatch(/lower learning rate would not help\. Take other weights/);
});
