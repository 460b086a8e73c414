/**
 * Takes a network in that was trained before, here or by another program, and offers to try it and to train on from it; a
 * refusal says why, and nothing else has changed.
 */
import { useEffect, useState, type ReactElement } from 'react';
import { countOf } from '../../lib/format.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import { trainingOn } from '../../protocol/recipe/fields.ts';
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
  const trainOn = (): void => {
    if (run === null) return;
    const refused = studio.edit((before) => trainingOn(before, run.runId, run.recipe));
    if (refused === null) onClose();
    else setError(refused);
  };
  const name = backbones?.find((entry) => entry.name === run?.recipe.backbone.name)?.label ?? '';
  return (
    <Dialog title="A network comes in" onClose={onClose}>
      {run === null && error === null && (
        <p role="status">Reading it, and asking it about its proof where one came along…</p>
      )}
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
      {brought !== null && brought.notes.length > 0 && (
        <ul className="small">
          {brought.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {run !== null && (
        <p className="small">
          To train on from it takes its backbone, and its head too where the set has the same classes in the
          same order ({classesText(run.labels)}); otherwise a new head, and the run says so.
        </p>
      )}
      {error !== null && <Message error={error} kept="Nothing was changed." />}
      <div className="actions">
        {run !== null && (
          <>
            <TryButton run={run}>Try it</TryButton>
            <button type="button" onClick={trainOn}>
              Train on from it
            </button>
          </>
        )}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

/** The first of them. */
function classesText(labels: readonly string[]): string {
  return `${labels.slice(0, 8).join(', ')}${labels.length > 8 ? ` and ${(labels.length - 8).toString()} more` : ''}`;
}
