/** What is kept on this machine: how much it takes, sets to open, save or forget, and the open set to be kept. */
import type { ReactElement } from 'react';
import { formatBytes } from '../../lib/format.ts';
import type { Stored } from '../../protocol/stored.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { Message } from '../widgets/Message.tsx';
import { StoredTable } from './StoredTable.tsx';
import { useStored } from './use-stored.ts';

export function StoredDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const studio = useStudio();
  const { stored, error, doing, remove, keep, save, cancel } = useStored();
  const { canKeep, isOpen } = useOpenSet();
  const active = useStudioState((state) => isActive(state.run));
  const open = (set: string): void => {
    studio.edit((recipe) => ({ ...recipe, dataset: { source: 'stored', set } }), { files: [] });
    onClose();
  };
  const isBusy = doing !== null;
  return (
    <Dialog title="Stored on this machine" onClose={onClose}>
      <p className="small">
        What was downloaded or kept stays in this browser: it is not downloaded again, and opens without a
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
        {!isBusy && canKeep && (
          <button type="button" onClick={keep}>
            Keep the open set
          </button>
        )}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

/** Whether a set is open, and whether it is one that is gone with its files unless it is kept. */
function useOpenSet(): { readonly isOpen: boolean; readonly canKeep: boolean } {
  const open = useStudioState(({ dataset }) => (dataset.status === 'ready' ? dataset.value : null));
  const entry = useStudioState(({ catalog }) => catalog?.sources.find(({ name }) => name === open?.source));
  return { isOpen: open !== null, canKeep: open !== null && entry?.isOwn === true };
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
