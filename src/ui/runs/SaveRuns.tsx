/** The buttons that save kept runs as files: for another machine, or one of them as a report. */
import { useState, type ReactElement } from 'react';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import type { SavedFile } from '../../protocol/messages.ts';
import { useStudio } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';
import { saveBlob } from '../widgets/save-file.ts';

export function SaveRuns({ runIds }: { readonly runIds: readonly string[] }): ReactElement {
  const { runs } = useStudio();
  return <SaveButton label="Save for another machine" write={() => runs.save(runIds)} />;
}

export function SaveReport({ runId }: { readonly runId: string }): ReactElement {
  const { runs } = useStudio();
  return <SaveButton label="Report, .html" write={() => runs.report(runId)} />;
}

interface SaveButtonProps {
  readonly label: string;
  readonly write: () => Promise<SavedFile>;
}

function SaveButton({ label, write }: SaveButtonProps): ReactElement {
  const [isWriting, setIsWriting] = useState(false);
  const [error, setError] = useState<WireError | null>(null);
  const save = async (): Promise<void> => {
    setIsWriting(true);
    setError(null);
    try {
      const { fileName, blob } = await write();
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
        {isWriting ? 'Writing' : label}
      </button>
      {error !== null && <Message error={error} kept="All is still here." />}
    </>
  );
}
