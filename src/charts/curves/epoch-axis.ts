/** The one epoch axis under both curves: a slot an epoch, phase after phase, the count starting anew in each. */
import type { PhaseName, Recipe } from '../../protocol/recipe/recipe.ts';
import type { RunRecord } from '../../store/state.ts';
import type { AxisTick } from '../plot/Plot.tsx';

/** A phase's stretch of the axis. */
export interface AxisPhase {
  readonly phaseIndex: number;
  readonly phase: PhaseName;
  /** Slots before it, and its own. */
  readonly from: number;
  readonly slots: number;
}

export interface EpochAxis {
  readonly phases: readonly AxisPhase[];
  readonly slots: number;
}

/** As planned by the recipe; a phase that has ended is as wide as it was long. */
export function epochAxis(recipe: Recipe, record: RunRecord | null): EpochAxis {
  const phases: AxisPhase[] = [];
  let from = 0;
  recipe.phases.forEach((phase, phaseIndex) => {
    const hasEnded =
      record?.phases.some((each) => each.phaseIndex === phaseIndex && each.end !== null) === true;
    const done = record?.history.filter((epoch) => epoch.phaseIndex === phaseIndex).length ?? 0;
    const slots = hasEnded ? Math.max(1, done) : phase.epochs;
    phases.push({ phaseIndex, phase: phase.name, from, slots });
    from += slots;
  });
  return { phases, slots: from };
}

/** Where an epoch (from 1) of a phase lies, 0 to 1. */
export function placeOfEpoch(axis: EpochAxis, phaseIndex: number, epoch: number): number {
  const from = axis.phases.find((phase) => phase.phaseIndex === phaseIndex)?.from ?? 0;
  return (from + epoch - 0.5) / axis.slots;
}

/** The epochs that are named under the plots. */
export function axisTicks(axis: EpochAxis, most: number): readonly AxisTick[] {
  return axis.phases.flatMap((phase) =>
    epochTicks(phase.slots, axis.slots, most)
      // The next phase's 1 stands just behind this phase's last slots.
      .filter(
        (epoch) => epoch === 1 || phase.slots - epoch >= axis.slots / 40 || phase === axis.phases.at(-1),
      )
      .map((epoch) => ({ at: placeOfEpoch(axis, phase.phaseIndex, epoch), text: String(epoch) })),
  );
}

/** Which epochs of a phase are named on the axis: the first, then round ones far enough apart. */
export function epochTicks(epochs: number, allEpochs: number, most: number): readonly number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((each) => allEpochs / each <= most) ?? 5000;
  const round: number[] = [];
  for (let epoch = step === 1 ? 2 : step; epoch <= epochs; epoch += step) round.push(epoch);
  return [1, ...round];
}
