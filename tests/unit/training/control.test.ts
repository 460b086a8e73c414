/** A run's switches, where several of its parts wait at once. */
import { expect, it } from 'vitest';
import { RunControl } from '../../../src/training/control.ts';

it('holds all that come by while paused, and lets all go on', async () => {
  const control = new RunControl();
  control.pause();
  const passed: number[] = [];
  const parts = [1, 2].map((part) => control.checkpoint().then(() => passed.push(part)));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(passed).toEqual([]);
  control.resume();
  await Promise.all(parts);
  expect(passed).toEqual([1, 2]);
});

it('lets all that wait end when it is cancelled', async () => {
  const control = new RunControl();
  control.pause();
  const parts = [1, 2].map(() => expect(control.checkpoint()).rejects.toMatchObject({ name: 'AbortError' }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  control.cancel();
  await Promise.all(parts);
});
