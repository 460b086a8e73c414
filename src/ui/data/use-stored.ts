/** What is kept on this machine, and what can be done about it, for the dialog that lists it. */
import { useEffect, useRef, useState } from 'react';
import { formatCount } from '../../lib/format.ts';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { RunEvent } from '../../protocol/events.ts';
import type { SavedFile } from '../../protocol/messages.ts';
import type { Stored, StoredThing } from '../../protocol/stored.ts';
import { saveBlob } from '../results/save-file.ts';
import { useStudio } from '../studio-context.ts';

interface StoredActions {
  /** Null until the engine has answered. */
  readonly stored: Stored | null;
  readonly error: WireError | null;
  /** What goes on, in words; null while nothing does. */
  readonly doing: string | null;
  readonly remove: (thing: StoredThing) => void;
  /** Keeps the open set. */
  readonly keep: () => void;
  /** Saves a kept set as a file, or with null the open one. */
  readonly save: (set: string | null) => void;
  /** Ends what goes on. */
  readonly cancel: () => void;
}

interface Work<Output> {
  readonly result: Promise<Output>;
  control(action: 'cancel'): void;
}

/** Asks the engine when the dialog opens, and after each change. */
export function useStored(): StoredActions {
  const { kept } = useStudio();
  const [stored, setStored] = useState<Stored | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  const [doing, setDoing] = useState<string | null>(null);
  const work = useRef<Work<unknown> | null>(null);

  const failed = (reason: unknown): void => {
    if (!isAbort(reason)) setError(asStudioError(reason).toWire());
  };
  const show = (asked: Promise<Stored>): void => {
    setError(null);
    asked.then(setStored, failed);
  };
  const carryOut = <Output>(
    label: string,
    start: (onEvent: (event: RunEvent) => void) => Work<Output>,
    use: (output: Output) => void,
  ): void => {
    setError(null);
    setDoing(label);
    const started = start((event) => {
      if (event.kind === 'progress') setDoing(progressText(event));
    });
    work.current = started;
    void started.result.then(use, failed).finally(() => setDoing(null));
  };
  useEffect(() => {
    show(kept.list());
    return () => work.current?.control('cancel');
  }, [kept]);
  return {
    stored,
    error,
    doing,
    remove: (thing) => show(kept.remove(thing)),
    keep: () => carryOut('Keeping the pictures', (onEvent) => kept.keepSet(onEvent), setStored),
    save: (set) =>
      carryOut(
        'Writing the file',
        (onEvent) => kept.saveSet(set, onEvent),
        (saved: SavedFile) => {
          saveBlob(saved.fileName, saved.blob);
        },
      ),
    cancel: () => work.current?.control('cancel'),
  };
}

function progressText({ label, done, total }: Extract<RunEvent, { kind: 'progress' }>): string {
  return total === null ? label : `${label}, ${formatCount(done)} of ${formatCount(total)}`;
}
