/** The third clause: how long it trains, whether it learns, and the settings, last. */
import type { ReactElement } from 'react';
import { Charts } from '../../charts/Charts.tsx';
import { runLabel } from '../../charts/runs.tsx';
import { isSame } from '../../lib/json.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { recordOf } from '../../store/state.ts';
import { ModelTrouble } from '../model/ModelTrouble.tsx';
import { useFullRecipe, useRunNotices, useShownRecipe, useStudioState } from '../studio-context.ts';
import { Column } from '../widgets/Column.tsx';
import { Later } from '../widgets/Dialog.tsx';
import { Message, Notices } from '../widgets/Message.tsx';
import { trainingClause } from '../sentence.ts';
import { RunFailure } from './RunFailure.tsx';
import { Settings } from './Settings.tsx';

const loadLeftRun = async () => (await import('./LeftRun.tsx')).LeftRun;
const loadOtherPhase = async () => (await import('./OtherPhase.tsx')).OtherPhase;

export function TrainingColumn(): ReactElement {
  const shown = useShownRecipe();
  const run = useStudioState((state) => state.run);
  const notices = useRunNotices('training');
  const linkError = useStudioState((state) => state.linkError);
  const engineError = useStudioState((state) => state.engineError);
  const unreadable = useStudioState((state) => state.unreadable);
  const isLeft = useStudioState((state) => state.left !== null);
  const open = useStudioState((state) => state.dataset.value);
  const record = recordOf(run);
  // A run that was opened again may be of another set than the open one.
  const dataset = record?.dataset ?? open;
  const classes = dataset?.labels.length ?? 0;
  const noun = dataset?.noun ?? 'pictures';
  // Curves belong to the recipe that was run, even while the next one is being edited.
  const recipe = record?.recipe ?? shown;
  const other = useOtherNetwork(shown, record?.recipe ?? null);
  return (
    <Column
      id="training"
      title="Training"
      clause={recipe === null ? 'trained:' : trainingClause(recipe, run, other)}
    >
      {engineError !== null && (
        <Message error={engineError}>
          <button type="button" onClick={() => location.reload()}>
            Reload the page
          </button>
        </Message>
      )}
      {!isSecureContext && (
        <p className="small">
          This page came over plain http from another machine. Browsers keep the camera, WebGPU and threads
          from such pages: Mien trains on one thread. Over https, or opened on the machine it comes from, it
          has them.
        </p>
      )}
      {linkError !== null && <Message error={linkError} kept="The recipe shown is the one you see here." />}
      <RunFailure at="training" />
      <ModelTrouble at="training" />
      {isLeft && <Later load={loadLeftRun} props={{}} />}
      {unreadable.map((trouble) => (
        <Message key={trouble.message} error={trouble} />
      ))}
      <Notices notices={notices} />
      {recipe !== null && <Charts of="run" subject={{ recipe, record, kind: run.kind, classes, noun }} />}
      {run.kind === 'finished' && run.result.other !== null && (
        <Later load={loadOtherPhase} props={{ result: run.result, phases: run.run.phases }} />
      )}
      {shown !== null && <Settings recipe={shown} />}
    </Column>
  );
}

/** What the network of the run is called, where the page's recipe has another one or another cut by now. */
function useOtherNetwork(shown: Recipe | null, ran: Recipe | null): string | null {
  const backbones = useStudioState((state) => state.catalog?.backbones);
  const [now, then] = [useFullRecipe(shown), useFullRecipe(ran)];
  if (now === null || then === null) return null;
  const labelOf = (name: string): string => backbones?.find((each) => each.name === name)?.label ?? name;
  const label = runLabel(then, labelOf);
  return label === runLabel(now, labelOf) && isSame(then.backbone, now.backbone) ? null : label;
}
