/** Trying out learning rates on wasm: what is suggested trains, is the same twice, and costs an earlier run nothing. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../../src/engine/session.ts';
import type { RateSweep, RunEvent } from '../../../src/protocol/events.ts';
import type { Recipe, WrittenRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { RunControl } from '../../../src/training/control.ts';
import { openSession, tinyRecipe, train, weightsOf } from '../../support/session.ts';

async function findRate(
  session: Session,
  recipe: Recipe,
  phaseIndex: number,
  onEvent: (event: RunEvent, control: RunControl) => void = () => undefined,
): Promise<{ sweep: RateSweep; events: RunEvent[] }> {
  const events: RunEvent[] = [];
  const control = new RunControl();
  const emit = (event: RunEvent): void => {
    events.push(event);
    onEvent(event, control);
  };
  return { sweep: await session.findRate({ recipe, phaseIndex }, { control, emit }), events };
}

/** Faces that the starter weights know how to see: here the loss does fall. */
const starterRecipe = (changes: Partial<WrittenRecipe> = {}): Promise<Recipe> =>
  tinyRecipe({
    dataset: { source: 'sample', pictures: 200 },
    image: { size: 96, resize: 'area' },
    backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'starter' },
    ...changes,
  });

/** The recipe with another rate in one phase, without early stopping. */
function withRate(recipe: Recipe, phaseIndex: number, learningRate: number): Recipe {
  const phases = recipe.phases.map((phase, index) =>
    index === phaseIndex ? { ...phase, learningRate } : phase,
  );
  return { ...recipe, phases, earlyStopping: null };
}

/** The tiny recipe's second phase, searched once on a session that has done nothing before. */
let first: Awaited<ReturnType<typeof findRate>>;
beforeAll(async () => {
  first = await findRate(await openSession('wasm'), await tinyRecipe(), 1);
});

describe.each([
  [0, 'head'],
  [1, 'fineTune'],
] as const)('for phase %i, %s', (phaseIndex, name) => {
  it('suggests a rate of the sweep, with which that phase learns', { timeout: 180_000 }, async () => {
    const session = await openSession('wasm');
    const recipe = await starterRecipe();
    const { sweep } = await findRate(session, recipe, phaseIndex);
    expect(sweep).toMatchObject({ phase: name, phaseIndex });
    const rates = sweep.points.map(({ learningRate }) => learningRate);
    expect(rates[0]).toBeCloseTo(1e-7, 12);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
    const { suggested } = sweep;
    if (suggested === null) return expect.unreachable();
    expect(rates[0]).toBeLessThan(suggested);
    expect(rates.at(-1)).toBeGreaterThan(suggested);
    const { result } = await train(session, withRate(recipe, phaseIndex, suggested));
    const [one, two] = result.history.filter((epoch) => epoch.phaseIndex === phaseIndex);
    // Next to what the sweep found before any step changed a weight.
    const start = sweep.points.slice(0, 20).reduce((sum, { loss }) => sum + loss, 0) / 20;
    expect(two?.loss).toBeLessThan(one?.loss ?? NaN);
    expect(two?.loss).toBeLessThan(start * 0.95);
  });
});

it('gives the same numbers twice, on a session that has run and on a new one', async () => {
  const recipe = await tinyRecipe();
  const session = await openSession('wasm');
  await train(session, recipe);
  expect((await findRate(session, recipe, 1)).sweep).toEqual(first.sweep);
  expect((await findRate(session, { ...recipe, seed: 7 }, 1)).sweep).not.toEqual(first.sweep);
});

it('starts from the losses of a run’s first steps', async () => {
  // One step an epoch: the run says its loss as the epoch's.
  const recipe = await tinyRecipe({ batchSize: 64 });
  const session = await openSession('wasm');
  const sweeps = [await findRate(session, recipe, 0), await findRate(session, recipe, 1)];
  const { result } = await train(session, recipe);
  for (const { sweep } of sweeps) {
    const epoch = result.history.find(({ phaseIndex }) => phaseIndex === sweep.phaseIndex);
    expect(sweep.points[0]?.loss).toBe(epoch?.loss);
  }
});

it('tells each point once as it goes on, after the phases before', () => {
  const { sweep, events } = first;
  const told = events.flatMap((event) => (event.kind === 'rates' ? event.points : []));
  expect(told).toEqual(sweep.points);
  const kinds = events.map(({ kind }) => kind).filter((kind) => kind === 'epoch' || kind === 'rates');
  expect(kinds.slice(0, 3)).toEqual(['epoch', 'epoch', 'rates']);
  expect(kinds.length).toBeGreaterThan(3);
});

it('leaves an earlier trained network as it was, no tensor, and the next run its numbers', async () => {
  const recipe = await tinyRecipe();
  const session = await openSession('wasm');
  const { result } = await train(session, recipe);
  const before = weightsOf(session);
  const tensors = tf.memory().numTensors;
  await findRate(session, recipe, 1);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(weightsOf(session)).toEqual(before);
  expect((await session.export('tfjs', result.runId)).blob.size).toBeGreaterThan(1_000_000);
  // A sweep computes only the pictures that it needs; a run finds them and computes the rest.
  const after = await openSession('wasm');
  await findRate(after, recipe, 0);
  const again = (await train(after, recipe)).result;
  const figures = (history: readonly object[]): object[] => history.map((line) => ({ ...line, seconds: 0 }));
  expect(figures(again.history)).toEqual(figures(result.history));
});

it.each(['in a phase before', 'among the rates'])(
  'can be cancelled %s, which leaks nothing',
  async (when) => {
    const session = await openSession('wasm');
    const recipe = await tinyRecipe();
    await train(session, recipe);
    const { numTensors } = tf.memory();
    const cancelled = findRate(session, recipe, 1, (event, control) => {
      if (event.kind === (when === 'among the rates' ? 'rates' : 'step')) control.cancel();
    });
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(session.trainedNetwork().model.weights.length).toBeGreaterThan(0);
  },
);

it('suggests nothing where nothing can be learnt, and says where a phase is missing', async () => {
  const session = await openSession('wasm');
  const { sweep } = await findRate(session, await tinyRecipe(), 0);
  expect(sweep.points.length).toBeGreaterThan(50);
  expect(sweep.suggested).toBeNull();
  await expect(findRate(session, await tinyRecipe(), 2)).rejects.toMatchObject({
    code: 'recipe/no-such-phase',
  });
});
