/** The third clause: how long it trains, whether it learns, and the settings, last. */
import type { ReactElement } from 'react';
import { isActive, recordOf } from '../../store/state.ts';
import { useShownRecipe, useStudioState } from '../studio-context.ts';
import { Column } from '../widgets/Column.tsx';
import { Message, Notices } from '../widgets/Message.tsx';
import { idleCaption, runCaption } from '../words/caption.ts';
import { trainingClause } from '../words/sentence.ts';
import { Curves } from './Curves.tsx';
import { EpochTable } from './EpochTable.tsx';
import { LeftRun } from './LeftRun.tsx';
import { PhaseMatrices } from './PhaseMatrices.tsx';
import { RunFailure } from './RunFailure.tsx';
import { Settings } from './Settings.tsx';

export function TrainingColumn(): ReactElement {
  const shown = useShownRecipe();
  const run = useStudioState((state) => state.run);
  const engineError = useStudioState((state) => state.engineError);
  const classes = useStudioState((state) => state.dataset.value?.labels.length ?? 0);
  const noun = useStudioState((state) => state.dataset.value?.noun ?? 'pictures');
  const record = recordOf(run);
  // Curves belong to the recipe that was run, even while the next one is being edited.
  const recipe = record?.recipe ?? shown;
  const hasEpochs = record !== null && record.history.length > 0;
  const caption = hasEpochs
    ? runCaption(record, !isActive(run), noun)
    : classes > 1
      ? idleCaption(classes, noun)
      : '';
  return (
    <Column
      id="training"
      title="Training"
      clause={recipe === null ? 'trained:' : trainingClause(recipe, run)}
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
      <RunFailure at="training" />
      <LeftRun />
      {record !== null && <Notices notices={record.notices} />}
      {recipe !== null && (
        <Curves
          recipe={recipe}
          record={record}
          classes={classes}
          isLive={run.kind === 'running'}
          caption={caption}
        />
      )}
      {record !== null && record.phases.length > 0 && <EpochTable record={record} />}
      {record !== null && <PhaseMatrices record={record} />}
      {shown !== null && <Settings recipe={shown} />}
    </Column>
  );
}
