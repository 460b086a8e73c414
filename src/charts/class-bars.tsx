/** How many pictures each class has in each part of the split. */
import type { ReactElement } from 'react';
import { formatCount } from '../lib/format.ts';
import type { DatasetSummary } from '../protocol/set/dataset.ts';
import { countByClass, PARTS } from '../store/set/set-rows.ts';
import type { Chart, ChartProps } from './chart.ts';

/** The chart of a set's classes. */
export const classBars: Chart<DatasetSummary> = {
  name: 'class-bars',
  suits: () => true,
  summary: (dataset) => `Pictures by class and part. ${balanceText(totalsOf(dataset))}`,
  Drawing: null,
  Table: ClassBars,
};

/** With more classes the table scrolls. */
const MOST_IN_SIGHT = 14;

function totalsOf(dataset: DatasetSummary): readonly number[] {
  return countByClass(dataset).map((count) => count.train + count.validation + count.test);
}

function ClassBars({ subject: dataset, summary }: ChartProps<DatasetSummary>): ReactElement {
  const isLong = dataset.labels.length > MOST_IN_SIGHT;
  return (
    <div>
      <div
        className={isLong ? 'class-table long' : 'class-table'}
        {...(isLong ? { tabIndex: 0, role: 'region', 'aria-label': 'Classes' } : {})}
      >
        <ClassTable subject={dataset} summary={summary} />
      </div>
      <p className="small below-bars">{balanceText(totalsOf(dataset))}</p>
    </div>
  );
}

function ClassTable({ subject: dataset, summary }: ChartProps<DatasetSummary>): ReactElement {
  const counts = countByClass(dataset);
  const totals = totalsOf(dataset);
  const most = Math.max(1, ...totals);
  return (
    <table className="class-bars">
      <caption className="visually-hidden">{summary}</caption>
      <thead>
        <tr>
          <td colSpan={2} />
          {PARTS.map((part) => (
            <th key={part} scope="col" title={part}>
              <i className={`swatch of-${part}`} />
              {shortParts[part]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {dataset.labels.map((label, index) => (
          <tr key={index}>
            <th scope="row" title={label}>
              {label}
            </th>
            <td>
              <span className="bar-of" aria-hidden="true">
                {PARTS.map((part) => (
                  <i key={part} className={`of-${part}`} style={{ flexGrow: counts[index]?.[part] ?? 0 }} />
                ))}
                <i style={{ flexGrow: most - (totals[index] ?? 0) }} />
              </span>
            </td>
            {PARTS.map((part) => (
              <td key={part}>{formatCount(counts[index]?.[part] ?? 0)}</td>
            ))}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">all</th>
          <td />
          {PARTS.map((part) => (
            <td key={part}>{formatCount(dataset.split[part].length)}</td>
          ))}
        </tr>
      </tfoot>
    </table>
  );
}

const shortParts = { train: 'train', validation: 'val', test: 'test' } as const;

/** How far the largest class is above the smallest. */
function balanceText(totals: readonly number[]): string {
  const most = Math.max(...totals);
  const least = Math.min(...totals);
  if (most === least) return 'Every class has equally many pictures.';
  if (least === 0) return 'Some class has no pictures.';
  const over = most / least - 1;
  if (over < 0.25) return `Balanced within ${Math.ceil(over * 100)} %.`;
  return `Not balanced: the largest class has ${(most / least).toFixed(1)} times as many as the smallest.`;
}
