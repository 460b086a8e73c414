/** What is heard of a fast run: nothing is lost or out of order, and the page is not drawn for each step. */
import { expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { Dispatcher } from '../../../src/store/dispatcher.ts';
import { recordOf, type StudioState } from '../../../src/store/state.ts';
import { readyState, recipe } from './samples.ts';

const epoch = { phaseIndex: 0, phase: 'head', epoch: 1 } as never;

it('takes steps and epochs in together, and all that waits before anything else', () => {
  const store = createStore<StudioState>(() => readyState);
  let drawn = 0;
  store.subscribe(() => (drawn += 1));
  const { dispatch } = new Dispatcher(store);
  dispatch({ kind: 'trainAsked', recipe, atMs: 0 });
  expect(drawn).toBe(1);
  for (let at = 1; at <= 50; at++)
    dispatch({ kind: 'run', event: { kind: 'epoch', record: epoch, isBest: false }, atMs: at });
  expect(drawn).toBe(1);
  dispatch({ kind: 'controlAsked', action: 'stop' });
  expect(drawn).toBe(2);
  expect(recordOf(store.getState().run)?.history).toHaveLength(50);
});
