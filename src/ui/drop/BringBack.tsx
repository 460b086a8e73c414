/** Takes an exported network back and offers to try it; a refusal says why, and nothing else has changed. */
import { useEffect, useState, type ReactElement } from 'react';
import { countOf } from '../../lib/format.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import type { BroughtRun } from '../../protocol/runs/kept.ts';
import { TryButton } from '../results/TryButton.tsx';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { Message } from '../widgets/Message.tsx';

interface BringBackProps {
  readonly files: readonly File[];
  readonly onClose: () => void;
}

export function BringBack({ files, onClose }: BringBackProps): ReactElement {
  const studio = useStudio();
  const backbones = useStudioState((state) => state.catalog?.backbones);
  const [brought, setBrought] = useState<BroughtRun | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  useEffect(() => {
    // A dialog that is drawn twice brings one network back once.
    let isHere = true;
    const reading = setTimeout(() => {
      studio.runs.bringBack(files).then(
        (found) => {
          if (isHere) setBrought(found);
        },
        (thrown: unknown) => {
          if (isHere) setError(asStudioError(thrown).toWire());
        },
      );
    });
    return () => {
      isHere = false;
      clearTimeout(reading);
    };
  }, [studio, files]);
  const run = brought?.run ?? null;
  const name = backbones?.find((entry) => entry.name === run?.recipe.backbone.name)?.label ?? '';
  return (
    <Dialog title="A network comes back" onClose={onClose}>
      {run === null && error === null && <p role="status">Reading it and asking it about its proof…</p>}
      {run !== null && (
        <p role="status">
          {name}, {countOf(run.labels.length, 'class', 'classes')}:{' '}
          {brought?.isHeld === true
            ? 'it answers as it did when it was exported, and'
            : 'no proof came with it, so that what it answers is not checked. It'}{' '}
          {run.isStored
            ? 'is among the kept runs on this machine.'
            : 'could not be stored: it is here for as long as this tab is open.'}{' '}
          Nothing else was changed.
        </p>
      )}
      {error !== null && <Message error={error} kept="Nothing was changed." />}
      <div className="actions">
        {run !== null && <TryButton run={run}>Try it</TryButton>}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
