/**
 * Validation of several runs over each other, laid so that the opening of the backbone is one line: epochs of the head to
 * its left, those after it to its right. Runs are told by dashes and letters, not by colours.
 */
import type { ReactElement } from 'react';
import { formatLoss, formatPercent } from '../../lib/format.ts';
import type { EpochRecord } from '../../protocol/events.ts';
import type { ComparedRun } from '../../store/compare.ts';
import type { Chart, ChartProps } from '../chart.ts';
import { Numbers } from '../plot/Numbers.tsx';
import { markText, niceScale, share, type Scale } from '../../lib/figures/scale.ts';

/** Two of them or more. */
export interface Compared {
  readonly runs: readonly ComparedRun[];
}

type Run = ComparedRun;

interface Measure {
  readonly title: string;
  /** Null where the split kept no pictures for validation. */
  readonly of: (epoch: EpochRecord) => number | null;
  readonly format: (value: number) => string;
  readonly mark: (value: number, scale: Scale) => string;
}

const loss: Measure = {
  title: 'Validation loss',
  of: ({ valLoss }) => valLoss ?? NaN,
  format: formatLoss,
  mark: markText,
};
const accuracy: Measure = {
  title: 'Validation accuracy',
  of: ({ valAccuracy }) => valAccuracy ?? NaN,
  format: formatPercent,
  mark: (value) => formatPercent(value, 0),
};

/** Curves of two runs or more. */
export const overlaid: Chart<Compared> = {
  name: 'overlaid',
  suits: ({ runs }) => runs.some(({ record }) => record.result.history.length > 0),
  summary: ({ runs }) =>
    `Validation by epoch of ${runs.length} runs, laid with the opening of the backbone on one line. ${runs
      .map(({ letter, record }) => `${letter} ends at loss ${lastOf(record.result.history, loss)}`)
      .join(', ')}.`,
  Drawing: Drawn,
  Table: Table,
};

const lastOf = (history: readonly EpochRecord[], { of, format }: Measure): string => {
  const last = history.at(-1);
  const value = last === undefined ? null : of(last);
  return value === null ? '–' : format(value);
};

function Drawn({ subject: { runs }, summary }: ChartProps<Compared>): ReactElement {
  const { zero } = spanOf(runs);
  return (
    <figure className="overlaid">
      <OverlaidPlot runs={runs} measure={loss} />
      <OverlaidPlot runs={runs} measure={accuracy} />
      <div className="phase-names" aria-hidden="true">
        {zero > 0 && <span style={{ width: `${zero * 100}%` }}>head, by epoch</span>}
        {zero < 1 && <span style={{ width: `${(1 - zero) * 100}%` }}>backbone open, by epoch</span>}
      </div>
      <figcaption className="caption">{summary}</figcaption>
    </figure>
  );
}

/** How many epochs stand before the opening at most, and after it; where it is, 0 to 1. */
function spanOf(runs: readonly Run[]): { before: number; after: number; zero: number } {
  const counts = runs.map(({ record: { result } }) => {
    const head = result.history.filter(({ phase }) => phase === 'head').length;
    return { head, tuned: result.history.length - head };
  });
  const before = Math.max(...counts.map(({ head }) => head));
  const after = Math.max(...counts.map(({ tuned }) => tuned));
  return { before, after, zero: before / Math.max(1, before + after) };
}

/** Where each epoch stands, 0 to 1, with its value. */
function pointsOf({ record: { result } }: Run, runs: readonly Run[], measure: Measure): [number, number][] {
  const { before, after } = spanOf(runs);
  const head = result.history.filter(({ phase }) => phase === 'head').length;
  const all = Math.max(1, before + after);
  return result.history.flatMap((epoch, index): [number, number][] => {
    const value = measure.of(epoch);
    return value === null ? [] : [[(before - head + index + 0.5) / all, value]];
  });
}

function OverlaidPlot({
  runs,
  measure,
}: {
  readonly runs: readonly Run[];
  readonly measure: Measure;
}): ReactElement {
  const values = runs.flatMap((run) => pointsOf(run, runs, measure).map(([, value]) => value));
  // From zero, as the chart of one run: differences look no larger than they are.
  const scale = niceScale([0, ...values], 4);
  const { zero } = spanOf(runs);
  const up = (value: number): number => share(value, scale.domain);
  return (
    <>
      <div className="readout">
        <h3>{measure.title}</h3>
        {runs.map(({ letter, record }) => (
          <span key={letter}>
            <i className={`sample overlaid-${letter}`} />
            {letter} <b>{lastOf(record.result.history, measure)}</b>
          </span>
        ))}
      </div>
      <div className="plot overlaid-plot" aria-hidden="true">
        <svg viewBox="0 0 1 1" preserveAspectRatio="none">
          {scale.ticks.map((tick) => (
            <line key={tick} className="grid" x1={0} x2={1} y1={1 - up(tick)} y2={1 - up(tick)} />
          ))}
          <line className="axis" x1={zero} x2={zero} y1={0} y2={1} />
          <line className="axis" x1={0} x2={1} y1={1} y2={1} />
          {runs.map((run) => (
            <polyline
              key={run.letter}
              className={`overlaid-line overlaid-${run.letter}`}
              points={pointsOf(run, runs, measure)
                .map(([x, value]) => `${x},${1 - up(value)}`)
                .join(' ')}
            />
          ))}
        </svg>
        {scale.ticks.map((tick) => (
          <span key={tick} className="tick y" style={{ bottom: `${up(tick) * 100}%` }}>
            {measure.mark(tick, scale)}
          </span>
        ))}
        {runs.map((run) => {
          const last = pointsOf(run, runs, measure).at(-1);
          if (last === undefined) return null;
          const [x, value] = last;
          return (
            <b
              key={run.letter}
              className="run-letter"
              style={{ left: `${x * 100}%`, bottom: `${up(value) * 100}%` }}
            >
              {run.letter}
            </b>
          );
        })}
      </div>
    </>
  );
}

function Table({ subject: { runs }, summary }: ChartProps<Compared>): ReactElement {
  const most = Math.max(...runs.map(({ record }) => record.result.history.length));
  const rows = Array.from({ length: most }, (_, index) => [
    (index + 1).toString(),
    ...runs.flatMap(({ record }) => {
      const epoch = record.result.history[index];
      if (epoch?.valLoss == null || epoch.valAccuracy === null) return ['', ''];
      return [formatLoss(epoch.valLoss), formatPercent(epoch.valAccuracy)];
    }),
  ]);
  const head = ['Epoch', ...runs.flatMap(({ letter }) => [`${letter} loss`, `${letter} accuracy`])];
  return <Numbers caption={summary} head={head} rows={rows} />;
}
