/** What is asked of a source's server before a set is opened: its token, and what it says of the set. */
import { useEffect, useId, useRef, useState, type ReactElement } from 'react';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import type { SourceDescription } from '../../protocol/set/dataset.ts';
import type { SourceRequests } from '../../store/requests/requests.ts';
import { useStudio } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';

interface LookUpProps {
  readonly lookedUp: LookedUp;
  readonly token: string;
  readonly onToken: (token: string) => void;
  readonly onAsk: () => void;
}

export function LookUp({ lookedUp, token, onToken, onAsk }: LookUpProps): ReactElement {
  const { isAsking, description, error } = lookedUp;
  const id = useId();
  return (
    <>
      <div className="field">
        <label htmlFor={id}>Access token</label>
        <input
          id={id}
          type="password"
          autoComplete="off"
          value={token}
          aria-describedby={`${id}-help`}
          onChange={(event) => onToken(event.target.value.trim())}
        />
        <p id={`${id}-help`}>
          Only for sets that want one. It goes to that server alone, and is forgotten when this page is
          closed.
        </p>
      </div>
      <div className="looked-up">
        <p className="row">
          <button type="button" disabled={isAsking} onClick={onAsk}>
            Look up
          </button>
          <span className="small" role="status">
            {statusText(lookedUp)}
          </span>
        </p>
        {description !== null && (
          <dl className="set-facts">
            {description.facts.map(({ label, value }, index) => (
              <div key={index}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
            <div>
              <dt>card</dt>
              <dd>
                <a href={description.page} target="_blank" rel="noreferrer">
                  {description.page}
                </a>
              </dd>
            </div>
          </dl>
        )}
        {error !== null && <Message error={error} />}
      </div>
    </>
  );
}

function statusText({ isAsking, description, error }: LookedUp): string {
  if (isAsking) return 'Asking …';
  if (error !== null) return '';
  return description === null ? 'Shows what the set holds, and downloads nothing.' : 'Found.';
}

/** What is known so far; the last description stays while a new one is on its way. */
interface LookedUp {
  readonly isAsking: boolean;
  readonly description: SourceDescription | null;
  readonly error: WireError | null;
}

const nothing: LookedUp = { isAsking: false, description: null, error: null };

export function useLookUp(): LookedUp & {
  readonly ask: (dataset: Recipe['dataset']) => void;
  readonly forget: () => void;
} {
  const studio = useStudio();
  const [state, setState] = useState<LookedUp>(nothing);
  const current = useRef<ReturnType<SourceRequests['describe']>>(undefined);
  useEffect(() => () => current.current?.control('cancel'), []);
  const ask = (dataset: Recipe['dataset']): void => {
    current.current?.control('cancel');
    const call = studio.sources.describe(dataset);
    current.current = call;
    setState((before) => ({ ...before, isAsking: true, error: null }));
    call.result.then(
      (description) => {
        if (current.current === call) setState({ isAsking: false, description, error: null });
      },
      (reason: unknown) => {
        if (current.current !== call || isAbort(reason)) return;
        setState({ isAsking: false, description: null, error: asStudioError(reason).toWire() });
      },
    );
  };
  const forget = (): void => {
    current.current?.control('cancel');
    setState(nothing);
  };
  return { ...state, ask, forget };
}
