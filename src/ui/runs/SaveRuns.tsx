/** The buttons that save kept runs as files: for another machine, or one of them as a report. */
import { useState, type ReactElement } from 'react';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import type { SavedFile } from '../../protocol/messages.ts';
import { useStudio } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';
import { saveBlob } from '../widgets/save-file.ts';

interface SaveRunsProps {
  readonly runIds: readonly string[];
  readonly label?: string;
}

export function SaveRuns({ runIds, label = 'Save for another machine' }: SaveRunsProps): ReactElement {
  const { runs } = useStudio();
  return <SaveButton label={label} write={() => runs.save(runIds)} />;
}

export function SaveReport({ runId }: { readonly runId: string }): ReactElement {
  const { runs } = useStudio();
  return <SaveButton label="Report, .html" write={() => runs.report(runId)} />;
}

interface SaveButtonProps {
  readonly label: string;
  readonly write: () => Promise<SavedFile>;
}

export function SaveButton({ label, write }: SaveButtonProps): ReactElement {
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
