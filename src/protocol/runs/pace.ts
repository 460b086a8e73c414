/** How fast a kept run went, by which the time of another like it is foreseen. */
import type { EpochRecord, RunResult } from '../events.ts';
import type { DatasetSummary } from '../set/dataset.ts';

export interface RunPace {
  /** What it ran on, in words. */
  readonly device: string;
  /** Training pictures. */
  readonly pictures: number;
  /** Mean seconds of an epoch of each phase, its validation counted; null for a phase without an epoch. */
  readonly epochSeconds: readonly (number | null)[];
  /** Beside epochs: opening, what the frozen part took, the test. */
  readonly besideSeconds: number;
}

interface Carried {
  readonly result: RunResult;
  readonly dataset: Pick<DatasetSummary, 'split'> | null;
}

/** Null where its set or its epochs are not known. */
export function paceOf({ result, dataset }: Carried): RunPace | null {
  const { history, recipe, device, secondsByStage } = result;
  if (dataset === null || history.length === 0) return null;
  const epochSeconds = recipe.phases.map((_, index) => {
    const epochs = history.filter(({ phaseIndex }) => phaseIndex === index);
    return epochs.length === 0 ? null : sumOf(epochs) / epochs.length;
  });
  const all = Object.values(secondsByStage).reduce((sum, seconds) => sum + seconds, 0);
  const besideSeconds = Math.max(0, all - sumOf(history));
  return { device: device.label, pictures: dataset.split.train.length, epochSeconds, besideSeconds };
}

const sumOf = (epochs: readonly EpochRecord[]): number =>
  epochs.reduce((sum, { seconds }) => sum + seconds, 0);
