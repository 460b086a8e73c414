/** What is asked of a source's server before a set is opened: its token, and what it says of the set. */
import { useId, type ReactElement } from 'react';
import { Message } from '../widgets/Message.tsx';
import type { LookedUp } from './use-look-up.ts';

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
