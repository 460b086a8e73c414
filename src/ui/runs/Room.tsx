/** What kept runs take on this machine, what to delete first when that gets short, and what was deleted and can come back. */
import type { ReactElement } from 'react';
import { countOf, formatBytes } from '../../lib/format.ts';
import type { BackboneEntry } from '../../protocol/catalog.ts';
import type { KeptRun } from '../../protocol/runs/kept.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { StoragePromise } from '../widgets/StoragePromise.tsx';
import { isShort, nameOf, neededFor, offeredFirst } from './run-words.ts';

const none: readonly BackboneEntry[] = [];
/** A look at more would not help to choose. */
const OFFERED = 5;

export function Room(): ReactElement {
  const { takenBytes, frozenBytes, freeBytes } = useStudioState((state) => state.room);
  return (
    <div className="kept-room">
      <p>
        <b>{formatBytes(takenBytes)}</b>
        {freeBytes === null ? ' taken' : ` of ${formatBytes(takenBytes + freeBytes)} that there is room for`}
      </p>
      {freeBytes !== null && (
        <progress aria-label="Room taken" value={takenBytes} max={Math.max(1, takenBytes + freeBytes)} />
      )}
      <p className="small">
        {frozenBytes > 0 && `Of that ${formatBytes(frozenBytes)} are values that runs share, kept once. `}
        Nothing is ever deleted unasked.
      </p>
      <StoragePromise />
      <Short />
    </div>
  );
}

/** Nothing while there is room. */
function Short(): ReactElement | null {
  const { runs: requests } = useStudio();
  const room = useStudioState((state) => state.room);
  const runs = useStudioState((state) => state.kept);
  const backbones = useStudioState((state) => state.catalog?.backbones ?? none);
  const offered = offeredFirst(runs).slice(0, OFFERED);
  if (!isShort(room) || offered.length === 0) return null;
  return (
    <div role="status">
      <p>
        Room is short: the next run may not be kept. The oldest without a star, to be deleted if you like:
      </p>
      <ul className="files">
        {offered.map((run) => (
          <li key={run.runId}>
            <span>
              {nameOf(run, backbones)} <span className="small">{formatBytes(run.sizeBytes)}</span>
            </span>
            <button type="button" onClick={() => void requests.change({ runId: run.runId, do: 'delete' })}>
              Delete<span className="visually-hidden"> {nameOf(run, backbones)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Nothing where nothing was deleted. */
export function Deleted({ runs }: { readonly runs: readonly KeptRun[] }): ReactElement | null {
  const { runs: requests } = useStudio();
  const all = useStudioState((state) => state.kept);
  const backbones = useStudioState((state) => state.catalog?.backbones ?? none);
  if (runs.length === 0) return null;
  return (
    <details className="note" open>
      <summary className="small" role="status">
        Deleted, {countOf(runs.length, 'run')}: kept until the tab is closed
      </summary>
      <ul className="files">
        {runs.map((run) => {
          const { runId } = run;
          const name = nameOf(run, backbones);
          const needing = neededFor(run, all);
          return (
            <li key={runId}>
              <span className="small">
                {name}
                {needing !== null && `, which stays as long as ${nameOf(needing, backbones)} needs it`}
              </span>
              <span className="actions">
                <button
                  type="button"
                  className="link small"
                  onClick={() => void requests.change({ runId, do: 'restore' })}
                >
                  Restore<span className="visually-hidden"> {name}</span>
                </button>
                {needing === null && (
                  <button
                    type="button"
                    className="link small"
                    onClick={() => void requests.change({ runId, do: 'discard' })}
                  >
                    Delete for good<span className="visually-hidden"> {name}</span>
                  </button>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
