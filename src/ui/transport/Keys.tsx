/** The transport's keys: one that is Train, Pause or Resume, and Stop. */
import type { ReactElement } from 'react';
import type { RunState } from '../../store/state.ts';
import type { Studio } from '../../store/studio.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { focusWrongField } from '../training/wrong-field.ts';
import { Icon } from '../widgets/Icon.tsx';

export function Keys(): ReactElement {
  const studio = useStudio();
  const run = useStudioState((state) => state.run);
  const canTrain = useStudioState((state) => state.recipe !== null && state.device.status === 'ready');
  return (
    <div className="keys">
      <MainKey run={run} studio={studio} canTrain={canTrain} />
      {run.kind !== 'idle' && run.kind !== 'finished' && run.kind !== 'failed' && (
        <button type="button" disabled={run.kind === 'stopping'} onClick={() => studio.runs.stop()}>
          <Icon name="stop" />
          Stop
        </button>
      )}
    </div>
  );
}

interface MainKeyProps {
  readonly run: RunState;
  readonly studio: Studio;
  readonly canTrain: boolean;
}

function MainKey({ run, studio, canTrain }: MainKeyProps): ReactElement {
  switch (run.kind) {
    case 'idle':
    case 'finished':
    case 'failed':
      return (
        <button
          type="button"
          className={run.kind === 'finished' ? undefined : 'go'}
          disabled={!canTrain}
          onClick={() => train(studio)}
        >
          <Icon name="play" />
          {run.kind === 'idle' ? 'Train' : 'Train again'}
        </button>
      );
    case 'paused':
      return (
        <button type="button" className="go" onClick={() => studio.runs.resume()}>
          <Icon name="play" />
          Resume
        </button>
      );
    case 'preparing':
    case 'running':
    case 'pausing':
    case 'stopping':
      return (
        <button
          type="button"
          disabled={run.kind === 'pausing' || run.kind === 'stopping'}
          onClick={() => studio.runs.pause()}
        >
          <Icon name="pause" />
          Pause
        </button>
      );
    default:
      return run satisfies never;
  }
}

function train(studio: Studio): void {
  if (!focusWrongField()) void studio.train();
}
