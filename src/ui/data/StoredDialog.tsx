/** What was downloaded and stays in this browser: how much it takes, and a button to forget each. */
import { useEffect, useState, type ReactElement } from 'react';
import { formatBytes } from '../../lib/format.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import type { StoredDownload, StoredDownloads } from '../../protocol/stored.ts';
import { useStudio } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { Message } from '../widgets/Message.tsx';

/** See the header. */
export function StoredDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { stored, error, remove } = useStored();
  const downloads = stored?.downloads ?? [];
  const total = downloads.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  return (
    <Dialog title="Stored on this machine" onClose={onClose}>
      <p className="small">
        What was downloaded stays in this browser: it is not downloaded again, and opens without a network.
      </p>
      {error !== null && <Message error={error} />}
      {stored?.trouble && <Message error={stored.trouble} />}
      {downloads.length > 0 && (
        <table className="runs stored">
          <caption className="visually-hidden">Stored downloads</caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">size</th>
              <th scope="col">since</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {downloads.map((download) => (
              <StoredLine key={download.url} download={download} onDelete={remove} />
            ))}
          </tbody>
        </table>
      )}
      <p className="small" role="status">
        {totalText(stored, total)}
      </p>
      <div className="actions">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

interface StoredLineProps {
  readonly download: StoredDownload;
  readonly onDelete: (url: string) => void;
}

function StoredLine({ download, onDelete }: StoredLineProps): ReactElement {
  const { url, label, byteLength, storedBytes, storedAtMs } = download;
  const isWhole = storedBytes === byteLength;
  const size = isWhole
    ? formatBytes(byteLength)
    : `${formatBytes(storedBytes)} of ${formatBytes(byteLength)}`;
  const since = new Date(storedAtMs);
  return (
    <tr>
      <th scope="row" title={url}>
        {label}
      </th>
      <td>{size}</td>
      <td>
        <time dateTime={since.toISOString()}>{since.toLocaleDateString('en', { dateStyle: 'medium' })}</time>
      </td>
      <td>
        <button type="button" className="link" onClick={() => onDelete(url)}>
          Delete<span className="visually-hidden"> {label}</span>
        </button>
      </td>
    </tr>
  );
}

function totalText(stored: StoredDownloads | null, totalBytes: number): string {
  if (stored === null) return '';
  return stored.downloads.length === 0 ? 'Nothing is stored.' : `In all ${formatBytes(totalBytes)}.`;
}

/** Asks the engine when the dialog opens, and after each deletion. */
function useStored(): {
  readonly stored: StoredDownloads | null;
  readonly error: WireError | null;
  readonly remove: (url: string) => void;
} {
  const studio = useStudio();
  const [stored, setStored] = useState<StoredDownloads | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  const show = (asked: Promise<StoredDownloads>): void => {
    asked.then(setStored, (reason: unknown) => setError(asStudioError(reason).toWire()));
  };
  useEffect(() => show(studio.stored()), [studio]);
  return { stored, error, remove: (url) => show(studio.deleteStored(url)) };
}
