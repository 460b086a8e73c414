/** How many pictures each class has in each part of the split. */
import type { ReactElement } from 'react';
import { formatCount } from '../../lib/format.ts';
import type { CleaningReport, DatasetSummary, Findings } from '../../protocol/dataset.ts';
import { countByClass, PARTS } from './choose-rows.ts';

interface ClassBarsProps {
  readonly dataset: DatasetSummary;
  /** Opens the cleaning report. */
  readonly onReport: () => void;
}

/** With more classes the table scrolls. */
const MOST_IN_SIGHT = 14;

export function ClassBars({ dataset, onReport }: ClassBarsProps): ReactElement {
  const totals = countByClass(dataset).map((count) => count.train + count.validation + count.test);
  const isLong = dataset.labels.length > MOST_IN_SIGHT;
  return (
    <div>
      <div
        className={isLong ? 'class-table long' : 'class-table'}
        {...(isLong ? { tabIndex: 0, role: 'region', 'aria-label': 'Classes' } : {})}
      >
        <ClassTable dataset={dataset} totals={totals} />
      </div>
      <p className="small below-bars">
        {balanceText(totals)} {cleaningText(dataset.cleaning, dataset.findings)}{' '}
        <button type="button" className="link" onClick={onReport}>
          Report<span className="visually-hidden"> of cleaning</span>
        </button>
      </p>
    </div>
  );
}

function ClassTable({
  dataset,
  totals,
}: Pick<ClassBarsProps, 'dataset'> & { readonly totals: readonly number[] }): ReactElement {
  const counts = countByClass(dataset);
  const most = Math.max(1, ...totals);
  return (
    <table className="class-bars">
      <caption className="visually-hidden">Pictures by class and part</caption>
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
          <tr key={label}>
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
  if (most === least) return 'Every class has as many pictures.';
  if (least === 0) return 'Some class has no pictures.';
  const over = most / least - 1;
  if (over < 0.25) return `Balanced within ${Math.ceil(over * 100)} %.`;
  return `Not balanced: the largest class has ${(most / least).toFixed(1)} times as many as the smallest.`;
}

function cleaningText(cleaning: CleaningReport, findings: Findings | undefined): string {
  const left = [
    [cleaning.undecodable, 'unreadable'],
    [cleaning.withoutPicture, 'without a picture'],
    [cleaning.withoutLabel, 'unlabelled'],
    [cleaning.oddLabel, 'with odd labels'],
    [findings?.dropped.duplicates ?? 0, 'copies'],
    [findings?.dropped.nearDuplicates ?? 0, 'near copies'],
    [findings?.dropped.smallClasses ?? 0, 'of small classes'],
  ] as const;
  const said = left.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  const across = findings?.setsAcrossSplits ?? 0;
  return [
    said.length === 0 ? 'Nothing left out.' : `Left out: ${said.join(', ')}.`,
    across === 0 ? '' : `Copies on both sides of the split: ${formatCount(across)}.`,
  ]
    .filter((text) => text !== '')
    .join(' ');
}
