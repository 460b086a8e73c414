/** Why a run failed, in the column where it did: what has to do with pictures under Data, the rest under Training. */
import type { ReactElement } from 'react';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';

/** Nothing unless a run has failed there. */
export function RunFailure({ at }: { readonly at: 'data' | 'training' }): ReactElement | null {
  const studio = useStudio();
  const run = useStudioState((state) => state.run);
  if (run.kind !== 'failed' || columnOf(run.error.code, run.run.phases.length) !== at) return null;
  const kept =
    run.run.history.length === 0 ? undefined : 'The curves and the table keep what was measured until then.';
  return (
    <Message error={run.error} kept={kept}>
      <button type="button" onClick={() => void studio.train()}>
        Train again
      </button>
    </Message>
  );
}

function columnOf(code: string, phases: number): 'data' | 'training' {
  const area = code.split('/')[0];
  return area === 'data' || (area === 'net' && phases === 0) ? 'data' : 'training';
}
