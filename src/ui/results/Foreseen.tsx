/** Before Train: minutes by runs that were measured on this device, and the memory that a step works in, counted from the layers. */
import type { ReactElement } from 'react';
import { formatBytes, formatDuration } from '../../lib/format.ts';
import type { DatasetSummary } from '../../protocol/set/dataset.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { foreseenSeconds } from '../../store/foreseen.ts';
import { fineTuneOf } from '../../store/run-record.ts';
import { stepCost } from '../model/cost.ts';
import { useFullRecipe, useStudioState } from '../studio-context.ts';

interface ForeseenProps {
  readonly recipe: Recipe;
  readonly dataset: DatasetSummary;
}

/** Nothing before the device is known. */
export function Foreseen({ recipe, dataset }: ForeseenProps): ReactElement | null {
  const full = useFullRecipe(recipe);
  const device = useStudioState((state) => state.device.value?.label ?? null);
  const kept = useStudioState((state) => state.kept);
  const model = useStudioState((state) => state.model.value);
  if (full === null || device === null) return null;
  const seconds = foreseenSeconds(full, dataset.split.train.length, { device, kept });
  const time =
    seconds === null
      ? `How long it takes on ${device} is not known before: no run like it was measured here. The first epoch tells.`
      : `It takes ${formatDuration(seconds)} at most: measured on ${device}, in runs that are kept here.`;
  const unfreeze = fineTuneOf(full)?.phase.unfreeze ?? 0;
  const open =
    model === null || unfreeze === 'all'
      ? (model?.layers.length ?? 0)
      : Math.min(unfreeze, model.layers.length);
  const memory =
    model === null
      ? ''
      : ` A step works in about ${formatBytes(stepCost(model, open, full.batchSize).memoryBytes)}, counted from the layers, not measured.`;
  return (
    <p className="small" id="foreseen">
      {time}
      {memory}
    </p>
  );
}
