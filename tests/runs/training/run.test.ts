/** A whole run on wasm: what it says, what it leaves, that it can be repeated, paused, stopped and leaks nothing. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Session } from '../../../src/engine/session.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import type { RunEvent } from '../../../src/protocol/events.ts';
import { parseRecipe, type Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { wasmInNode } from '../../../tools/train/backends.ts';
import { shows } from '../../support/shows.ts';
import { brokenOff, closeTabs, openSession, sessionOn, tinyRecipe, train } from '../../support/session.ts';

/** History without its times. */
function figures(history: readonly object[]): object[] {
  return history.map((line) => ({ ...line, seconds: 0 }));
}

function kinds(events: readonly RunEvent[]): string[] {
  return events.map(({ kind }) => kind);
}

/** The tiny recipe as it is, carried out once. */
let plain: Awaited<ReturnType<typeof train>>;
beforeAll(async () => {
  plain = await train(await openSession('wasm'), await tinyRecipe());
});

describe('a run', () => {
  it('says its phases, epochs and figures in order and ends with the test pictures', () => {
    const { result, events } = plain;
    const main = events.filter(({ kind }) => ['phase', 'epoch', 'phaseEnd', 'test'].includes(kind));
    expect(kinds(main)).toEqual([
      'phase',
      'epoch',
      'epoch',
      'phaseEnd',
      'phase',
      'epoch',
      'epoch',
      'phaseEnd',
      'test',
    ]);
    expect(result.history.map(({ phase, epoch }) => [phase, epoch])).toEqual([
      ['head', 1],
      ['head', 2],
      ['fineTune', 1],
      ['fineTune', 2],
    ]);
    const { test } = result;
    expect(test?.confusionMatrix.flat().reduce((sum, count) => sum + count)).toBe(test?.rows.length);
    expect(result.stopped).toBe(false);
    shows('device wasm carries out runs');
  });

  it('ends without a test where the split keeps no pictures for one', async () => {
    const split = { train: 0.8, validation: 0.2, test: 0, seed: 42 };
    const { result, events } = await train(await openSession('wasm'), await tinyRecipe({ split }));
    expect(result.test).toBeNull();
    expect(kinds(events)).not.toContain('test');
    expect(result.history).toHaveLength(4);
  });

  it.each([
    { train: 0.8, validation: 0, test: 0.2, seed: 42 },
    { train: 1, validation: 0, test: 0, seed: 42 },
  ])('keeps the last epoch where the split keeps no pictures for validation: %j', async (split) => {
    const recipe = await tinyRecipe({ split, earlyStopping: null });
    const session = await openSession('wasm');
    const { result, events } = await train(session, recipe);
    expect(result.history).toHaveLength(4);
    expect(result.history.every((line) => line.valLoss === null && line.valAccuracy === null)).toBe(true);
    expect(events.some((event) => event.kind === 'epoch' && event.isBest)).toBe(false);
    const ends = events.filter((event) => event.kind === 'phaseEnd');
    expect(ends).toMatchObject([
      { bestEpoch: null, keptEpoch: 2, evaluation: null, stoppedEarly: false },
      { bestEpoch: null, keptEpoch: 2, evaluation: null, stoppedEarly: false },
    ]);
    expect(result.sureness).toBeNull();
    expect(result.test === null).toBe(split.test === 0);
    // What cannot be done without is refused before anything is opened.
    const stopping = { ...recipe, earlyStopping: { monitor: 'valLoss', restoreBest: true } };
    expect(() => parseRecipe(stopping)).toThrow(/earlyStopping: goes by validation pictures/);
  });

  it('goes on after a break where the split keeps no pictures for validation', async () => {
    const split = { train: 0.8, validation: 0, test: 0.2, seed: 42 };
    const recipe = await tinyRecipe({ split, earlyStopping: null });
    const { left, result } = await brokenOff(recipe);
    expect(left?.keptEpoch).toBe(left?.epoch);
    const whole = await train(await openSession('wasm'), recipe);
    expect(figures(result.history)).toEqual(figures(whole.result.history));
    expect(result.test?.probabilities).toEqual(whole.result.test?.probabilities);
  });

  it('gives the same history twice on one device, to the bit', async () => {
    const again = await train(await openSession('wasm'), await tinyRecipe());
    expect(figures(again.result.history)).toEqual(figures(plain.result.history));
    expect(again.result.test?.probabilities).toEqual(plain.result.test?.probabilities);
  });

  it('trains on pictures while others are still prepared, where the set is known at another size', async () => {
    const recipe = await tinyRecipe({ dataset: { source: 'sample', pictures: 60 } });
    const at48: Recipe = { ...recipe, image: { ...recipe.image, size: 48 } };
    const real = createPlatform({ dataFolder: await mkdtemp(join(tmpdir(), 'mien-run-')) });
    let asked = 0;
    let holds: Promise<unknown> = Promise.resolve();
    const decodePicture: Platform['decodePicture'] = async (encoded) => {
      asked += 1;
      // The last ones of the second opening.
      if (asked > 118) await holds;
      return real.decodePicture(encoded);
    };
    const session = new Session({ ...real, decodePicture }, wasmInNode(1));
    await session.chooseDevice('wasm');
    await train(session, recipe);
    expect(asked).toBe(60);
    let release = (): void => undefined;
    holds = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { result } = await train(session, at48, (event) => {
      if (event.kind === 'progress' && event.stage === 'cache') release();
    });
    expect(asked).toBe(120);
    const anew = await train(await openSession('wasm'), at48);
    expect(figures(result.history)).toEqual(figures(anew.result.history));
  });

  it('goes on to the same figures when its prepared pictures are deleted', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'mien-run-'));
    const recipe = await tinyRecipe();
    const signal = new AbortController().signal;
    await (await sessionOn(dataFolder)).set.open(recipe, { signal, emit: () => undefined });
    await closeTabs();
    const { result, events } = await train(await sessionOn(dataFolder), recipe, (event) => {
      if (event.kind === 'dataset') rmSync(join(dataFolder, 'pictures'), { recursive: true });
    });
    const notices = events.flatMap((event) => (event.kind === 'notice' ? [event.notice.code] : []));
    expect(notices).toEqual(['storage/pictures-gone']);
    expect(figures(result.history)).toEqual(figures(plain.result.history));
    await closeTabs();
  });

  it('gives another history with another seed', async () => {
    const other = await train(await openSession('wasm'), await tinyRecipe({ seed: 7 }));
    expect(figures(other.result.history)).not.toEqual(figures(plain.result.history));
  });

  it('takes 0 layers to all of them', async () => {
    const head = { name: 'head', epochs: 1, learningRate: 0.001 } as const;
    const losses = async (unfreeze: number | 'all'): Promise<number[]> => {
      const phases = [head, { ...head, name: 'fineTune', unfreeze } as const];
      const { result } = await train(await openSession('wasm'), await tinyRecipe({ phases }));
      return result.history.map(({ valLoss }) => valLoss ?? NaN);
    };
    const [none, whole, all] = [await losses(0), await losses(154), await losses('all')];
    expect(whole).toEqual(all);
    expect(none[0]).toBe(all[0]);
    expect(none[1]).not.toBe(all[1]);
  });

  it('says what drop-connect costs, where fit would run it', async () => {
    const run = async (batchNorm: 'inference' | 'batch'): Promise<string[]> => {
      const recipe = await tinyRecipe({
        backbone: { name: 'efficientnetb0', weights: 'random' },
        phases: [{ name: 'fineTune', epochs: 1, learningRate: 0.001, unfreeze: 4, batchNorm }],
      });
      const { result, events } = await train(await openSession('wasm'), recipe);
      expect(result.recipe.backbone['dropConnect']).toBe(batchNorm === 'batch' ? 0.2 : 0);
      return events.flatMap((event) => (event.kind === 'notice' ? [event.notice.message] : []));
    };
    expect(await run('inference')).toEqual([]);
    expect(await run('batch')).toEqual([
      expect.stringMatching(/^From block2b_drop on .* of the frozen work/u),
    ]);
  });

  it('leaves no tensor but the trained network’s', async () => {
    const session = await openSession('wasm');
    const recipe = await tinyRecipe();
    const before = tf.memory().numTensors;
    await train(session, recipe);
    const after = tf.memory();
    expect(after.numTensors - before).toBe(session.trainedNetwork().model.weights.length);
    await train(session, recipe);
    expect(tf.memory()).toMatchObject({ numTensors: after.numTensors, numBytes: after.numBytes });
  });
});

describe('pause, resume and stop', () => {
  it('change nothing in the figures of a run that is paused and resumed, nor in its times', async () => {
    const recipe = await tinyRecipe();
    let pausedMs = 0;
    const onEvent: Parameters<typeof train>[2] = (event, control) => {
      if (event.kind === 'step' && event.step === event.steps) control.pause();
      if (event.kind !== 'state' || event.state !== 'paused') return;
      // An hour goes by.
      pausedMs += 3_600_000;
      control.resume();
    };
    const now = (): number => performance.now() + pausedMs;
    const { result, events } = await train(await openSession('wasm'), recipe, onEvent, undefined, now);
    expect(pausedMs).toBeGreaterThan(0);
    expect(figures(result.history)).toEqual(figures(plain.result.history));
    const stepMs = events.flatMap((event) => (event.kind === 'step' ? [event.stepMs] : []));
    const seconds = [...result.history.map((line) => line.seconds), ...Object.values(result.secondsByStage)];
    expect(Math.max(...seconds, ...stepMs.map((ms) => ms / 1000))).toBeLessThan(600);
  });

  it('do no step while paused', async () => {
    let stepsWhilePaused = 0;
    let isPaused = false;
    await train(await openSession('wasm'), await tinyRecipe(), (event, control) => {
      if (event.kind === 'step' && isPaused) stepsWhilePaused += 1;
      if (event.kind === 'epoch' && event.record.epoch === 1) control.pause();
      if (event.kind !== 'state') return;
      isPaused = event.state === 'paused';
      if (isPaused)
        setTimeout(() => {
          control.resume();
        }, 50);
    });
    expect(stepsWhilePaused).toBe(0);
  });

  it('keep the best epoch and test it when stopped in the middle of the next', async () => {
    const session = await openSession('wasm');
    const { result } = await train(session, await tinyRecipe(), (event, control) => {
      if (event.kind === 'step' && event.phaseIndex === 1 && event.epoch === 2) control.stop();
    });
    expect(result.stopped).toBe(true);
    expect(result.history.map(({ phase }) => phase)).toEqual(['head', 'head', 'fineTune']);
    expect(result.test).not.toBeNull();
  });

  it('leave nothing to export when stopped before the first epoch ended', async () => {
    const session = await openSession('wasm');
    const { result } = await train(session, await tinyRecipe(), (event, control) => {
      if (event.kind === 'phase') control.stop();
    });
    expect(result.history).toEqual([]);
    expect(result.test).toBeNull();
  });

  it('end with AbortError when cancelled, and leak nothing', async () => {
    const session = await openSession('wasm');
    const before = tf.memory().numTensors;
    const cancelled = train(session, await tinyRecipe(), (event, control) => {
      if (event.kind === 'step') control.cancel();
    });
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
  });
});

describe('a learning rate that is far too high', () => {
  it('stops the run with train/not-finite and names the rate', async () => {
    const recipe = await tinyRecipe({
      backbone: { name: 'efficientnetb2', weights: 'random' },
      phases: [{ name: 'fineTune', epochs: 3, learningRate: 10, unfreeze: 30, batchNorm: 'inference' }],
    });
    await expect(train(await openSession('wasm'), recipe)).rejects.toMatchObject({
      code: 'train/not-finite',
    });
  });
});
