/** Which epoch's network a phase ends with: the last whole one, or the best where the recipe puts that back. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunEvent } from '../../../src/protocol/events.ts';
import type { Recipe, WrittenRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { openSession, runsOf, sessionOn, tinyRecipe, train } from '../../support/session.ts';

const EPOCHS = 4;

/** A head that gets worse from its first epoch on. */
const worsening = (earlyStopping: NonNullable<WrittenRecipe['earlyStopping']> | null): Promise<Recipe> =>
  tinyRecipe({ phases: [{ name: 'head', epochs: EPOCHS, learningRate: 0.5 }], earlyStopping });

const inEpoch =
  (epoch: number) =>
  (event: RunEvent): boolean =>
    event.kind === 'step' && event.epoch === epoch;

/** The epoch that a run kept, and whether the phase ended with its network: its validation loss is that epoch's. */
async function keptBy(
  run: ReturnType<typeof train>,
): Promise<{ epochs: number; keptEpoch: number | undefined; endedWith: number }> {
  const { result, events } = await run;
  const [end] = events.filter((event) => event.kind === 'phaseEnd');
  const endedWith = result.history.findIndex(({ valLoss }) => valLoss === end?.evaluation?.loss) + 1;
  return { epochs: result.history.length, keptEpoch: end?.keptEpoch, endedWith };
}

it.each([
  [null, EPOCHS, EPOCHS],
  [{ restoreBest: true }, EPOCHS, 1],
  [{ patience: 2, restoreBest: true }, 3, 1],
  [{ patience: 2, restoreBest: false }, 3, 3],
] as const)('early stopping %j trains %#: as Keras with this callback', async (settings, epochs, kept) => {
  const run = train(await openSession('wasm'), await worsening(settings));
  expect(await keptBy(run)).toEqual({ epochs, keptEpoch: kept, endedWith: kept });
});

it.each([
  [null, 2],
  [{ restoreBest: true }, 1],
] as const)(
  'a run with early stopping %j that is stopped within epoch 3 keeps epoch %i',
  async (settings, kept) => {
    const run = train(await openSession('wasm'), await worsening(settings), (event, control) => {
      if (inEpoch(3)(event)) control.stop();
    });
    expect(await keptBy(run)).toEqual({ epochs: 2, keptEpoch: kept, endedWith: kept });
  },
);

it('a run that was broken off and is ended keeps the last whole epoch where nothing is put back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mien-kept-'));
  const recipe = await worsening(null);
  const broken = train(await sessionOn(folder), recipe, (event, control) => {
    if (inEpoch(3)(event)) control.cancel();
  });
  await expect(broken).rejects.toMatchObject({ name: 'AbortError' });
  const session = await sessionOn(folder);
  const [left] = await runsOf(session);
  // The last of them may not have been written yet when the run was broken off.
  expect(left?.keptEpoch).toBe(left?.epoch);
  const ended = train(
    session,
    recipe,
    (event, control) => {
      if (event.kind === 'device') control.stop();
    },
    left?.runId,
  );
  const { epoch = 0 } = left ?? {};
  expect(epoch).toBeGreaterThan(0);
  expect(await keptBy(ended)).toEqual({ epochs: epoch, keptEpoch: epoch, endedWith: epoch });
});
