/** Asks before something is thrown away that took the user a while to make. */
import { useState, type ReactElement } from 'react';

/** What a dialog does when it is left with something unsaved in it. */
interface Leaving {
  /** For the dialog: true while the question stands, or is put now. */
  readonly onLeave: () => boolean;
  /** The question, while it stands. */
  readonly question: ReactElement | null;
}

/**
 * @param what is there to lose, in a few words; null for nothing
 * @param onThrow carries it out
 */
export function useThrowAway(what: string | null, onThrow: () => void): Leaving {
  const [isAsking, setIsAsking] = useState(false);
  const onLeave = (): boolean => {
    if (what === null) return false;
    // Escape at the question keeps what there is.
    setIsAsking(!isAsking);
    return true;
  };
  const question =
    isAsking && what !== null ? (
      <div className="message" role="alertdialog" aria-label={`Throw ${what} away?`}>
        <p>Throw {what} away? They are nowhere else.</p>
        <div className="actions">
          <button type="button" onClick={onThrow}>
            Throw away
          </button>
          <button type="button" autoFocus onClick={() => setIsAsking(false)}>
            Keep
          </button>
        </div>
      </div>
    ) : null;
  return { onLeave, question };
}
