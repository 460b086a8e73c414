/** Sets of pictures that are there more than once, each in a row; those on both sides of the split come first. */
import type { ReactElement } from 'react';
import { countOf, formatCount } from '../../../lib/format.ts';
import type { DatasetSummary } from '../../../protocol/dataset.ts';
import { Icon } from '../../widgets/Icon.tsx';
import type { ReportProps } from './report-props.ts';
import { placeOf } from '../../../store/set-rows.ts';
import { ThumbStrip } from './ThumbStrip.tsx';

interface CopiesProps extends ReportProps {
  readonly sets: readonly (readonly number[])[];
  /** Said when there are none. */
  readonly none: string;
  /** How many pictures the recipe had dropped for this. */
  readonly dropped: number;
}

/** As many sets are drawn. */
const SHOWN = 40;

export function Copies({ dataset, thumbnails, sets, none, dropped, onOpen }: CopiesProps): ReactElement {
  if (sets.length === 0) return <p className="small">{none}</p>;
  const across = sets.filter((set) => isAcross(dataset, set));
  const ordered = [...across, ...sets.filter((set) => !across.includes(set))];
  const pictures = sets.reduce((sum, set) => sum + set.length, 0);
  return (
    <>
      <p className="small">
        {formatCount(pictures)} pictures in {countOf(sets.length, 'set')}
        {dropped > 0 && `; ${formatCount(dropped)} left out`}.
      </p>
      {across.length > 0 && (
        <p className="small bad browse-warning">
          <Icon name="warn" />
          <span>
            {across.length === 1 ? 'One set has' : `${formatCount(across.length)} sets have`} pictures in more
            than one part: the network is checked or tested on what it has learned by heart.
          </span>
        </p>
      )}
      <ul className="browse-sets" tabIndex={0} aria-label="Sets of copies">
        {ordered.slice(0, SHOWN).map((set) => (
          <li key={set[0]} className={isAcross(dataset, set) ? 'across' : undefined}>
            <ThumbStrip {...{ dataset, thumbnails }} rows={set} onOpen={(row) => onOpen(row, set)} />
          </li>
        ))}
        {sets.length > SHOWN && <li className="small">and {countOf(sets.length - SHOWN, 'more set')}</li>}
      </ul>
    </>
  );
}

function isAcross(dataset: DatasetSummary, set: readonly number[]): boolean {
  return new Set(set.flatMap((row) => placeOf(dataset, row).part ?? [])).size > 1;
}
