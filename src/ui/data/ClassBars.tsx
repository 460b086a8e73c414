/** How many pictures each class has, and in which part of the split they are. */
import type { ReactElement } from 'react';
import { formatCount } from '../../lib/format.ts';
import type { CleaningReport, DatasetSummary } from '../../protocol/dataset.ts';
import { countByClass } from './choose-rows.ts';

const parts = ['train', 'validation', 'test'] as const;

/** See the header. */
export function ClassBars({ dataset }: { readonly dataset: DatasetSummary }): ReactElement {
  const counts = countByClass(dataset);
  const totals = counts.map((count) => count.train + count.validation + count.test);
  const most = Math.max(1, ...totals);
  return (
    <div>
      <dl className="splits">
        {parts.map((part) => (
          <div key={part}>
            <dt>
              <i className={`swatch of-${part}`} />
              {part}
            </dt>
            <dd>{formatCount(dataset.split[part].length)}</dd>
          </div>
        ))}
      </dl>
      <table className="class-bars">
        <caption className="visually-hidden">Pictures by class and split</caption>
        <tbody>
          {dataset.labels.map((label, index) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>
                <span className="bar-of" role="img" aria-label={partsText(counts[index])}>
                  {parts.map((part) => (
                    <i key={part} className={`of-${part}`} style={{ flexGrow: counts[index]?.[part] ?? 0 }} />
                  ))}
                  <i style={{ flexGrow: most - (totals[index] ?? 0) }} />
                </span>
              </td>
              <td>{formatCount(totals[index] ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small below-bars">
        {balanceText(totals)} {cleaningText(dataset.cleaning)}
      </p>
    </div>
  );
}

function partsText(count: ReturnType<typeof countByClass>[number] | undefined): string {
  return parts.map((part) => `${count?.[part] ?? 0} ${part}`).join(', ');
}

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

function cleaningText(cleaning: CleaningReport): string {
  const dropped = [
    [cleaning.undecodable, 'unreadable'],
    [cleaning.withoutPicture, 'without a picture'],
    [cleaning.withoutLabel, 'unlabelled'],
  ] as const;
  const said = dropped.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  return said.length === 0 ? 'Cleaned: nothing left out.' : `Left out in cleaning: ${said.join(', ')}.`;
}
