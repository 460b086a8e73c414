/**
 * What is read off a recipe and the record of its run: what its phases are called, which epoch it keeps, and how long it still
 * takes, from what has been measured in this run; never a guess where nothing was measured.
 */
import type { EpochRecord } from '../protocol/events.ts';
import { restoresBest, type Phase, type PhaseName, type Recipe } from '../protocol/recipe/recipe.ts';
import { placeOfError, type Place } from './troubles/places.ts';
import type { PhaseRecord, RunRecord, RunState, StageProgress } from './state.ts';

/** What each phase is called. */
export const phaseLabels: Readonly<Record<PhaseName, string>> = { head: 'Head', fineTune: 'Fine-tune' };

/** The last fine-tune phase of a recipe, whose cut the strip shows, with its index; null for a head alone. */
export function fineTuneOf(
  recipe: Recipe,
): { index: number; phase: Extract<Phase, { name: 'fineTune' }> } | null {
  for (let index = recipe.phases.length - 1; index >= 0; index--) {
    const phase = recipe.phases[index];
    if (phase?.name === 'fineTune') return { index, phase };
  }
  return null;
}

/** An epoch after which there were validation pictures to look at. */
export type ValidatedEpoch = EpochRecord & { readonly valLoss: number; readonly valAccuracy: number };

/** Whether there is something to say of validation; in a run there is for all epochs, or for none. */
export function isValidated(epoch: EpochRecord): epoch is ValidatedEpoch {
  return epoch.valLoss !== null && epoch.valAccuracy !== null;
}

/** The epochs of a phase that have ended. */
export function epochsOf(run: RunRecord, phaseIndex: number): readonly EpochRecord[] {
  return run.history.filter((epoch) => epoch.phaseIndex === phaseIndex);
}

/**
 * The epoch whose network is kept so far: of the latest phase that has one, or of the one that the run ends with, the best
 * or the last, as the recipe has it.
 */
export function keptOf(run: RunRecord): EpochRecord | null {
  for (const { phaseIndex, bestEpoch } of [...run.phases].reverse()) {
    if (run.kept !== null && run.kept.phaseIndex !== phaseIndex) continue;
    const epochs = epochsOf(run, phaseIndex);
    const kept = restoresBest(run.recipe) ? epochs.find(({ epoch }) => epoch === bestEpoch) : epochs.at(-1);
    if (kept !== undefined) return kept;
  }
  return null;
}

/** Where on the page stands why a run failed. */
export function placeOfFailure({ error, run }: Extract<RunState, { kind: 'failed' }>): Place {
  // Once steps are taken, what is fetched is the set's pictures.
  return placeOfError(error, run.phases.length === 0 ? run.progress?.stage : undefined);
}

/** Time left, and of what: a stage, a phase, or the whole run. At most, where early stopping may end it sooner. */
export interface TimeLeft {
  readonly seconds: number;
  readonly of: 'stage' | 'phase' | 'run';
}

/** How many epochs' seconds are averaged: recent ones, since the first may have filled a cache. */
const RECENT = 3;

/** Time left in a stage with a known end, or null before its speed can be told. */
export function stageTimeLeft(progress: StageProgress): number | null {
  const elapsedMs = progress.atMs - progress.startedAtMs;
  const done = progress.done - progress.doneAtStart;
  if (progress.total === null || elapsedMs < 500 || done <= 0) return null;
  return ((progress.total - progress.done) * elapsedMs) / done / 1000;
}

/** Time left for what the run is doing, or null while nothing has been measured. */
export function timeLeft(run: RunRecord): TimeLeft | null {
  if (run.progress !== null) {
    const seconds = stageTimeLeft(run.progress);
    return seconds === null ? null : { seconds, of: 'stage' };
  }
  const phase = run.phases.at(-1);
  if (phase?.end !== null) return null;
  const perEpoch = secondsPerEpoch(run, phase);
  if (perEpoch === null) return null;
  const isLast = phase.phaseIndex === run.recipe.phases.length - 1;
  return { seconds: perEpoch * epochsLeft(run, phase), of: isLast ? 'run' : 'phase' };
}

/** Epochs of a phase still to do, the part of the one under way counted. */
export function epochsLeft(run: RunRecord, phase: PhaseRecord): number {
  const done = epochsOf(run, phase.phaseIndex).length;
  const part = run.live === null ? 0 : run.live.step / run.live.steps;
  return Math.max(0, phase.epochs - done - part);
}

function secondsPerEpoch(run: RunRecord, phase: PhaseRecord): number | null {
  const measured = epochsOf(run, phase.phaseIndex).slice(-RECENT);
  if (measured.length > 0) return measured.reduce((sum, epoch) => sum + epoch.seconds, 0) / measured.length;
  // Steps alone leave out validation; after one epoch its own time is known.
  return run.live === null || run.live.step < 2 ? null : (run.live.stepMs * phase.stepsPerEpoch) / 1000;
}
