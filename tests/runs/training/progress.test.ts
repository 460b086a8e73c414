/** How far a run says it is: the frozen part of several views is counted once through, though epochs come between them (wasm). */
import { expect, it } from 'vitest';
import type { RunEvent } from '../../../src/protocol/events.ts';
import { RunControl } from '../../../src/training/control.ts';
import { openSession, tinyRecipe, train } from '../../support/session.ts';

type Progress = Extract<RunEvent, { kind: 'progress' }>;

const isOfCache = (event: RunEvent): event is Progress =>
  event.kind === 'progress' && event.stage === 'cache';

/** What a run says of the frozen part in each of its phases. */
function fills(events: readonly RunEvent[]): Progress[][] {
  const phases: Progress[][] = [];
  for (const event of events) {
    if (event.kind === 'phase') phases.push([]);
    if (isOfCache(event)) phases.at(-1)?.push(event);
  }
  return phases;
}

/** Such as `160 views`; it must have been counted from nothing to all of them. */
function countOf(said: readonly Progress[]): string[] {
  const rises = said.every(({ done }, at) => done > (said[at - 1]?.done ?? 0));
  expect([rises, said.at(-1)?.done]).toEqual([true, said.at(-1)?.total]);
  return [...new Set(said.map(({ total, unit }) => `${String(total)} ${unit}`))];
}

it('counts all views of a phase once through, and what is kept already not at all', async () => {
  const session = await openSession('wasm');
  const recipe = await tinyRecipe({
    augmentation: { horizontalFlip: true, rotationDegrees: 10, views: 3 },
    phases: [
      { name: 'head', epochs: 4, learningRate: 0.001 },
      { name: 'fineTune', epochs: 3, learningRate: 0.0003, unfreeze: 12, batchNorm: 'inference' },
    ],
    earlyStopping: null,
  });
  // 48 training pictures in three views, and 16 of validation. On its way the first phase fills what the second needs.
  const said = fills((await train(session, recipe)).events);
  expect(said.map(countOf)).toEqual([['160 views'], []]);

  const [head, fineTune] = recipe.phases;
  const augmentation = { ...recipe.augmentation, rotationDegrees: 20 };
  const short = { ...recipe, augmentation, phases: [{ ...head!, epochs: 1 }, fineTune!] };
  const rest = fills((await train(session, short)).events);
  expect(rest.map(countOf)).toEqual([['64 pictures'], ['96 views']]);
});

it('counts what a search for a learning rate needs once through', async () => {
  const session = await openSession('wasm');
  const recipe = await tinyRecipe({ augmentation: { horizontalFlip: true, views: 4 } });
  const events: RunEvent[] = [];
  const emit = (event: RunEvent): void => {
    events.push(event);
  };
  await session.findRate({ recipe, phaseIndex: 0 }, { control: new RunControl(), emit });
  expect(countOf(events.filter(isOfCache))).toEqual(['192 views']);
});
