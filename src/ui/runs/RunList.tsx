/** Kept runs that were asked about the same test pictures, as a table: a box to choose, a star, the name, how right. */
import type { KeyboardEvent, ReactElement } from 'react';
import { countOf } from '../../lib/format.ts';
import type { BackboneEntry } from '../../protocol/catalog.ts';
import type { KeptRun } from '../../protocol/runs/kept.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { besideName, letterOf, nameOf, setNameOf } from './run-words.ts';

interface RunListProps {
  /** At least one. */
  readonly runs: readonly KeptRun[];
  /** Ids of those that are chosen, in their order. */
  readonly chosen: readonly string[];
  readonly onChoose: (runId: string) => void;
  /** One alone. */
  readonly onOnly: (runId: string) => void;
}

const none: readonly BackboneEntry[] = [];

export function RunList({ runs, chosen, onChoose, onOnly }: RunListProps): ReactElement {
  const pictures = runs.find(({ test }) => test?.pictures != null)?.test?.pictures ?? null;
  const scale = scaleOf(runs);
  const [first] = runs;
  const set = first === undefined ? '' : setNameOf(first.recipe);
  return (
    <table className="kept-table">
      <caption>
        <b>{set}</b>{' '}
        <span className="small">{pictures === null ? '' : countOf(pictures, 'test picture')}</span>
      </caption>
      <thead className="visually-hidden">
        <tr>
          {['Choose', 'Star', 'Run', 'Interval', 'Test top-1 in %'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <RunLine key={run.runId} {...{ run, runs, chosen, onChoose, onOnly }} at={scale.at} />
        ))}
      </tbody>
      {scale.ends.length > 0 && (
        <tfoot aria-hidden="true">
          <tr className="small">
            <td colSpan={3} />
            <td className="range">
              <div className="whisker">
                {scale.ends.map((share) => (
                  <span key={share} style={{ left: `${scale.at(share)}%` }}>
                    {(share * 100).toFixed(1)}
                  </span>
                ))}
              </div>
            </td>
            <td>%</td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

interface RunLineProps extends RunListProps {
  readonly run: KeptRun;
  /** Where a share lies, in %. */
  readonly at: (share: number) => number;
}

function RunLine({ run, runs: list, chosen, onChoose, onOnly, at }: RunLineProps): ReactElement {
  const { runs } = useStudio();
  const backbones = useStudioState((state) => state.catalog?.backbones ?? none);
  const name = nameOf(run, backbones);
  const place = chosen.indexOf(run.runId);
  const { runId, test, isStarred } = run;
  const press = ({ key }: KeyboardEvent): void => {
    if (key === 'Delete') void runs.change({ runId, do: 'delete' });
    if (key === 'F2') onOnly(runId);
  };
  return (
    <tr className={place >= 0 ? 'chosen' : undefined}>
      <td className="kept-choose">
        <input
          type="checkbox"
          checked={place >= 0}
          aria-label={`Choose ${name}`}
          onChange={() => onChoose(runId)}
        />
        {chosen.length > 1 && place >= 0 && <b className="run-letter">{letterOf(place)}</b>}
      </td>
      <td>
        <button
          type="button"
          className="star"
          aria-pressed={isStarred}
          aria-label={`Star ${name}`}
          onClick={() => void runs.change({ runId, do: 'star', isStarred: !isStarred })}
        >
          {isStarred ? '★' : '☆'}
        </button>
      </td>
      <th scope="row">
        <button type="button" className="kept-name" onClick={() => onOnly(runId)} onKeyDown={press}>
          {name}
        </button>
        <span className="kept-beside small">{besideName(run, list, backbones)}</span>
      </th>
      <td className="range" aria-hidden="true">
        {test !== null && (
          <div className="whisker">
            {test.interval !== null && (
              <i
                className="interval"
                style={{
                  left: `${at(test.interval[0])}%`,
                  width: `${at(test.interval[1]) - at(test.interval[0])}%`,
                }}
              />
            )}
            <i className="here" style={{ left: `${at(test.accuracy)}%` }} />
          </div>
        )}
      </td>
      <td>{test === null ? '–' : (test.accuracy * 100).toFixed(1)}</td>
    </tr>
  );
}

interface Scale {
  /** The shares between which all intervals lie; none where no run was tested. */
  readonly ends: readonly number[];
  /** Where a share lies, in %. */
  readonly at: (share: number) => number;
}

/** All intervals of a list over one width. */
function scaleOf(runs: readonly KeptRun[]): Scale {
  const shares = runs.flatMap(({ test }) => (test === null ? [] : [...(test.interval ?? []), test.accuracy]));
  const low = Math.min(1, ...shares);
  const span = Math.max(0.05, Math.max(0, ...shares) - low);
  return {
    ends: shares.length === 0 ? [] : [low, low + span],
    at: (share) => Math.min(96, Math.max(4, 4 + ((share - low) / span) * 92)),
  };
}
