/** Why a run failed, beside what it failed by: the set, the network, the device, or the training itself. */
import type { ReactElement } from 'react';
import { formatPlain } from '../../lib/format.ts';
import type { ResumableRun } from '../../protocol/events.ts';
import { isSameRecipe } from '../../protocol/identity.ts';
import { fullOrNull } from '../../protocol/recipe/full-recipe.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import type { Place } from '../../store/troubles/places.ts';
import { phaseLabels, placeOfFailure } from '../../store/run-record.ts';
import type { RunState, StudioState } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';
import { OtherWeights } from '../model/OtherWeights.tsx';
import { withPhaseField } from './edit-recipe.ts';

/** Nothing unless a run has failed there. */
export function RunFailure({ at }: { readonly at: Place }): ReactElement | null {
  const run = useStudioState((state) => state.run);
  const kept = useStudioState(keptOf);
  if (run.kind !== 'failed' || placeOfFailure(run) !== at) return null;
  const measured = 'The curves and the table keep what was measured until then';
  const words =
    kept !== null
      ? `${measured}, and the network of ${phaseLabels[kept.phase]} epoch ${kept.keptEpoch} can still be tested and taken home.`
      : run.run.history.length === 0
        ? undefined
        : `${measured}.`;
  return (
    <Message error={run.error} kept={words}>
      <KeepNetwork />
      {at === 'model' && <OtherWeights />}
      <TrainAgain />
    </Message>
  );
}

function KeepNetwork(): ReactElement | null {
  const studio = useStudio();
  const kept = useStudioState(keptOf);
  if (kept === null) return null;
  return (
    <button
      type="button"
      className="go"
      onClick={() => void studio.keepNetwork(kept, studio.runs.lastPicked)}
    >
      Keep epoch {kept.keptEpoch}
    </button>
  );
}

/** From the start: with a lower learning rate where that is what helps. */
function TrainAgain(): ReactElement {
  const studio = useStudio();
  const run = useStudioState((state) => state.run);
  const recipe = useStudioState((state) => state.recipe);
  const lower = lowerRateOf(run, recipe);
  const train = (): void => {
    if (lower !== null) {
      studio.edit((before) => withPhaseField(before, lower.phaseIndex, 'learningRate', lower.learningRate));
    }
    void studio.train();
  };
  return (
    <button type="button" onClick={train}>
      {lower === null ? 'Train again' : `Train again at ${formatPlain(lower.learningRate)}`}
    </button>
  );
}

/** The run that failed on this page, where the network of one of its epochs is kept. */
export function keptOf({ run, left, catalog }: StudioState): ResumableRun | null {
  if (run.kind !== 'failed' || left === null || left.failure?.message !== run.error.message) return null;
  // The same recipe comes to the same end: two that agree in both have the same network. What was stored is filled in.
  const recipe = fullOrNull(run.run.recipe, catalog);
  return recipe !== null && isSameRecipe(left.recipe, recipe) ? left : null;
}

/** A phase of the recipe with a tenth of its learning rate. */
interface LowerRate {
  readonly phaseIndex: number;
  readonly learningRate: number;
}

/** What to try next where the rate was too high; null where it was not, or was changed already. */
export function lowerRateOf(run: RunState, recipe: Recipe | null): LowerRate | null {
  if (run.kind !== 'failed' || run.error.code !== 'train/not-finite') return null;
  const phaseIndex = run.run.phases.at(-1)?.phaseIndex ?? 0;
  const failed = run.run.recipe.phases[phaseIndex]?.learningRate;
  if (failed === undefined || recipe?.phases[phaseIndex]?.learningRate !== failed) return null;
  // Without the digits that only the division made.
  return { phaseIndex, learningRate: Number((failed / 10).toPrecision(12)) };
}
