/** The contract of a learning-rate schedule: what it declares, and which rate each step gets. */
import type { ScheduleEntry } from '../../protocol/catalog.ts';
import type { Options } from '../../protocol/recipe/options.ts';

/** What a schedule remembers from epoch to epoch: plain numbers, so that a checkpoint can hold them. */
export type ScheduleState = Readonly<Record<string, number>>;

/** The phase that a schedule is for. */
export interface SchedulePhase {
  /** The recipe's: the highest rate of the phase. */
  readonly learningRate: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/** A schedule with its options and phase fixed. It keeps no state of its own. */
export interface Schedule {
  readonly start: ScheduleState;
  /** @param step through the phase, from 0 */
  rateOf(step: number, state: ScheduleState): number;
  /** @param valLoss of the epoch that has ended; null where there are no validation pictures */
  afterEpoch(state: ScheduleState, valLoss: number | null): ScheduleState;
}

/** A schedule in Python, for the program that an export brings, where `steps` is the number of steps of an epoch. */
export interface KerasSchedule {
  /** A number, or a schedule of `keras.optimizers.schedules`. */
  readonly rate: string;
  /** Of `keras.callbacks`, where it goes by epochs. */
  readonly callback: string | null;
}

/** A registry entry with the code behind it. Its options are fields of a phase's `schedule`. */
export interface ScheduleKind {
  readonly entry: ScheduleEntry;
  /** @param options checked against `entry.options` and complete */
  create(options: Options, phase: SchedulePhase): Schedule;
  keras(options: Options, phase: Omit<SchedulePhase, 'stepsPerEpoch'>): KerasSchedule;
}

/** A schedule that goes by the step alone. */
export function byStep(rateOf: (step: number) => number): Schedule {
  return { start: {}, rateOf, afterEpoch: (state) => state };
}
