/**
 * The learning-rate range test: one step after another with an ever higher rate, to see at which the loss falls and at
 * which it climbs again. Pure: rates, the moving mean, when to end, what to suggest. The steps are in `rate-sweep.ts`.
 *
 * @see Smith 2017, "Cyclical learning rates for training neural networks", section 3.3
 */
import type { RatePoint } from '../protocol/events.ts';

/** Rates go up by one factor from step to step, as fastai's and PyTorch Lightning's finders have it. */
export const SWEEP = { lowest: 1e-7, highest: 10, steps: 100 } as const;

/** Share of the mean before in the moving mean: it looks back over about ten steps. */
const SMOOTHING = 0.9;
/** A smoothed loss so many times the lowest ends the sweep, as in fastai and PyTorch Lightning. */
const DIVERGED = 4;
/** Rates below this change next to nothing: losses differ there as batches do. */
const TOO_LOW = 1e-5;
/** Share of the loss by which it must fall to count: an untrained network's hardly differs from batch to batch. */
const LEAST_FALL = 0.01;

/** The rate of a step, counted from 0. */
export function rateOf(step: number): number {
  const { lowest, highest, steps } = SWEEP;
  return lowest * (highest / lowest) ** (step / (steps - 1));
}

/** A sweep's points as they come. */
export class RateCurve {
  readonly #points: RatePoint[] = [];
  #mean = 0;
  #lowest = Infinity;
  #isOver = false;

  get points(): readonly RatePoint[] {
    return this.#points;
  }

  /** Whether the loss has grown out of bounds: more points say nothing more. */
  get isOver(): boolean {
    return this.#isOver || this.#points.length === SWEEP.steps;
  }

  /** Takes the next step's loss; one that is not a number ends the sweep and is no point. */
  add(loss: number): void {
    if (this.isOver) return;
    const step = this.#points.length;
    this.#mean = SMOOTHING * this.#mean + (1 - SMOOTHING) * loss;
    // The mean begins at zero; this takes the zero out again, as Adam does with its own.
    const smoothedLoss = this.#mean / (1 - SMOOTHING ** (step + 1));
    if (!Number.isFinite(smoothedLoss)) {
      this.#isOver = true;
      return;
    }
    this.#points.push({ learningRate: rateOf(step), loss, smoothedLoss });
    this.#lowest = Math.min(this.#lowest, smoothedLoss);
    this.#isOver = smoothedLoss > DIVERGED * this.#lowest;
  }
}

/**
 * A tenth of the rate at which the smoothed loss is lowest, to two digits: fast, and well before steps grow too long.
 * Null unless the loss falls by more than its batches differ where rates change nothing, and by more than a trifle.
 *
 * @see fastai, `fastai.callback.schedule.minimum`
 */
export function suggestRate(points: readonly RatePoint[]): number | null {
  const quiet = points.filter(({ learningRate }) => learningRate < TOO_LOW).map(({ loss }) => loss);
  const [first, ...others] = points.slice(quiet.length);
  if (first === undefined) return null;
  const lowest = others.reduce((low, point) => (point.smoothedLoss < low.smoothedLoss ? point : low), first);
  const { mean, deviation } = spreadOf(quiet);
  const fall = mean - lowest.smoothedLoss;
  if (!(fall > deviation && fall > LEAST_FALL * mean)) return null;
  return Number((lowest.learningRate / 10).toPrecision(2));
}

function spreadOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}
