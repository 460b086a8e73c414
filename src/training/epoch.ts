/** One epoch of a phase: fills the cache, takes the steps, looks at the validation pictures. */
import * as tf from '@tensorflow/tfjs';
import { PLAIN, type FrozenFeatures } from '../frozen/frozen-features.ts';
import { oneAhead } from '../lib/in-order.ts';
import type { Parameters } from '../models/program/parameters.ts';
import type { Program } from '../models/program/program.ts';
import { invariant } from '../protocol/errors.ts';
import type { EpochRecord, RunEvent } from '../protocol/events.ts';
import type { Phase, Recipe } from '../protocol/recipe/recipe.ts';
import { viewOf, type CacheFill } from './cache-fill.ts';
import type { RunControl } from './control.ts';
import { evaluate, type EvaluateInputs, type Outcome } from './evaluate.ts';
import type { LossSettings } from './loss.ts';
import { firstNotFinite, lossNotFinite, validationNotFinite, weightsNotFinite } from './not-finite.ts';
import type { Optimizer } from './optimizer.ts';
import type { Schedule, ScheduleState } from './schedules/schedule.ts';
import { RunningSums, type Means, type TrainingSteps } from './step.ts';

/** How often step events are sent at most. */
const STEP_EVENT_MS = 100;

/** What a phase trains, on what, and how. */
export interface EpochInputs {
  readonly recipe: Recipe;
  readonly phase: Phase;
  readonly phaseIndex: number;
  readonly tail: Program;
  readonly features: FrozenFeatures;
  readonly parameters: Parameters;
  readonly labelOfRow: ArrayLike<number>;
  readonly loss: LossSettings;
  readonly classes: number;
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  /** Order of `count` pictures in an epoch, from 0. */
  readonly orderOf: (epoch: number, count: number) => Uint32Array;
  readonly control: RunControl;
  /** Resolves when the device has done what it was given. */
  readonly deviceDone: () => Promise<void>;
}

/** The schedule as it stands in one epoch. */
interface Rates {
  readonly schedule: Schedule;
  readonly state: ScheduleState;
}

/** What goes through a phase from epoch to epoch. */
export interface EpochTools {
  readonly optimizer: Optimizer;
  readonly steps: TrainingSteps;
  readonly rates: Rates;
  readonly fill: CacheFill;
}

/** Steps in an epoch; the last may have fewer pictures. */
export function stepsPerEpoch({ train, recipe }: EpochInputs): number {
  return Math.ceil(train.length / recipe.batchSize);
}

/** How validation and test pictures are looked at. */
export function evaluation(inputs: EpochInputs): EvaluateInputs {
  const { tail, parameters, features, labelOfRow, loss, control } = inputs;
  return {
    tail,
    loss,
    parameters,
    features,
    labelOfRow,
    batchSize: 64,
    signal: control.signal,
    checkpoint: () => control.checkpoint(),
  };
}

/**
 * Null when the run was stopped before the epoch ended: half an epoch is not recorded.
 *
 * @throws StudioError `train/not-finite`, `train/not-finite-at-start`
 */
export async function* runEpoch(
  inputs: EpochInputs,
  { fill, ...tools }: EpochTools,
  epoch: number,
): AsyncGenerator<RunEvent, EpochRecord | null> {
  const { phase, phaseIndex, control } = inputs;
  yield* fill.fill({ rows: inputs.train, view: viewOf(inputs, epoch) });
  yield* fill.fill({ rows: inputs.validation, view: PLAIN });
  if (control.isStopping) return null;
  const startMs = control.workedMs;
  const means = yield* runSteps(inputs, tools, epoch);
  if (means === null) return null;
  const validation = await validate(inputs);
  yield* noticesOf(inputs.features);
  if (validation !== null && !Number.isFinite(validation.loss))
    throw validationNotFinite({ phase, phaseIndex, epoch });
  // What comes out of an epoch is kept as a checkpoint.
  const bad = await notFiniteOf(inputs, tools.optimizer);
  if (bad !== null) throw weightsNotFinite({ phase, phaseIndex, epoch }, bad);
  return {
    phase: phase.name,
    phaseIndex,
    epoch,
    ...means,
    valLoss: validation?.loss ?? null,
    valAccuracy: validation?.accuracy ?? null,
    learningRate: tools.optimizer.learningRate,
    seconds: (control.workedMs - startMs) / 1000,
  };
}

/** What the network makes of the validation pictures; null where there are none. */
export async function validate(inputs: EpochInputs): Promise<Outcome | null> {
  const { validation, classes } = inputs;
  return validation.length === 0 ? null : evaluate(evaluation(inputs), validation, classes);
}

/** A weight of the phase, or what the optimizer remembers of one, that is no number; null where all are. */
async function notFiniteOf({ tail, parameters }: EpochInputs, optimizer: Optimizer): Promise<string | null> {
  const weights = [...tail.trainable, ...tail.moving].map((name) => [name, parameters.get(name)] as const);
  const slots = optimizer.snapshot();
  try {
    return await firstNotFinite(new Map([...weights, ...slots]));
  } finally {
    tf.dispose([...slots.values()]);
  }
}

/** What there is to say of what is not kept. */
function* noticesOf(features: FrozenFeatures): Generator<RunEvent> {
  for (const notice of features.newNotices()) yield { kind: 'notice', of: 'run', notice: notice.toWire() };
}

async function* runSteps(
  inputs: EpochInputs,
  { optimizer, steps: taken, rates: { schedule, state } }: Omit<EpochTools, 'fill'>,
  epoch: number,
): AsyncGenerator<RunEvent, Means | null> {
  const { recipe, phase, phaseIndex, labelOfRow, control } = inputs;
  const steps = stepsPerEpoch(inputs);
  const sums = new RunningSums();
  const clock = new StepClock(control);
  const readings = new Readings({ phase, phaseIndex, epoch }, steps);
  try {
    for await (const { step, rows, x } of oneAhead(batchesOf(inputs, epoch), ({ x }) => x.dispose())) {
      try {
        await control.checkpoint();
        if (control.isStopping) return null;
        const labels = tf.tensor1d(
          Array.from(rows, (row) => labelOfRow[row] ?? 0),
          'int32',
        );
        const inPhase = (epoch - 1) * steps + step;
        optimizer.learningRate = schedule.rateOf(inPhase, state);
        const chance = { seed: recipe.seed, phase: phaseIndex, step: inPhase };
        sums.add(taken.take(x, labels, chance), rows.length);
        labels.dispose();
      } finally {
        x.dispose();
      }
      clock.tick();
      if (readings.isThere) yield (await readings.take()).event;
      if (!clock.isDue(step + 1 === steps)) continue;
      // The device is a whole reading behind: no more work is put before it than it has.
      if (readings.isOnItsWay) yield (await readings.take()).event;
      readings.begin(step + 1, sums.read(), clock.stepMs);
    }
    const { event, means } = await readings.take();
    yield event;
    return means;
  } finally {
    sums.dispose();
  }
}

/**
 * Loss and accuracy on their way back from the device, one reading at a time. Steps do not wait for one: it takes as long as
 * all that the device was given before, and Firefox looks only ten times a second whether it is there.
 */
class Readings {
  #begun: { readonly step: number; readonly stepMs: number; readonly means: Promise<Means> } | null = null;
  #isThere = false;
  #lastGood = 0;

  constructor(
    readonly place: Pick<EpochInputs, 'phase' | 'phaseIndex'> & { readonly epoch: number },
    readonly steps: number,
  ) {}

  get isOnItsWay(): boolean {
    return this.#begun !== null;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** @param step how many steps of the epoch it is about */
  begin(step: number, means: Promise<Means>, stepMs: number): void {
    this.#begun = { step, stepMs, means };
    const end = (): void => {
      this.#isThere = true;
    };
    // What went wrong is said to whoever takes it.
    means.then(end, end);
  }

  /** The one that is on its way; there must be one. @throws StudioError `train/not-finite` */
  async take(): Promise<{ readonly event: RunEvent; readonly means: Means }> {
    invariant(this.#begun !== null, 'a reading was begun');
    const { step, stepMs } = this.#begun;
    const means = await this.#begun.means;
    this.#begun = null;
    this.#isThere = false;
    if (!Number.isFinite(means.loss)) throw lossNotFinite(this.place, step, this.#lastGood);
    this.#lastGood = step;
    const { phaseIndex, epoch } = this.place;
    const event = { kind: 'step', phaseIndex, epoch, step, steps: this.steps, ...means, stepMs } as const;
    return { event, means };
  }
}

interface Batch {
  /** From 0 in the epoch. */
  readonly step: number;
  readonly rows: Uint32Array;
  /** Whoever takes it disposes it. */
  readonly x: tf.Tensor;
}

/** The epoch's batches in its order. */
async function* batchesOf(inputs: EpochInputs, epoch: number): AsyncGenerator<Batch> {
  const { recipe, train, features, control } = inputs;
  const view = viewOf(inputs, epoch);
  const order = inputs.orderOf(epoch, train.length);
  for (let step = 0; step < stepsPerEpoch(inputs); step++) {
    const places = order.subarray(step * recipe.batchSize, (step + 1) * recipe.batchSize);
    const rows = places.map((place) => train[place] ?? 0);
    yield { step, rows, x: await features.batch(rows, view, control.signal) };
  }
}

/** Times steps and says when the next event may be sent. */
class StepClock {
  #last: number;
  #sent = -Infinity;
  #mean: number | null = null;

  constructor(readonly control: Pick<RunControl, 'workedMs'>) {
    this.#last = control.workedMs;
  }

  /** A running mean of the time between steps. */
  get stepMs(): number {
    return this.#mean ?? 0;
  }

  tick(): void {
    const now = this.control.workedMs;
    const took = now - this.#last;
    this.#mean = this.#mean === null ? took : 0.8 * this.#mean + 0.2 * took;
    this.#last = now;
  }

  isDue(isLastStep: boolean): boolean {
    if (!isLastStep && this.#last - this.#sent < STEP_EVENT_MS) return false;
    this.#sent = this.#last;
    return true;
  }
}
