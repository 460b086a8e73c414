/** The buttons that save kept runs as files: for another machine, or one of them as a report. */
import { useMemo, useState, type ReactElement } from 'react';
import { formatBytes } from '../../lib/format.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import type { SavedFile } from '../../protocol/messages.ts';
import { testHash } from '../../protocol/identity.ts';
import type { KeptRun } from '../../protocol/runs/kept.ts';
import type { DatasetSummary } from '../../protocol/set/dataset.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { CheckField } from '../widgets/fields.tsx';
import { Message } from '../widgets/Message.tsx';
import { saveBlob } from '../widgets/save-file.ts';

interface SaveRunsProps {
  readonly runIds: readonly string[];
  readonly label?: string;
}

export function SaveRuns({ runIds, label = 'Save for another machine' }: SaveRunsProps): ReactElement {
  const { runs } = useStudio();
  return <SaveButton label={label} write={() => runs.save(runIds, false)} />;
}

/** The same, with a box that has their pictures go along where their set is open. */
export function SaveRunsWithPictures({ run }: { readonly run: KeptRun }): ReactElement {
  const { runs } = useStudio();
  const [isAsked, setIsAsked] = useState(false);
  const open = useStudioState((state) => state.dataset.value);
  const test = useMemo(() => open && testHash(open), [open]);
  const isHere = open !== null && test === run.testHash && open.edits === undefined;
  const isWith = isAsked && isHere;
  return (
    <div>
      <CheckField
        label="With the pictures"
        help={helpOf(open, isHere)}
        isReadOnly={!isHere}
        isChecked={isWith}
        onCheck={setIsAsked}
      />
      <div className="actions">
        <SaveButton label="Save for another machine" write={() => runs.save([run.runId], isWith)} />
      </div>
    </div>
  );
}

function helpOf(open: DatasetSummary | null, isHere: boolean): string {
  if (isHere && open !== null)
    return `About ${formatBytes(open.sizeBytes)} more: all pictures of ${open.origin} as they are, with their names in the set. Send them only to whom you may.`;
  if (open?.edits !== undefined)
    return 'The open set is edited: its pictures go along once it is saved as a set of its own.';
  return 'Their set is not open: open the run in the studio first.';
}

export function SaveReport({ runId }: { readonly runId: string }): ReactElement {
  const { runs } = useStudio();
  return <SaveButton label="Report, .html" write={() => runs.report({ runId })} />;
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
