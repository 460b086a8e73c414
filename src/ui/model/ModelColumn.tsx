/** The second clause: through which network the pictures are seen, and where it is cut. */
import type { ReactElement } from 'react';
import { countInWords, formatAmount, formatBytes, formatPercent } from '../../lib/format.ts';
import type { ModelSummary } from '../../protocol/model.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { isActive, recordOf, type StudioState } from '../../store/state.ts';
import { pictureRows } from '../../store/set/set-rows.ts';
import {
  useFullRecipe,
  useRunNotices,
  useShownRecipe,
  useStudio,
  useStudioState,
} from '../studio-context.ts';
import { Column } from '../widgets/Column.tsx';
import { RunFailure } from '../training/RunFailure.tsx';
import { Notices } from '../widgets/Message.tsx';
import { Explained } from '../../charts/terms/Explained.tsx';
import { PickAgain, useAwaited } from '../widgets/PickAgain.tsx';
import { fineTuneOf } from '../../store/run-record.ts';
import { modelClause } from '../sentence.ts';
import { BackboneChoice } from './BackboneChoice.tsx';
import { BackboneStrip } from './BackboneStrip.tsx';
import { ModelTrouble } from './ModelTrouble.tsx';
import { countParameters, stepCost } from './cost.ts';

export function ModelColumn(): ReactElement {
  const studio = useStudio();
  const recipe = useShownRecipe();
  const model = useStudioState((state) => state.model);
  const active = useStudioState((state) => isActive(state.run));
  const isHeadPhase = useStudioState(inHeadPhase);
  const notices = useRunNotices('model');
  const { weights: awaited } = useAwaited();
  const summary = model.value;
  const full = useFullRecipe(recipe);
  const unfreeze = full === null || summary === null ? null : shownCut(full, summary);
  const clause =
    recipe === null || summary === null
      ? 'seen through a network,'
      : modelClause(summary.label, summary.layers.length, unfreeze, isHeadPhase);
  return (
    <Column id="model" title="Model" clause={clause}>
      {recipe !== null && <BackboneChoice recipe={recipe} model={summary} isReadOnly={active} />}
      {awaited !== null && !active && (
        <PickAgain
          name={awaited}
          isFolder={!/\.\w+$/.test(awaited)}
          onPick={(weightFiles) => void studio.edit((before) => before, { weightFiles })}
        />
      )}
      <RunFailure at="model" />
      <ModelTrouble at="model" />
      <Notices notices={notices} />
      {recipe !== null && summary !== null && (
        <Strip
          recipe={recipe}
          model={summary}
          unfreeze={unfreeze ?? 0}
          isFixed={active}
          isHeadPhase={isHeadPhase}
        />
      )}
    </Column>
  );
}

function inHeadPhase({ run }: StudioState): boolean {
  return isActive(run) && recordOf(run)?.phases.at(-1)?.phase === 'head';
}

function shownCut({ phases }: FullRecipe, { layers }: ModelSummary): number {
  const unfreeze = phases.findLast((phase) => phase.name === 'fineTune')?.unfreeze ?? 0;
  return unfreeze === 'all' ? layers.length : Math.min(unfreeze, layers.length);
}

interface StripPartProps {
  readonly recipe: Recipe;
  readonly model: ModelSummary;
  readonly unfreeze: number;
  readonly isFixed: boolean;
  /** Whether the head alone learns now: the part behind the cut opens later. */
  readonly isHeadPhase: boolean;
}

function Strip({ recipe, model, unfreeze, isFixed, isHeadPhase }: StripPartProps): ReactElement {
  const studio = useStudio();
  const dataset = useStudioState((state) => state.dataset.value);
  const tuned = fineTuneOf(recipe);
  const tunings = recipe.phases.filter(({ name }) => name === 'fineTune').length;
  const classes = dataset?.labels.length ?? 0;
  const open = isHeadPhase ? 0 : unfreeze;
  const moveCut = (next: number): void => {
    studio.edit((before) => ({
      ...before,
      phases: before.phases.map((phase, index) =>
        index === tuned?.index ? { ...phase, unfreeze: next } : phase,
      ),
    }));
  };
  return (
    <>
      <BackboneStrip
        model={model}
        row={dataset === null ? null : (pictureRows(dataset, 1)[0] ?? null)}
        unfreeze={unfreeze}
        hasCut={tuned !== null}
        isOpen={!isHeadPhase}
        classes={classes}
        headText={[
          ...(classes === 0 ? [] : [`${classes} classes`]),
          ...recipe.head.hidden.map((units) => `hidden layer of ${units}`),
          `dropout ${recipe.head.dropout}`,
        ]}
        cacheText={viewsText(recipe)}
        onCut={isFixed || tuned === null ? null : moveCut}
      />
      {tunings > 1 && (
        <p className="small">
          The cut is that of the last of {countInWords(tunings)} fine-tune phases; the others keep theirs.
        </p>
      )}
      <Parameters model={model} unfreeze={open} />
      <Cost recipe={recipe} model={model} unfreeze={open} />
      {unfreeze > 0 && (
        <p className="small">
          {cacheSentence(recipe, model, unfreeze)} It is the{' '}
          <Explained term="cutOutput">cut output</Explained>.
        </p>
      )}
    </>
  );
}

function Parameters({
  model,
  unfreeze,
}: {
  readonly model: ModelSummary;
  readonly unfreeze: number;
}): ReactElement {
  const { trains, all } = countParameters(model, unfreeze);
  const share = all === 0 ? 0 : trains / all;
  const layers = unfreeze / Math.max(1, model.layers.length);
  return (
    <div>
      <p>
        <b>
          {formatAmount(trains)} of {formatAmount(all)}
        </b>{' '}
        parameters train
      </p>
      <div className="meter" aria-hidden="true">
        <i style={{ width: `${share * 100}%` }} />
      </div>
      <p className="small">
        {unfreeze === 0
          ? `Only the head learns: ${formatPercent(share)} of the parameters.`
          : `${formatPercent(layers, 0)} of the layers, ${formatPercent(share, 0)} of the parameters.`}{' '}
        <Explained term="strip">Width and height of a block</Explained> say what its maps are like.
      </p>
    </div>
  );
}

function Cost({
  recipe,
  model,
  unfreeze,
}: Pick<StripPartProps, 'recipe' | 'model' | 'unfreeze'>): ReactElement {
  const { batchSize } = recipe;
  const { frozen, step, memoryBytes, outputBytes } = stepCost(model, unfreeze, batchSize);
  return (
    <table className="costs">
      <caption className="visually-hidden">What training costs with this cut</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">multiply-adds</th>
          <th scope="col">memory</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">Once a picture</th>
          <td>{formatAmount(frozen)}</td>
          <td>{formatBytes(outputBytes)}</td>
        </tr>
        <tr>
          <th scope="row">Each step of {batchSize}</th>
          <td>{formatAmount(step)}</td>
          <td>≈ {formatBytes(memoryBytes)}</td>
        </tr>
      </tbody>
    </table>
  );
}

function viewsText(recipe: Recipe): string {
  const { views } = recipe.augmentation;
  return views === 'fresh' ? 'fresh views' : `cached, ${views} ${views === 1 ? 'view' : 'views'}`;
}

function cacheSentence(recipe: Recipe, model: ModelSummary, unfreeze: number): string {
  const { views } = recipe.augmentation;
  const layer = model.cuts[unfreeze]?.cutOutput.layer ?? '';
  if (layer === model.layers[0]?.name) return 'All layers learn, so every epoch runs all of the network.';
  if (views === 'fresh') {
    return `Up to the output of ${layer} nothing changes, but every epoch brings new views, so it is computed anew each time.`;
  }
  const each = views === 1 ? 'the one view' : `each of the ${countInWords(views)} views`;
  return `Up to the output of ${layer} nothing changes, so it is computed once for ${each} of a picture and kept.`;
}
