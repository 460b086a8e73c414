/** Which stage of a test run begins when. */
import { expect, it } from 'vitest';
import { inPlaces, type Scheduled } from '../../tools/test/schedule.ts';

/** Carries stages out, each ended by hand, and tells which are under way. */
function carryingOut(stages: readonly Scheduled[], places: number) {
  const ends = new Map<string, () => void>();
  const all = inPlaces(stages, places, ({ name }) => new Promise<void>((resolve) => ends.set(name, resolve)));
  return {
    all,
    running: (): string[] => [...ends.keys()],
    end: async (name: string): Promise<void> => {
      ends.get(name)?.();
      ends.delete(name);
      // What begins in its place does so in the turns that follow.
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    },
  };
}

const stage = (name: string, places = 1, ...after: string[]): Scheduled => ({ name, places, after });

it('begins as many as there are places, in their order', async () => {
  const run = carryingOut([stage('a'), stage('b', 2), stage('c'), stage('d')], 3);
  expect(run.running()).toEqual(['a', 'b']);
  await run.end('b');
  expect(run.running()).toEqual(['a', 'c', 'd']);
  for (const name of ['a', 'c', 'd']) await run.end(name);
  await run.all;
});

it('keeps room for one that takes more than is free, so that it gets its turn', async () => {
  const run = carryingOut([stage('a'), stage('b'), stage('wide', 2), stage('c')], 2);
  await run.end('a');
  expect(run.running()).toEqual(['b']);
  await run.end('b');
  expect(run.running()).toEqual(['wide']);
  await run.end('wide');
  expect(run.running()).toEqual(['c']);
  await run.end('c');
  await run.all;
});

it('lets others pass by one that waits for a stage, and waits for no stage that is not on the list', async () => {
  const run = carryingOut([stage('set-up'), stage('needy', 1, 'set-up', 'elsewhere'), stage('a')], 2);
  expect(run.running()).toEqual(['set-up', 'a']);
  await run.end('set-up');
  expect(run.running()).toEqual(['a', 'needy']);
  for (const name of ['a', 'needy']) await run.end(name);
  await run.all;
});

it('carries out alone what takes all places', async () => {
  const run = carryingOut([stage('a'), stage('alone', Infinity)], 3);
  expect(run.running()).toEqual(['a']);
  await run.end('a');
  expect(run.running()).toEqual(['alone']);
  await run.end('alone');
  await run.all;
});
