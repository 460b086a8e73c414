/** A few pictures in a row, each a button that opens it. */
import type { ReactElement } from 'react';
import { formatCount } from '../../../lib/format.ts';
import type { DatasetSummary } from '../../../protocol/dataset.ts';
import type { Thumbnails } from '../../../store/thumbnails.ts';
import { placeOf } from '../../../store/set-rows.ts';
import { Thumb } from './Thumb.tsx';

interface ThumbStripProps {
  readonly dataset: DatasetSummary;
  readonly thumbnails: Thumbnails;
  readonly rows: readonly number[];
  readonly onOpen: (row: number) => void;
}

/** More would not tell more. */
const SHOWN = 24;

export function ThumbStrip({ dataset, thumbnails, rows, onOpen }: ThumbStripProps): ReactElement {
  return (
    <ul className="thumb-strip">
      {rows.slice(0, SHOWN).map((row) => {
        const { label, part } = placeOf(dataset, row);
        return (
          <li key={row}>
            <button type="button" onClick={() => onOpen(row)}>
              <Thumb thumbnails={thumbnails} row={row} />
              <span className="thumb-label">{label === '' ? 'no label' : label}</span>
              <span className="thumb-part">{part ?? 'left out'}</span>
            </button>
          </li>
        );
      })}
      {rows.length > SHOWN && <li className="small">and {formatCount(rows.length - SHOWN)} more</li>}
    </ul>
  );
}
