/** The numbers behind the curves: epochs, latest first, the best one bold and said, the one under way on top. */
import { useState, type ReactElement } from 'react';
import { formatDuration, formatLoss, formatPercent } from '../../lib/format.ts';
import type { EpochRecord } from '../../protocol/events.ts';
import { isValidated, phaseLabels } from '../../store/run-record.ts';
import type { LiveStep, PhaseRecord, RunRecord } from '../../store/state.ts';

/** Rows shown before the rest is asked for. */
const SHOWN = 6;

export function EpochTable({ record }: { readonly record: RunRecord }): ReactElement {
  const [showsAll, setShowsAll] = useState(false);
  const rows = rowsOf(record, showsAll);
  const isChecked = record.history.length === 0 || record.history.some(isValidated);
  const hidden = record.history.length - rows.filter((row) => row.kind === 'epoch').length;
  return (
    <div className="epoch-table">
      <table className="epochs">
        <caption className="visually-hidden">Epochs, latest first</caption>
        <Head isChecked={isChecked} />
        <tbody>
          {rows.map((row) => {
            switch (row.kind) {
              case 'phase':
                return (
                  <tr key={`phase ${row.phase.phaseIndex}`} className="phase">
                    <th scope="rowgroup" colSpan={isChecked ? 6 : 4}>
                      {phaseLabels[row.phase.phase]}
                    </th>
                  </tr>
                );
              case 'live':
                return <LiveRow key="live" live={row.live} isChecked={isChecked} />;
              case 'epoch':
                return (
                  <EpochRow
                    key={`${row.epoch.phaseIndex}.${row.epoch.epoch}`}
                    epoch={row.epoch}
                    isBest={row.isBest}
                  />
                );
              default:
                return row satisfies never;
            }
          })}
        </tbody>
      </table>
      {(hidden > 0 || showsAll) && (
        <button type="button" className="link small" onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? 'Show the latest epochs' : `Show all ${record.history.length} epochs`}
        </button>
      )}
    </div>
  );
}

/** Without validation pictures the columns of validation are not there. */
function Head({ isChecked }: { readonly isChecked: boolean }): ReactElement {
  const samples = isChecked ? (['sample', 'sample validation'] as const) : (['sample'] as const);
  return (
    <thead>
      <tr>
        <th scope="col">Epoch</th>
        {samples.flatMap((sample) =>
          ['loss', 'accuracy'].map((what) => (
            <th key={sample + what} scope="col">
              <i className={sample} />
              <span className="visually-hidden">{sample === 'sample' ? 'train ' : 'validation '}</span>
              {what}
            </th>
          )),
        )}
        <th scope="col">time</th>
      </tr>
    </thead>
  );
}

type Row =
  | { readonly kind: 'phase'; readonly phase: PhaseRecord }
  | { readonly kind: 'live'; readonly live: LiveStep }
  | { readonly kind: 'epoch'; readonly epoch: EpochRecord; readonly isBest: boolean };

/** Phases and epochs, latest first; without `all`, the latest few and the best of each phase. */
function rowsOf(record: RunRecord, all: boolean): Row[] {
  const latest = new Set(record.history.slice(record.live === null ? -SHOWN : 1 - SHOWN));
  const rows: Row[] = [];
  for (const phase of [...record.phases].reverse()) {
    rows.push({ kind: 'phase', phase });
    if (record.live?.phaseIndex === phase.phaseIndex) rows.push({ kind: 'live', live: record.live });
    const epochs = record.history.filter((epoch) => epoch.phaseIndex === phase.phaseIndex).reverse();
    for (const epoch of epochs) {
      const isBest = epoch.epoch === phase.bestEpoch;
      if (all || isBest || latest.has(epoch)) rows.push({ kind: 'epoch', epoch, isBest });
    }
  }
  return rows;
}

function EpochRow({
  epoch,
  isBest,
}: {
  readonly epoch: EpochRecord;
  readonly isBest: boolean;
}): ReactElement {
  return (
    <tr className={isBest ? 'best' : undefined}>
      <th scope="row">
        {epoch.epoch}
        {isBest && ' best'}
      </th>
      <td>{formatLoss(epoch.loss)}</td>
      <td>{formatPercent(epoch.accuracy)}</td>
      {isValidated(epoch) && (
        <>
          <td>{formatLoss(epoch.valLoss)}</td>
          <td>{formatPercent(epoch.valAccuracy)}</td>
        </>
      )}
      <td>{formatDuration(epoch.seconds)}</td>
    </tr>
  );
}

interface LiveRowProps {
  readonly live: LiveStep;
  readonly isChecked: boolean;
}

function LiveRow({ live, isChecked }: LiveRowProps): ReactElement {
  const steps = <progress aria-label={`Steps of epoch ${live.epoch}`} value={live.step} max={live.steps} />;
  return (
    <tr>
      <th scope="row">{live.epoch}</th>
      <td>{formatLoss(live.loss)}</td>
      <td>{formatPercent(live.accuracy)}</td>
      {isChecked && <td colSpan={2}>{steps}</td>}
      <td>{isChecked ? formatDuration((live.step * live.stepMs) / 1000) : steps}</td>
    </tr>
  );
}
