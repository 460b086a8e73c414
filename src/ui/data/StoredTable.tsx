/** The lines of what is stored on this machine: downloads, sets and prepared pictures, each with what can be done. */
import type { ReactElement } from 'react';
import { formatBytes, formatCount } from '../../lib/format.ts';
import type { Stored, StoredDownload, StoredSet, StoredThing } from '../../protocol/stored.ts';

interface StoredTableProps {
  readonly stored: Stored;
  /** While something is stored or saved, nothing else is begun. */
  readonly isBusy: boolean;
  /** Null while a run goes on: the set then stays. */
  readonly onOpen: ((set: string) => void) | null;
  readonly onSave: (set: string) => void;
  readonly onDelete: (thing: StoredThing) => void;
}

export function StoredTable({ stored, ...actions }: StoredTableProps): ReactElement {
  const { downloads, sets, preparedBytes } = stored;
  return (
    <table className="runs stored">
      <caption className="visually-hidden">Stored on this machine</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">size</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {sets.map((set) => (
          <SetLine key={set.label} set={set} {...actions} />
        ))}
        {downloads.map((download) => (
          <DownloadLine key={download.url} download={download} {...actions} />
        ))}
        {preparedBytes > 0 && (
          <tr>
            <th scope="row">
              Pictures ready for training
              <span className="small dim">Made again from their set when it is opened.</span>
            </th>
            <td>{formatBytes(preparedBytes)}</td>
            <td>
              <LineButton
                what="prepared pictures"
                {...actions}
                act={() => actions.onDelete({ prepared: true })}
              >
                Delete
              </LineButton>
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

type LineProps = Omit<StoredTableProps, 'stored'>;

function SetLine({ set, ...actions }: LineProps & { readonly set: StoredSet }): ReactElement {
  const { label, source, pictures, sizeBytes, storedAtMs } = set;
  const { onOpen, onSave, onDelete } = actions;
  return (
    <tr>
      <th scope="row" title={label}>
        {label}
        <span className="small dim">
          Stored set, {formatCount(pictures)} pictures, from: {source}, <Day atMs={storedAtMs} />
        </span>
      </th>
      <td>{formatBytes(sizeBytes)}</td>
      <td>
        <span className="source-actions">
          {onOpen !== null && (
            <LineButton what={label} {...actions} act={() => onOpen(label)}>
              Open
            </LineButton>
          )}
          <LineButton what={`${label} as a Parquet file`} {...actions} act={() => onSave(label)}>
            Save
          </LineButton>
          <LineButton what={label} {...actions} act={() => onDelete({ set: label })}>
            Delete
          </LineButton>
        </span>
      </td>
    </tr>
  );
}

function DownloadLine({
  download,
  ...actions
}: LineProps & { readonly download: StoredDownload }): ReactElement {
  const { url, label, byteLength, storedBytes, storedAtMs } = download;
  const isWhole = storedBytes === byteLength;
  const size = isWhole
    ? formatBytes(byteLength)
    : `${formatBytes(storedBytes)} of ${formatBytes(byteLength)}`;
  return (
    <tr>
      <th scope="row" title={url}>
        {label}
        <span className="small dim">
          Download, <Day atMs={storedAtMs} />
        </span>
      </th>
      <td>{size}</td>
      <td>
        <LineButton what={label} {...actions} act={() => actions.onDelete({ url })}>
          Delete
        </LineButton>
      </td>
    </tr>
  );
}

function Day({ atMs }: { readonly atMs: number }): ReactElement {
  const day = new Date(atMs);
  return <time dateTime={day.toISOString()}>{day.toLocaleDateString('en', { dateStyle: 'medium' })}</time>;
}

interface LineButtonProps {
  readonly children: string;
  /** What it acts on, for those who cannot see the line. */
  readonly what: string;
  readonly isBusy: boolean;
  readonly act: () => void;
}

function LineButton({ children, what, isBusy, act }: LineButtonProps): ReactElement {
  return (
    <button type="button" className="link" disabled={isBusy} onClick={act}>
      {children}
      <span className="visually-hidden"> {what}</span>
    </button>
  );
}
