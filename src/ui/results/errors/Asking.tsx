/** The button that has a network asked about many pictures, how far that is, and what ends it. */
import type { ReactElement } from 'react';
import { countOf, formatCount } from '../../../lib/format.ts';
import { Message } from '../../widgets/Message.tsx';
import type { AskedRows } from './asked-rows.ts';

interface AskingProps {
  readonly asked: AskedRows;
  /** How many pictures it is about. */
  readonly total: number;
  /** What they are called, such as `training picture`. */
  readonly noun: string;
  /** Why it cannot be asked now; empty where it can. */
  readonly trouble: string;
}

export function Asking({ asked, total, noun, trouble }: AskingProps): ReactElement {
  const { isAsking, done, error, start, stop } = asked;
  const pictures = countOf(total, noun);
  return (
    <>
      <div className="errors-asking">
        {isAsking ? (
          <button type="button" onClick={stop}>
            Stop
          </button>
        ) : (
          <button type="button" disabled={trouble !== ''} onClick={start}>
            Ask it about {pictures}
          </button>
        )}
        {isAsking && <progress aria-label="Pictures asked about" value={done} max={total} />}
        <span className="small" role="status">
          {isAsking ? `${formatCount(done)} of ${pictures} asked about` : trouble}
        </span>
      </div>
      {error !== null && <Message error={error} />}
    </>
  );
}
