/** A run's switches, where several of its parts wait at once, and its clock. */
import { expect, it } from 'vitest';
import { RunControl, type ControlState } from '../../../src/training/control.ts';

/** A run that is told to pause; resolves when two of its parts wait. */
async function pausedRun(now?: () => number): Promise<{ control: RunControl; parts: Promise<void>[] }> {
  let tell: (state: ControlState) => void = () => undefined;
  const isPaused = new Promise<ControlState>((resolve) => {
    tell = (state) => {
      if (state === 'paused') resolve(state);
    };
  });
  const control = new RunControl((state) => tell(state), now);
  control.pause();
  const parts = [1, 2].map(() => control.checkpoint());
  await isPaused;
  return { control, parts };
}

it('holds all that come by while paused, and lets all go on', async () => {
  const { control, parts } = await pausedRun();
  const passed: number[] = [];
  const all = parts.map((part, index) => part.then(() => passed.push(index)));
  // One that comes by later still waits: nothing is passed before it goes on.
  const another = control.checkpoint().then(() => passed.push(2));
  await new RunControl().checkpoint();
  expect(passed).toEqual([]);
  control.resume();
  await Promise.all([...all, another]);
  expect(passed).toEqual([0, 1, 2]);
});

it('lets all that wait end when it is cancelled', async () => {
  const { control, parts } = await pausedRun();
  control.cancel();
  for (const part of parts) await expect(part).rejects.toMatchObject({ name: 'AbortError' });
});

it.each(['resume', 'stop'] as const)(
  'has a clock that stands still while it is paused, until %s',
  async (action) => {
    let nowMs = 1000;
    const { control, parts } = await pausedRun(() => nowMs);
    const before = control.workedMs;
    nowMs += 60_000;
    expect(control.workedMs).toBe(before);
    control[action]();
    await Promise.all(parts);
    nowMs += 250;
    expect(control.workedMs).toBe(before + 250);
  },
);
