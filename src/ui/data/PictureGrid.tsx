/** Training pictures at the size the network gets them, with their labels. */
import type { ReactElement } from 'react';
import { formatCount } from '../../lib/format.ts';
import type { DatasetSummary } from '../../protocol/dataset.ts';
import { pictureRows } from '../../store/set-rows.ts';
import { PictureCanvas } from './PictureCanvas.tsx';

const SHOWN = 12;

export function PictureGrid({
  dataset,
  size,
  onAll,
}: {
  readonly dataset: DatasetSummary;
  readonly size: number;
  /** Opens all of them. */
  readonly onAll: () => void;
}): ReactElement {
  return (
    <div>
      <div className="row">
        <h3>As the network sees them</h3>
        <span className="small">
          {size} px ·{' '}
          <button type="button" className="link" onClick={onAll}>
            All {formatCount(dataset.labelOfRow.length)}
            <span className="visually-hidden"> pictures</span>
          </button>
        </span>
      </div>
      <div className="pictures">
        {pictureRows(dataset, SHOWN).map((row) => {
          const label = dataset.labels[dataset.labelOfRow[row] ?? 0] ?? '';
          return (
            <figure key={row}>
              <PictureCanvas row={row} label="" />
              <figcaption>{label}</figcaption>
            </figure>
          );
        })}
      </div>
    </div>
  );
}
