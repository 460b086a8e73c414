/** The button that saves kept runs as one file, for another machine. */
import { useState, type ReactElement } from 'react';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import { useStudio } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';
import { saveBlob } from '../widgets/save-file.ts';

export function SaveRuns({ runIds }: { readonly runIds: readonly string[] }): ReactElement {
  const { runs } = useStudio();
  const [isWriting, setIsWriting] = useState(false);
  const [error, setError] = useState<WireError | null>(null);
  const save = async (): Promise<void> => {
    setIsWriting(true);
    setError(null);
    try {
      const { fileName, blob } = await runs.save(runIds);
      saveBlob(fileName, blob);
    } catch (reason) {
      setError(asStudioError(reason).toWire());
    } finally {
      setIsWriting(false);
    }
  };
  return (
    <>
      <button type="button" disabled={isWriting} onClick={() => void save()}>
        {isWriting ? 'Writing' : 'Save for another machine'}
      </button>
      {error !== null && <Message error={error} kept="All is still here." />}
    </>
  );
}
