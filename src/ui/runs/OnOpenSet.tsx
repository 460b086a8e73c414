/** How a kept network does on the set that is open: one that it was not trained on, or that nobody knows about it. */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { Call } from '../../client/studio-client.ts';
import { countOf, formatPercent } from '../../lib/format.ts';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { KeptRun } from '../../protocol/runs/kept.ts';
import type { EvaluatedOpen } from '../../protocol/try.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';

interface OnOpenSetProps {
  readonly run: KeptRun;
  readonly isDisabled: boolean;
}

/** Nothing where no set is open, or where it is the run's own, of which its test speaks. */
export function OnOpenSet({ run, isDisabled }: OnOpenSetProps): ReactElement | null {
  const { tries } = useStudio();
  const dataset = useStudioState((state) => state.dataset.value);
  const [isAsking, setIsAsking] = useState(false);
  const [found, setFound] = useState<EvaluatedOpen | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  const call = useRef<Call<'evaluateOpen'> | null>(null);
  useEffect(() => () => call.current?.control('cancel'), []);
  if (dataset === null || (run.test !== null && dataset.setHash === run.setHash)) return null;
  const ask = (): void => {
    setIsAsking(true);
    setError(null);
    call.current = tries.evaluateOpen(run.runId);
    void call.current.result
      .then(setFound, (reason: unknown) => {
        if (!isAbort(reason)) setError(asStudioError(reason).toWire());
      })
      .finally(() => setIsAsking(false));
  };
  return (
    <div>
      <div className="actions">
        <button type="button" disabled={isDisabled || isAsking} onClick={ask}>
          {isAsking ? 'Asking' : 'Ask it about the open set'}
        </button>
      </div>
      <div role="status">{found !== null && <Found {...found} />}</div>
      {error !== null && <Message error={error} kept="The network and the open set are as they were." />}
    </div>
  );
}

function Found({ evaluation, leftOut, unasked }: EvaluatedOpen): ReactElement {
  const [low, high] = evaluation.interval;
  const left = leftOut.map(({ label, count }) => `${count.toString()} of ${label}`).join(', ');
  return (
    <>
      <p>
        Right on {formatPercent(evaluation.accuracy)} of {countOf(evaluation.rows.length, 'test picture')} of
        the open set, 95 % interval {formatPercent(low)} to {formatPercent(high)}, macro F1{' '}
        {evaluation.macroF1.toFixed(3)}.
      </p>
      <p className="small">
        {left !== '' && `Left out, since it knows no such class: ${left}. `}
        {unasked.length > 0 && `Not in the set: ${unasked.join(', ')}. `}
        If it learned from this set under another split, it may have seen some of them.
      </p>
    </>
  );
}
