/** What the tab says of a run, and of a queue of them. */
import { expect, it } from 'vitest';
import { reduce } from '../../../src/store/reduce/reduce.ts';
import type { StudioState } from '../../../src/store/state.ts';
import { tabText } from '../../../src/ui/transport/bar-text.ts';
import { phaseEvent, readyState, recipe, result, running } from '../store/samples.ts';

const finished = reduce(running([phaseEvent]), { kind: 'trained', result });

it('names the run of the queue in the tab, and no end between two of them', () => {
  const run = (name: string) => ({ name, values: {}, recipe });
  const studies = [
    {
      ...{ id: 's', addedAtMs: 0, base: recipe, runs: [run('one'), run('two')] },
      study: { name: 'Seeds', base: {}, vary: {} },
      outcomes: {
        one: {
          runId: 'r',
          frozenPictures: 0,
          epochs: 1,
          valLoss: 1,
          valAccuracy: 0.5,
          test: null,
          seconds: 9,
          failure: null,
        },
      },
    },
  ];
  const queue = {
    studies,
    doing: 'running',
    current: { id: 's', name: 'two' },
    failure: null,
  } as unknown as StudioState['queue'];
  const between = { ...finished, queue };
  expect(tabText(between)).toBe('Run 2 of 2');
  expect(tabText({ ...running([phaseEvent]), queue })).toBe('Run 2 of 2: head 1 of 12');
  expect(tabText({ ...between, queue: { ...queue, doing: 'nothing' } })).toBe('Finished');
  expect(tabText(readyState)).toBeNull();
});
