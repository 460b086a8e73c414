/**
 * Owns timing of two ways to compute one thing, by turns in one process: whatever else the machine does then falls on
 * both. Of each the smallest time counts, since all that can happen to a run makes it longer.
 */
import process from 'node:process';

/** Milliseconds since whenever. */
export type Clock = () => number;

/** Processor time of this process: what one thread computes takes as much of it on a machine that is busy. */
export const processorClock: Clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** For work that other threads or a device do. */
export const wallClock: Clock = () => performance.now();

/** Computes once; a promise where a device has to be waited for. */
export type Run = () => void | Promise<void>;

/**
 * Turns at least, how long the turns of all go on, and turns of each before the first that counts: one for what takes longer
 * by itself.
 */
interface Patience {
  readonly turns: number;
  readonly ms: number;
  readonly warmUp: number;
}

/** Engines and drivers compile. */
const WARM_UP = 3;

/** Few turns for trying the benchmark, enough to find the smallest time else. */
export const patienceOf = (quick: boolean): Patience =>
  quick ? { turns: 3, ms: 100, warmUp: WARM_UP } : { turns: 15, ms: 3000, warmUp: WARM_UP };

/** Of one of many rows, which are gone through more than once: so nothing that goes on for some seconds has a row to itself. */
export const patienceOfOneOfMany = (quick: boolean): Patience =>
  quick ? patienceOf(quick) : { turns: 2, ms: 500, warmUp: WARM_UP };

/** Shorter than this, a run is repeated within its turn: clocks are coarse. */
const LEAST_MS = 2;

/** Smallest seconds of each. */
export async function duel(
  runs: readonly Run[],
  patience: Patience,
  clock: Clock,
): Promise<readonly number[]> {
  const repeats: number[] = [];
  const best: number[] = [];
  for (const run of runs) {
    const begun = performance.now();
    for (let turn = 0; turn < patience.warmUp; turn++) {
      if (turn > 0 && performance.now() - begun > patience.ms) break;
      await run();
    }
    const ms = await msOf(run, 1, clock);
    repeats.push(Math.ceil(LEAST_MS / Math.max(ms, LEAST_MS / 1000)));
    best.push(ms > LEAST_MS ? ms : Infinity);
  }
  const started = performance.now();
  for (let turn = 0; turn < patience.turns || performance.now() - started < patience.ms; turn++) {
    for (const [index, run] of runs.entries()) {
      const count = repeats[index] ?? 1;
      best[index] = Math.min(best[index] ?? Infinity, (await msOf(run, count, clock)) / count);
    }
    if (performance.now() - started > 20 * patience.ms) break;
  }
  return best.map((ms) => ms / 1000);
}

async function msOf(run: Run, count: number, clock: Clock): Promise<number> {
  const start = clock();
  for (let index = 0; index < count; index++) {
    const pending = run();
    if (pending !== undefined) await pending;
  }
  return clock() - start;
}
