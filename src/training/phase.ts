/**
 * One phase of a recipe: epochs, early stopping, and at its end the weights of the epoch that is kept, the best or the
 * last whole one. It can start from where a checkpoint has it. An async generator, so that whoever runs it decides what becomes of its events.
 */
import * as tf from '@tensorflow/tfjs';
import type { EpochRecord, RunEvent } from '../protocol/events.ts';
import { CacheFill, phaseParts } from './cache-fill.ts';
import { EarlyStopping, type StoppingState } from './early-stopping.ts';
import { runEpoch, stepsPerEpoch, validate, type EpochInputs } from './epoch.ts';
import type { Outcome } from './evaluate.ts';
import { Optimizer } from './optimizer.ts';
import { updateRuleOf } from './optimizers/registry.ts';
import { scheduleOf } from './schedules/registry.ts';
import type { ScheduleState } from './schedules/schedule.ts';
import { TrainingSteps } from './step.ts';

/** Where a phase stands after an epoch, without its tensors. */
export interface PhaseStatus {
  readonly stopping: StoppingState;
  readonly schedule: ScheduleState;
  /** Steps of the optimizer. */
  readonly steps: number;
  readonly stoppedEarly: boolean;
}

/** All that a phase goes on from, beside the weights. Whoever gets one owns its tensors. */
export interface PhaseSnapshot {
  readonly status: PhaseStatus;
  /** Epochs of this phase. */
  readonly history: readonly EpochRecord[];
  /** The optimizer's, by `<slot>/<weight>`. */
  readonly slots: ReadonlyMap<string, tf.Tensor>;
  /** Weights of the epoch that is kept so far, by name. */
  readonly kept: ReadonlyMap<string, tf.Tensor>;
}

type PhaseEvent = Extract<RunEvent, { kind: 'phase' }>;

export interface PhaseInputs extends EpochInputs {
  /** Where it goes on, with the parameters holding that epoch's weights; null starts it. */
  readonly start: PhaseSnapshot | null;
  /** Told of each finished epoch, to make a checkpoint of it if it likes. */
  readonly onEpoch: (snapshot: () => PhaseSnapshot) => void;
}

/** What a phase leaves; the parameters hold the weights that it kept. */
export interface PhaseOutcome {
  /** What it said when it began. */
  readonly start: PhaseEvent;
  readonly history: readonly EpochRecord[];
  /** The best epoch by what is monitored, from 1; null where there are no validation pictures to tell by. */
  readonly bestEpoch: number | null;
  /** The one whose weights were kept, from 1. */
  readonly keptEpoch: number;
  readonly stoppedEarly: boolean;
  /** On validation, with the weights that were kept; null where there are no validation pictures. */
  readonly validation: Outcome | null;
}

/**
 * Carries the phase out. Returns null, with all weights as they were, when it is stopped before its first epoch ends.
 *
 * @throws StudioError `train/not-finite` when the loss is not a number; DOMException `AbortError` when cancelled
 */
export async function* runPhase(inputs: PhaseInputs): AsyncGenerator<RunEvent, PhaseOutcome | null> {
  const { phase, parameters, control } = inputs;
  const state = new PhaseState(inputs);
  try {
    const start = phaseEvent(inputs, state);
    yield start;
    const first = state.history.length + 1;
    const { optimizer, steps } = state;
    const tools = { optimizer, steps, fill: new CacheFill(inputs, phaseParts(inputs, first)) };
    for (let epoch = first; epoch <= phase.epochs; epoch++) {
      if (control.isStopping || state.stoppedEarly) break;
      const record = yield* runEpoch(inputs, { ...tools, rates: state.rates }, epoch);
      if (record === null) break;
      const isBest = state.epochEnded(record);
      inputs.onEpoch(() => state.snapshot());
      yield { kind: 'epoch', record, isBest };
    }
    const { history, stoppedEarly } = state;
    // Also takes back the steps of an epoch that was not finished.
    parameters.restore(state.takeKept());
    if (history.length === 0) return null;
    const validation = await validate(inputs);
    const { keptEpoch } = state;
    const bestEpoch = validation === null ? null : state.bestEpoch;
    return { start, history, bestEpoch, keptEpoch, stoppedEarly, validation };
  } finally {
    state.dispose();
  }
}

/** What changes from epoch to epoch; owns the optimizer, the steps and the weights that are kept. */
class PhaseState {
  readonly optimizer: Optimizer;
  readonly steps: TrainingSteps;
  readonly history: EpochRecord[];
  stoppedEarly: boolean;
  readonly #inputs: PhaseInputs;
  readonly #schedule: ReturnType<typeof scheduleOf>;
  readonly #stopping: EarlyStopping;
  #scheduleState: ScheduleState;
  #kept: ReadonlyMap<string, tf.Tensor>;

  constructor(inputs: PhaseInputs) {
    const { recipe, phase, phaseIndex, start, parameters } = inputs;
    this.#inputs = inputs;
    this.#schedule = scheduleOf(phase, phaseIndex, stepsPerEpoch(inputs));
    this.#scheduleState = start?.status.schedule ?? this.#schedule.start;
    this.#stopping = new EarlyStopping(recipe.earlyStopping, start?.status.stopping);
    this.history = [...(start?.history ?? [])];
    this.stoppedEarly = start?.status.stoppedEarly ?? false;
    this.optimizer = new Optimizer({
      rule: updateRuleOf(phase, phaseIndex),
      learningRate: phase.learningRate,
      gradientClip: phase.gradientClip,
      ...(start === null ? {} : { start: { steps: start.status.steps, slots: start.slots } }),
    });
    this.steps = new TrainingSteps({ ...inputs, optimizer: this.optimizer });
    // Where the last epoch is kept, it is the one that a checkpoint's parameters hold.
    const isStarted = start !== null && this.#stopping.restoresBest;
    this.#kept = isStarted ? start.kept : parameters.snapshot(this.#changing);
    if (!isStarted) tf.dispose([...(start?.kept.values() ?? [])]);
  }

  get rates(): { schedule: ReturnType<typeof scheduleOf>; state: ScheduleState } {
    return { schedule: this.#schedule, state: this.#scheduleState };
  }

  /** Best epoch so far, from 1; 0 before the first has ended, and where there are no validation pictures. */
  get bestEpoch(): number {
    return this.#stopping.state.bestEpoch;
  }

  /** Epoch whose weights are kept so far, from 1; 0 for those that the phase began with. */
  get keptEpoch(): number {
    return this.#stopping.restoresBest ? this.bestEpoch : this.history.length;
  }

  /** Names of the weights that this phase changes. */
  get #changing(): readonly string[] {
    const { tail } = this.#inputs;
    return [...tail.trainable, ...tail.moving];
  }

  /** Whether the epoch was the best so far. */
  epochEnded(record: EpochRecord): boolean {
    this.history.push(record);
    this.#scheduleState = this.#schedule.afterEpoch(this.#scheduleState, record.valLoss);
    const { isBest, shouldStop } = this.#observe(record);
    if (isBest || !this.#stopping.restoresBest) {
      tf.dispose([...this.#kept.values()]);
      this.#kept = this.#inputs.parameters.snapshot(this.#changing);
    }
    this.stoppedEarly = shouldStop;
    return isBest;
  }

  /** What its validation says of it: without one no epoch is the best, and none ends the phase. */
  #observe({ epoch, valLoss, valAccuracy }: EpochRecord): { isBest: boolean; shouldStop: boolean } {
    if (valLoss === null || valAccuracy === null) return { isBest: false, shouldStop: false };
    return this.#stopping.observe(epoch, { loss: valLoss, accuracy: valAccuracy });
  }

  /** Clones share their data: nothing is copied. */
  snapshot(): PhaseSnapshot {
    return {
      status: {
        stopping: this.#stopping.state,
        schedule: this.#scheduleState,
        steps: this.optimizer.steps,
        stoppedEarly: this.stoppedEarly,
      },
      history: [...this.history],
      slots: this.optimizer.snapshot(),
      kept: new Map([...this.#kept].map(([name, value]) => [name, value.clone()])),
    };
  }

  /** Hands the kept weights over. */
  takeKept(): ReadonlyMap<string, tf.Tensor> {
    const kept = this.#kept;
    this.#kept = new Map();
    return kept;
  }

  dispose(): void {
    this.steps.dispose();
    this.optimizer.dispose();
    tf.dispose([...this.#kept.values()]);
  }
}

function phaseEvent(inputs: PhaseInputs, { bestEpoch }: PhaseState): PhaseEvent {
  const { phase, phaseIndex, tail, parameters } = inputs;
  return {
    kind: 'phase',
    phaseIndex,
    phase: phase.name,
    epochs: phase.epochs,
    stepsPerEpoch: stepsPerEpoch(inputs),
    trainableParameters: tail.trainable.reduce((sum, name) => sum + parameters.get(name).size, 0),
    ...(bestEpoch === 0 ? {} : { bestEpoch }),
  };
}
