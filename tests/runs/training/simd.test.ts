/**
 * Which SIMD wasm computes a run with: as its recipe says, as it began, and said where it is not (wasm, cpu); and what is said
 * where a recipe asks for what only WebGPU has.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { reportOf } from '../../../src/engine/kept/reports.ts';
import type { Session } from '../../../src/engine/session.ts';
import { isAbort } from '../../../src/protocol/errors.ts';
import type { RunEvent, RunResult } from '../../../src/protocol/events.ts';
import type { Recipe, Simd } from '../../../src/protocol/recipe/recipe.ts';
import { hasRelaxedSimd } from '../../../src/protocol/simd.ts';
import { offerRelaxedSimd } from '../../../tools/train/backends.ts';
import {
  closeTabs,
  openSession,
  runsOf,
  sessionOn,
  tinyRecipe,
  train,
  weightsOf,
} from '../../support/session.ts';

/** Weights that see, so that what is rounded otherwise is not lost in next to nothing. */
const recipeWith = (simd: Simd): Promise<Recipe> =>
  tinyRecipe({
    simd,
    backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'starter' },
    phases: [
      { name: 'head', epochs: 1, learningRate: 0.001 },
      { name: 'fineTune', epochs: 2, learningRate: 0.0003, unfreeze: 12, batchNorm: 'inference' },
    ],
  });

const outcome = (session: Session, { history, test }: RunResult): unknown => ({
  history: history.map((record) => ({ ...record, seconds: 0 })),
  probabilities: test?.probabilities,
  weights: weightsOf(session),
});

/** What a convolution makes of fixed numbers by the kernels in use, bit by bit. */
const computed = (): number[] =>
  tf.tidy(() => {
    const x = tf.sin<tf.Tensor4D>(tf.range(0, 8 * 8 * 64).reshape([1, 8, 8, 64]));
    const filter = tf.cos<tf.Tensor4D>(tf.range(0, 64 * 16).reshape([1, 1, 64, 16]));
    const attrs = { kind: 'conv', strides: 1, pad: 'same', activation: 'linear' };
    return [...tf.engine().runKernel<tf.Tensor>('MienLinear', { x, filter }, attrs).dataSync()];
  });

/** Codes of what is said of a run, without what is said of its training. */
const saidIn = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'notice' ? [event.notice.code] : []));

/** An engine without relaxed SIMD, as browsers without it are. Only where a flag takes it away: Node 20. */
function takeRelaxedSimdAway({ skip }: TestContext): void {
  setFlagsFromString('--no-experimental-wasm-relaxed-simd');
  if (hasRelaxedSimd()) skip('This Node has relaxed SIMD for good.');
}

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-simd-'));
});
afterEach(async () => {
  offerRelaxedSimd();
  await closeTabs();
  await rm(folder, { recursive: true });
});

/** Trains in a tab of its own until the first epoch of its second phase is over. @param between what happens before that */
async function breakOff(recipe: Recipe, between: () => void = () => undefined): Promise<void> {
  const session = await sessionOn(folder);
  between();
  const run = train(session, recipe, (event, control) => {
    if (event.kind === 'step' && event.phaseIndex === 1 && event.epoch === 2) control.cancel();
  });
  await expect(run).rejects.toSatisfy(isAbort);
  await closeTabs();
}

/** Goes on with the run that was broken off, in another tab. @param between what happens before it does */
async function goOn(recipe: Recipe, between: () => void = () => undefined) {
  const session = await sessionOn(folder);
  const [left] = await runsOf(session);
  between();
  return { session, ...(await train(session, recipe, undefined, left?.runId)) };
}

describe('a run with relaxed SIMD', () => {
  it('is recorded as one, and changes no run before or after it', async () => {
    const [plain, relaxed] = [await recipeWith('plain'), await recipeWith('relaxed')];
    /** Of runs in a session of their own, one after another. */
    const runs = async (recipes: readonly Recipe[]) => {
      const session = await openSession('wasm');
      const ended = [];
      for (const recipe of recipes) {
        const { result, events } = await train(session, recipe);
        const report = await (await reportOf(session.kept, { runId: result.runId })).blob.text();
        ended.push({ result, events, report, figures: outcome(session, result), computed: computed() });
      }
      await session.close();
      return ended;
    };
    const [first, second] = await runs([plain, relaxed]);
    const [again, after] = await runs([relaxed, plain]);
    // Whatever is computed beside runs has plain SIMD.
    expect(again?.computed).toEqual(first?.computed);
    expect(after?.figures).toEqual(first?.figures);
    expect(again?.figures).toEqual(second?.figures);
    expect(second?.events).toContainEqual(expect.objectContaining({ kind: 'device', simd: 'relaxed' }));
    expect(saidIn(second?.events ?? [])).toEqual([]);
    expect([first, second, after].map((run) => run?.result.simd)).toEqual([
      ['plain'],
      ['relaxed'],
      ['plain'],
    ]);
    expect(second?.report).toContain('On wasm · one thread with relaxed SIMD, in ');
    expect(first?.report).toContain('On wasm · one thread, in ');
    // As close as roundings are, though on most machines not the same.
    const losses = (run: typeof first): number[] => run?.result.history.map(({ loss }) => loss) ?? [];
    losses(second).forEach((loss, at) => expect(loss).toBeCloseTo(losses(first)[at] ?? NaN, 3));
  });

  it('ends as if it had not been broken off', async () => {
    const recipe = await recipeWith('relaxed');
    const whole = await openSession('wasm');
    const expected = outcome(whole, (await train(whole, recipe)).result);
    await breakOff(recipe);
    const { session, result, events } = await goOn(recipe);
    expect(outcome(session, result)).toEqual(expected);
    expect(result.simd).toEqual(['relaxed']);
    expect(saidIn(events)).toEqual([]);
  });

  it('goes on with plain SIMD where there is no other, says that last digits may differ, and records both', async (context) => {
    const recipe = await recipeWith('relaxed');
    await breakOff(recipe);
    const { result, events } = await goOn(recipe, () => takeRelaxedSimdAway(context));
    expect(saidIn(events)).toEqual(['gpu/no-relaxed-simd', 'train/other-arithmetic']);
    expect(result.simd).toEqual(['relaxed', 'plain']);
  });
});

it('a run that asks for what only WebGPU has says so: activations as halves, ways of a run, their measuring', async () => {
  const session = await openSession('wasm');
  const phases: Recipe['phases'] = (await recipeWith('plain')).phases.slice(0, 1);
  const run = async (asks: Partial<Recipe>) => {
    const recipe = { ...(await recipeWith('plain')), phases, ...asks };
    const { result, events } = await train(session, recipe);
    const hints = events.flatMap((event) => (event.kind === 'notice' ? [event.notice.hint] : []));
    // Node has no WebGPU of its own: no hint sends anybody to where it is not.
    expect(hints.join(' ')).not.toContain('Choose WebGPU');
    return { said: saidIn(events), kernels: result.kernels, figures: outcome(session, result) };
  };
  const plain = await run({});
  expect(plain.said).toEqual([]);
  expect(await run({ gpuActivations: 'float16' })).toEqual({ ...plain, said: ['gpu/halves-unused'] });
  const ways = { on: 'a GPU', ways: { 'forward, 1x1, small': 'direct 4x8' } };
  expect(await run({ gpuKernels: ways })).toEqual({ ...plain, said: ['gpu/ways-unused'] });
  expect(await run({ gpuKernels: 'measured' })).toEqual({ ...plain, said: ['gpu/measuring-unused'] });
  expect(await run({ gpuKernels: 'table' })).toEqual(plain);
  await session.close();
});

describe('a run that asks for relaxed SIMD', () => {
  it('is one with plain SIMD where there is no other, says so, and keeps to it', async (context) => {
    const recipe = await recipeWith('relaxed');
    const session = await openSession('wasm');
    const plain = outcome(session, (await train(session, await recipeWith('plain'))).result);
    takeRelaxedSimdAway(context);
    const { result, events } = await train(session, recipe);
    expect(outcome(session, result)).toEqual(plain);
    expect(result.simd).toEqual(['plain']);
    expect(saidIn(events)).toEqual(['gpu/no-relaxed-simd']);
    await session.close();
    await breakOff(recipe, () => takeRelaxedSimdAway(context));
    const later = await goOn(recipe);
    expect(outcome(later.session, later.result)).toEqual(plain);
    expect(saidIn(later.events)).toEqual(['gpu/simd-as-begun']);
  });

  it('says on cpu that only wasm has it', async () => {
    const session = await openSession('cpu');
    const phases: Recipe['phases'] = (await recipeWith('relaxed')).phases.slice(0, 1);
    const { result, events } = await train(session, { ...(await recipeWith('relaxed')), phases });
    expect(saidIn(events)).toEqual(['gpu/simd-unused']);
    expect(result.simd).toEqual([]);
    await session.close();
  });
});
