/**
 * One phase of a recipe: epochs of steps over the training pictures, validation after each, early stopping, and the
 * best weights put back at the end. An async generator, so that whoever runs it decides what becomes of its events.
 */
import * as tf from '@tensorflow/tfjs';
import type { Parameters } from '../models/program/parameters.ts';
import type { Program } from '../models/program/program.ts';
import { StudioError } from '../protocol/errors.ts';
import type { EpochRecord, RunEvent } from '../protocol/events.ts';
import type { Phase, Recipe } from '../protocol/recipe.ts';
import type { RunControl } from './control.ts';
import { EarlyStopping } from './early-stopping.ts';
import { evaluate, type EvaluateInputs, type Outcome } from './evaluate.ts';
import { PLAIN, type Features, type View } from './features.ts';
import type { LossSettings } from './loss.ts';
import { Optimizer } from './optimizer.ts';
import { updateRuleOf } from './optimizers/registry.ts';
import { RunningSums } from './running-sums.ts';
import type { Schedule, ScheduleState } from './schedules/schedule.ts';
import { scheduleOf } from './schedules/registry.ts';
import { trainStep } from './step.ts';

/** How often step events are sent at most. */
const STEP_EVENT_MS = 100;
/** Pictures the frozen prefix computes at a time when filling the cache. */
const FILL_BATCH = 32;

export interface PhaseInputs {
  readonly recipe: Recipe;
  readonly phase: Phase;
  readonly phaseIndex: number;
  readonly tail: Program;
  readonly features: Features;
  readonly parameters: Parameters;
  readonly labelOfRow: ArrayLike<number>;
  readonly loss: LossSettings;
  readonly classes: number;
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  /** Order of `count` pictures in an epoch, from 0. */
  readonly orderOf: (epoch: number, count: number) => Uint32Array;
  readonly control: RunControl;
}

/** What a phase leaves; the parameters hold the weights that it kept. */
export interface PhaseOutcome {
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
  readonly stoppedEarly: boolean;
  /** On validation, with the weights that were kept. */
  readonly validation: Outcome;
}

/**
 * Carries the phase out. Returns null, with all weights as they were, when it is stopped before its first epoch ends.
 *
 * @throws StudioError `train/not-finite` when the loss is not a number; DOMException `AbortError` when cancelled
 */
export async function* runPhase(inputs: PhaseInputs): AsyncGenerator<RunEvent, PhaseOutcome | null> {
  const { recipe, phase, tail, parameters, control } = inputs;
  const optimizer = new Optimizer({
    rule: updateRuleOf(phase, inputs.phaseIndex),
    learningRate: phase.learningRate,
    gradientClip: phase.gradientClip ?? null,
  });
  const schedule = scheduleOf(phase, inputs.phaseIndex, stepsPerEpoch(inputs));
  let scheduleState = schedule.start;
  const stopping = new EarlyStopping(recipe.earlyStopping);
  const kept = [...tail.trainable, ...tail.moving];
  const history: EpochRecord[] = [];
  const restoresBest = recipe.earlyStopping?.restoreBest !== false;
  let best: Map<string, tf.Tensor> | null = parameters.snapshot(kept);
  let stoppedEarly = false;
  try {
    yield phaseEvent(inputs);
    for (let epoch = 1; epoch <= phase.epochs && !control.isStopping; epoch++) {
      const rates = { schedule, state: scheduleState };
      const record = yield* runEpoch(inputs, optimizer, rates, epoch);
      if (record === null) break;
      history.push(record);
      scheduleState = schedule.afterEpoch(scheduleState, record.valLoss);
      const { isBest, shouldStop } = stopping.observe(epoch, record);
      if (isBest) {
        tf.dispose([...best.values()]);
        best = parameters.snapshot(kept);
      }
      yield { kind: 'epoch', record, isBest };
      stoppedEarly = shouldStop;
      if (shouldStop) break;
    }
    if (restoresBest || history.length === 0) {
      parameters.restore(best);
      best = null;
    }
    if (history.length === 0) return null;
    const validation = await evaluate(evaluation(inputs), inputs.validation, inputs.classes);
    const bestEpoch = restoresBest ? stopping.bestEpoch : history.length;
    return { history, bestEpoch, stoppedEarly, validation };
  } finally {
    optimizer.dispose();
    tf.dispose([...(best?.values() ?? [])]);
  }
}

function stepsPerEpoch({ train, recipe }: PhaseInputs): number {
  return Math.ceil(train.length / recipe.batchSize);
}

function phaseEvent(inputs: PhaseInputs): RunEvent {
  const { phase, phaseIndex, tail, parameters } = inputs;
  return {
    kind: 'phase',
    phaseIndex,
    phase: phase.name,
    epochs: phase.epochs,
    stepsPerEpoch: stepsPerEpoch(inputs),
    trainableParameters: tail.trainable.reduce((sum, name) => sum + parameters.get(name).size, 0),
  };
}

/** Epoch e (from 1) sees view e - 1, cycling through the views that are cached. */
function viewOf({ recipe }: PhaseInputs, epoch: number): View {
  const { views } = recipe.augmentation;
  if (views === 'fresh') return { kind: 'augmented', index: epoch - 1, isCached: false };
  return { kind: 'augmented', index: (epoch - 1) % views, isCached: true };
}

function evaluation(inputs: PhaseInputs): EvaluateInputs {
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

/** Null when the run was stopped before the epoch ended: half an epoch is not recorded. */
async function* runEpoch(
  inputs: PhaseInputs,
  optimizer: Optimizer,
  rates: Rates,
  epoch: number,
): AsyncGenerator<RunEvent, EpochRecord | null> {
  const { phase, phaseIndex, control } = inputs;
  const view = viewOf(inputs, epoch);
  yield* fillCache(inputs, inputs.train, view);
  yield* fillCache(inputs, inputs.validation, PLAIN);
  if (control.isStopping) return null;
  const start = performance.now();
  const means = yield* runSteps(inputs, optimizer, rates, epoch);
  if (means === null) return null;
  const validation = await evaluate(evaluation(inputs), inputs.validation, inputs.classes);
  return {
    phase: phase.name,
    phaseIndex,
    epoch,
    ...means,
    valLoss: validation.loss,
    valAccuracy: validation.accuracy,
    learningRate: optimizer.learningRate,
    seconds: (performance.now() - start) / 1000,
  };
}

/** Computes what the cache lacks, in picture order; ends early when the memory budget is used up. */
async function* fillCache(inputs: PhaseInputs, rows: Uint32Array, view: View): AsyncGenerator<RunEvent> {
  const { features, control } = inputs;
  const missing = features.missing(rows, view);
  for (let from = 0; from < missing.length && !control.isStopping; from += FILL_BATCH) {
    await control.checkpoint();
    const some = missing.slice(from, from + FILL_BATCH);
    if (!(await features.keep(some, view, control.signal))) {
      if (features.notKept !== null) yield { kind: 'notice', notice: features.notKept.toWire() };
      return;
    }
    yield {
      kind: 'progress',
      stage: 'cache',
      label: 'Computing the frozen part',
      done: from + some.length,
      total: missing.length,
      unit: 'pictures',
    };
  }
}

/** The schedule as it stands in one epoch. */
interface Rates {
  readonly schedule: Schedule;
  readonly state: ScheduleState;
}

async function* runSteps(
  inputs: PhaseInputs,
  optimizer: Optimizer,
  { schedule, state }: Rates,
  epoch: number,
): AsyncGenerator<RunEvent, { loss: number; accuracy: number } | null> {
  const { recipe, train, labelOfRow, features, control, tail, parameters, loss } = inputs;
  const view = viewOf(inputs, epoch);
  const order = inputs.orderOf(epoch, train.length);
  const steps = stepsPerEpoch(inputs);
  const sums = new RunningSums();
  const clock = new StepClock();
  try {
    for (let step = 0; step < steps; step++) {
      await control.checkpoint();
      if (control.isStopping) return null;
      const places = order.subarray(step * recipe.batchSize, (step + 1) * recipe.batchSize);
      const rows = places.map((place) => train[place] ?? 0);
      const x = await features.batch(rows, view, control.signal);
      const labels = tf.tensor1d(
        Array.from(rows, (row) => labelOfRow[row] ?? 0),
        'int32',
      );
      const inPhase = (epoch - 1) * steps + step;
      optimizer.learningRate = schedule.rateOf(inPhase, state);
      const chance = { seed: recipe.seed, phase: inputs.phaseIndex, step: inPhase };
      sums.add(trainStep({ tail, parameters, optimizer, loss, chance }, x, labels), rows.length);
      tf.dispose([x, labels]);
      clock.tick();
      if (!clock.isDue(step + 1 === steps)) continue;
      const means = await sums.read();
      if (!Number.isFinite(means.loss)) throw notFinite(inputs, epoch, step + 1);
      yield {
        kind: 'step',
        phaseIndex: inputs.phaseIndex,
        epoch,
        step: step + 1,
        steps,
        ...means,
        stepMs: clock.stepMs,
      };
    }
    return await sums.read();
  } finally {
    sums.dispose();
  }
}

/** Times steps and says when the next event may be sent. */
class StepClock {
  #last = performance.now();
  #sent = -Infinity;
  #mean: number | null = null;

  /** A running mean of the time between steps. */
  get stepMs(): number {
    return this.#mean ?? 0;
  }

  tick(): void {
    const now = performance.now();
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

function notFinite({ phase }: PhaseInputs, epoch: number, step: number): StudioError {
  return new StudioError({
    code: 'train/not-finite',
    message: `The loss stopped being a number in phase ${phase.name}, epoch ${epoch.toString()}, by step ${step.toString()}.`,
    hint: `A learning rate that is too high is the usual cause: ${phase.learningRate.toString()} here. Try a tenth of it.`,
  });
}
