/** What is stored on this machine: how much it takes, sets to open, save or delete, and the open set to be stored. */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { countOf, formatBytes, formatCount } from '../../lib/format.ts';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { RunEvent } from '../../protocol/events.ts';
import type { SavedFile } from '../../protocol/messages.ts';
import type { Stored, StoredThing } from '../../protocol/stored.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { Message } from '../widgets/Message.tsx';
import { saveBlob } from '../widgets/save-file.ts';
import { StoragePromise } from '../widgets/StoragePromise.tsx';
import { ForgetAll } from './ForgetAll.tsx';
import { StoredTable } from './StoredTable.tsx';

export function StoredDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const studio = useStudio();
  const { stored, error, doing, remove, store, save, cancel } = useStored();
  const { canStore, isOpen } = useOpenSet();
  const active = useStudioState((state) => isActive(state.run));
  const edits = useStudioState((state) => state.recipe?.dataset.edits ?? null);
  const open = (set: string): void => {
    studio.edit((recipe) => ({ ...recipe, dataset: { source: 'stored', set } }), { files: [] });
    onClose();
  };
  const isBusy = doing !== null;
  return (
    <Dialog title="Stored on this machine" onClose={onClose}>
      <p className="small">
        What was downloaded or stored stays in this browser: it is not downloaded again, and opens without a
        network.
      </p>
      {error !== null && <Message error={error} />}
      {stored?.trouble && <Message error={stored.trouble} />}
      {stored !== null && totalBytes(stored) > 0 && (
        <StoredTable
          stored={stored}
          isBusy={isBusy}
          onOpen={active ? null : open}
          onSave={save}
          onDelete={remove}
        />
      )}
      <p className="small" role="status">
        {doing ?? totalText(stored)}
      </p>
      {edits !== null && isOpen && (
        <p className="small">
          Here and in a file the set is as it came: your {countOf(edits.count, 'edit')} stay a list beside it,
          which <b>Save the edits</b> writes (Data, Edit).
        </p>
      )}
      <StoragePromise />
      <div className="actions">
        {isBusy && (
          <button type="button" onClick={cancel}>
            Cancel
          </button>
        )}
        {!isBusy && isOpen && (
          <button type="button" onClick={() => save(null)}>
            Save the open set as Parquet
          </button>
        )}
        {!isBusy && canStore && (
          <button type="button" onClick={store}>
            Store the open set
          </button>
        )}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
      <ForgetAll />
    </Dialog>
  );
}

/** Whether a set is open, and whether it is one that is gone with its files unless it is stored. */
function useOpenSet(): { readonly isOpen: boolean; readonly canStore: boolean } {
  const open = useStudioState(({ dataset }) => (dataset.status === 'ready' ? dataset.value : null));
  const entry = useStudioState(({ catalog }) => catalog?.sources.find(({ name }) => name === open?.source));
  return { isOpen: open !== null, canStore: open !== null && entry?.isOwn === true };
}

function totalBytes({ downloads, sets, preparedBytes }: Stored): number {
  const all = [...downloads.map(({ storedBytes }) => storedBytes), ...sets.map(({ sizeBytes }) => sizeBytes)];
  return all.reduce((sum, bytes) => sum + bytes, preparedBytes);
}

function totalText(stored: Stored | null): string {
  if (stored === null) return '';
  const bytes = totalBytes(stored);
  return bytes === 0 ? 'Nothing is stored.' : `In all ${formatBytes(bytes)}.`;
}

interface StoredActions {
  /** Null until the engine has answered. */
  readonly stored: Stored | null;
  readonly error: WireError | null;
  /** What goes on, in words; null while nothing does. */
  readonly doing: string | null;
  readonly remove: (thing: StoredThing) => void;
  /** Stores the open set. */
  readonly store: () => void;
  /** Saves a stored set as a file, or with null the open one. */
  readonly save: (set: string | null) => void;
  /** Ends what goes on. */
  readonly cancel: () => void;
}

interface Work<Output> {
  readonly result: Promise<Output>;
  control(action: 'cancel'): void;
}

/** Asks the engine when the dialog opens, and after each change. */
function useStored(): StoredActions {
  const { stored: requests } = useStudio();
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
  const carryOut = <Output,>(
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
    requests.list().then(setStored, (reason: unknown) => setError(asStudioError(reason).toWire()));
    return () => work.current?.control('cancel');
  }, [requests]);
  return {
    stored,
    error,
    doing,
    remove: (thing) => show(requests.remove(thing)),
    store: () => carryOut('Storing the pictures', (onEvent) => requests.storeSet(onEvent), setStored),
    save: (set) =>
      carryOut(
        'Writing the file',
        (onEvent) => requests.saveSet(set, onEvent),
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
