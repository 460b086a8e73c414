/** For a shared computer: everything that Mien keeps here is deleted, after it was offered as files; now, or at the end of the visit. */
import { useState, type ReactElement } from 'react';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import { isActive } from '../../store/state.ts';
import { SaveButton, SaveRuns } from '../runs/SaveRuns.tsx';
import { useStudio, useStudioState } from '../studio-context.ts';
import { forgetsAtEnd, forgetSettings, setForgetsAtEnd } from '../visit.ts';
import { CheckField } from '../widgets/fields.tsx';
import { Message } from '../widgets/Message.tsx';

export function ForgetAll(): ReactElement {
  const [isAtEnd, setIsAtEnd] = useState(forgetsAtEnd);
  const [isAsking, setIsAsking] = useState(false);
  return (
    <section className="forget" aria-label="On a shared computer">
      <CheckField
        label="Forget everything at the end of this visit"
        help="For a shared computer. A closing page has no time for it: all is deleted before Mien is next shown in this browser."
        isChecked={isAtEnd}
        onCheck={(forgets) => {
          setForgetsAtEnd(forgets);
          setIsAtEnd(forgets);
        }}
      />
      {isAsking ? (
        <Question onKeep={() => setIsAsking(false)} />
      ) : (
        <div className="actions">
          <button type="button" onClick={() => setIsAsking(true)}>
            Forget everything here
          </button>
        </div>
      )}
    </section>
  );
}

function Question({ onKeep }: { readonly onKeep: () => void }): ReactElement {
  const studio = useStudio();
  const runs = useStudioState((state) => state.kept);
  const active = useStudioState((state) => isActive(state.run));
  const edits = useStudioState((state) => state.recipe?.dataset.edits ?? null);
  const [error, setError] = useState<WireError | null>(null);
  const forget = async (): Promise<void> => {
    try {
      await studio.stored.forgetAll();
      forgetSettings();
      location.replace(location.pathname);
    } catch (reason) {
      setError(asStudioError(reason).toWire());
    }
  };
  const runIds = runs.filter(({ isDeleted }) => !isDeleted).map(({ runId }) => runId);
  return (
    <div className="message" role="alertdialog" aria-label="Forget everything here?">
      <p>
        Sets, shots, edits, runs, studies, downloads and settings of Mien in this browser are deleted, and
        tokens are forgotten. Nobody can bring them back: save first what you want to keep.
      </p>
      {active && <p className="small">A run goes on: stop it first, or let it end.</p>}
      {error !== null && <Message error={error} />}
      <div className="actions">
        {runIds.length > 0 && (
          <SaveRuns runIds={runIds} label={`Save ${runIds.length === 1 ? 'the run' : 'all runs'}`} />
        )}
        {edits !== null && <SaveButton label="Save the edits" write={() => studio.edits.save(edits)} />}
      </div>
      <p className="small">Sets that are stored have their own Save above.</p>
      <div className="actions">
        <button type="button" disabled={active} onClick={() => void forget()}>
          Delete all of it
        </button>
        <button type="button" autoFocus onClick={onKeep}>
          Keep
        </button>
      </div>
    </div>
  );
}
