/** Whether the browser has promised to keep what is stored, said where that is listed; it can be asked again. */
import { useEffect, useState, type ReactElement } from 'react';

type Answer = 'unknown' | 'promised' | 'not promised' | 'refused';

export function StoragePromise(): ReactElement {
  const [answer, setAnswer] = useState<Answer>('unknown');
  // Insecure pages are not told.
  const { storage } = navigator as { readonly storage?: StorageManager };
  useEffect(() => {
    let isCurrent = true;
    storage?.persisted().then(
      (isKept) => {
        if (isCurrent) setAnswer(isKept ? 'promised' : 'not promised');
      },
      // Who does not say promises nothing.
      (_refusal: unknown) => {
        if (isCurrent) setAnswer('not promised');
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [storage]);
  const ask = (): void => {
    void storage?.persist().then(
      (isKept) => setAnswer(isKept ? 'promised' : 'refused'),
      (_refusal: unknown) => setAnswer('refused'),
    );
  };
  if (answer === 'promised')
    return <p className="small">The browser has promised to keep it until you delete it.</p>;
  const may =
    'it may clear a page’s storage when the disk is full, Safari after seven days without a visit. Save what must last as files.';
  return (
    <div>
      <p className="small" role="status">
        {answer === 'refused'
          ? `The browser was asked to keep it and did not promise: ${may}`
          : `The browser has not promised to keep it: ${may}`}
      </p>
      {storage !== undefined && answer === 'not promised' && (
        <button type="button" className="link small" onClick={ask}>
          Ask it to keep it
        </button>
      )}
    </div>
  );
}
