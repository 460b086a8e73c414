/** The steps of a learning-rate range test: those that a run of the phase would take, save for their rates. */
import * as tf from '@tensorflow/tfjs';
import type { RatePoint, RunEvent } from '../protocol/events.ts';
import { CacheFill, viewOf, type FillPart } from './cache-fill.ts';
import { stepsPerEpoch, type EpochInputs } from './epoch.ts';
import { Optimizer } from './optimizer.ts';
import { updateRuleOf } from './optimizers/registry.ts';
import { rateOf, RateCurve, SWEEP } from './rate-finder.ts';
import { TrainingSteps } from './step.ts';

/** How often losses are read back and told at most. */
const READ_MS = 100;

/**
 * Tries the rates out one by one, until the loss diverges or the run is stopped. The parameters are left as the last
 * step has them: they are of no use to anyone.
 *
 * @throws DOMException `AbortError` when cancelled
 */
export async function* sweepRates(inputs: EpochInputs): AsyncGenerator<RunEvent, readonly RatePoint[]> {
  const sweep = new Sweep(inputs);
  const steps = stepsPerEpoch(inputs);
  // Like epochs of a run, but only the pictures that steps are left for.
  const parts = Array.from({ length: Math.ceil(SWEEP.steps / steps) }, (_, index): FillPart => {
    const rows = sweep.rowsOf(index + 1).subarray(0, (SWEEP.steps - index * steps) * inputs.recipe.batchSize);
    return { rows, view: viewOf(inputs, index + 1) };
  });
  const fill = new CacheFill(inputs, parts);
  try {
    for (let step = 0; step < SWEEP.steps && !sweep.isOver; step++) {
      const epoch = Math.floor(step / steps) + 1;
      const part = step % steps === 0 ? parts[epoch - 1] : undefined;
      if (part !== undefined) yield* fill.fill(part);
      await inputs.control.checkpoint();
      if (inputs.control.isStopping) break;
      await sweep.step(step, epoch);
      if (sweep.isDue) yield* sweep.read();
    }
    yield* sweep.read();
    return sweep.points;
  } finally {
    sweep.dispose();
  }
}

/** Owns the optimizer and the losses that are not yet read. */
class Sweep {
  readonly #inputs: EpochInputs;
  readonly #optimizer: Optimizer;
  readonly #steps: TrainingSteps;
  readonly #curve = new RateCurve();
  #rows: { readonly epoch: number; readonly order: Uint32Array } | null = null;
  /** Steps since the last reading: their sums, and for how many pictures. */
  #unread: { readonly sums: tf.Tensor1D; readonly pictures: number }[] = [];
  #readAtMs = performance.now();

  constructor(inputs: EpochInputs) {
    const { phase, phaseIndex } = inputs;
    this.#inputs = inputs;
    this.#optimizer = new Optimizer({
      rule: updateRuleOf(phase, phaseIndex),
      learningRate: SWEEP.lowest,
      gradientClip: phase.gradientClip,
    });
    this.#steps = new TrainingSteps({ ...inputs, optimizer: this.#optimizer });
  }

  get points(): readonly RatePoint[] {
    return this.#curve.points;
  }

  get isOver(): boolean {
    return this.#curve.isOver;
  }

  get isDue(): boolean {
    return performance.now() - this.#readAtMs >= READ_MS;
  }

  /** Training pictures in the order in which an epoch, from 1, of a run takes them. */
  rowsOf(epoch: number): Uint32Array {
    if (this.#rows?.epoch !== epoch) {
      const { train, orderOf } = this.#inputs;
      this.#rows = { epoch, order: orderOf(epoch, train.length).map((place) => train[place] ?? 0) };
    }
    return this.#rows.order;
  }

  async step(step: number, epoch: number): Promise<void> {
    const { recipe, features, labelOfRow, control, phaseIndex } = this.#inputs;
    const from = (step % stepsPerEpoch(this.#inputs)) * recipe.batchSize;
    const rows = this.rowsOf(epoch).subarray(from, from + recipe.batchSize);
    const x = await features.batch(rows, viewOf(this.#inputs, epoch), control.signal);
    const labels = tf.tensor1d(
      Array.from(rows, (row) => labelOfRow[row] ?? 0),
      'int32',
    );
    this.#optimizer.learningRate = rateOf(step);
    const chance = { seed: recipe.seed, phase: phaseIndex, step };
    const sums = this.#steps.take(x, labels, chance);
    this.#unread.push({ sums, pictures: rows.length });
    tf.dispose([x, labels]);
  }

  /** Reads the losses of all steps since the last reading at once, so that the device seldom waits for it. */
  async *read(): AsyncGenerator<RunEvent> {
    if (this.#unread.length === 0) return;
    const before = this.points.length;
    const all = tf.tidy(() => tf.stack(this.#unread.map(({ sums }) => sums)));
    const values = await all.data();
    all.dispose();
    this.#unread.forEach(({ pictures }, index) => {
      this.#curve.add((values[index * 2] ?? NaN) / pictures);
    });
    this.#forgetUnread();
    this.#readAtMs = performance.now();
    const { phaseIndex } = this.#inputs;
    yield { kind: 'rates', phaseIndex, points: this.points.slice(before), steps: SWEEP.steps };
  }

  dispose(): void {
    this.#forgetUnread();
    this.#steps.dispose();
    this.#optimizer.dispose();
  }

  #forgetUnread(): void {
    tf.dispose(this.#unread.map(({ sums }) => sums));
    this.#unread = [];
  }
}
