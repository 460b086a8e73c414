/** One picture large, all that is known of it, and its augmented views as the recipe makes them. */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { capitalised, countInWords, formatCount } from '../../../lib/format.ts';
import type { DatasetSummary, PictureFacts } from '../../../protocol/dataset.ts';
import type { Recipe } from '../../../protocol/recipe.ts';
import type { Thumbnails } from '../../../store/thumbnails.ts';
import { useStudio } from '../../studio-context.ts';
import { PictureCanvas } from '../PictureCanvas.tsx';
import { useViews } from '../use-views.ts';
import { ViewFigures } from '../ViewFigures.tsx';
import { FactList } from './FactList.tsx';
import { placeOf } from '../../../store/set-rows.ts';

/** At most so many views are shown. */
const SHOWN = 8;

interface PicturePageProps {
  readonly recipe: Recipe;
  readonly dataset: DatasetSummary;
  readonly thumbnails: Thumbnails;
  /** The list that it was opened from, and its place there. */
  readonly rows: readonly number[];
  readonly place: number;
  readonly onPlace: (place: number) => void;
  readonly onOpen: (row: number) => void;
  readonly onBack: () => void;
}

export function PicturePage(props: PicturePageProps): ReactElement {
  const { recipe, dataset, thumbnails, rows, place, onPlace, onOpen, onBack } = props;
  const row = rows[place] ?? 0;
  const { views } = recipe.augmentation;
  const shown = views === 'fresh' ? SHOWN : Math.min(SHOWN, views);
  const sheet = useViews(recipe, dataset, row, shown);
  const facts = useFacts(dataset, row);
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => back.current?.focus(), []);
  const { label } = placeOf(dataset, row);
  return (
    <div
      className="browse-picture"
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft' && place > 0) onPlace(place - 1);
        if (key === 'ArrowRight' && place < rows.length - 1) onPlace(place + 1);
      }}
    >
      <div className="actions">
        <button ref={back} type="button" onClick={onBack}>
          Back
        </button>
        <button type="button" disabled={place === 0} onClick={() => onPlace(place - 1)}>
          Previous
        </button>
        <button type="button" disabled={place >= rows.length - 1} onClick={() => onPlace(place + 1)}>
          Next
        </button>
        <p className="small" role="status">
          {formatCount(place + 1)} of {formatCount(rows.length)}
        </p>
      </div>
      <div className="browse-one">
        <figure>
          <PictureCanvas key={row} row={row} label={label} />
          <figcaption className="small">as the network sees it, {recipe.image.size} pixels a side</figcaption>
        </figure>
        <div>
          <h3>{label === '' ? 'Without a label' : capitalised(label)}</h3>
          <FactList {...{ dataset, thumbnails, row, facts, onOpen }} />
        </div>
      </div>
      <h3>{titleOf(views, shown)}</h3>
      <div className="pictures browse-views">
        <ViewFigures sheet={sheet} count={shown} />
      </div>
    </div>
  );
}

function titleOf(views: Recipe['augmentation']['views'], shown: number): string {
  if (views === 'fresh') return `Altered anew in each epoch: the first ${countInWords(shown)} views`;
  if (views === 1) return 'Its one view, which the network trains on';
  return shown === views
    ? `Its ${countInWords(views)} views, which the network trains on in turn`
    : `${capitalised(countInWords(shown))} of its ${formatCount(views)} views, which the network trains on in turn`;
}

/** Null until they have come. */
function useFacts(dataset: DatasetSummary, row: number): PictureFacts | null {
  const studio = useStudio();
  const [known, setKnown] = useState<{ row: number; facts: PictureFacts } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    studio.pictures.describe(row).then(
      (facts) => {
        if (isCurrent) setKnown({ row, facts });
      },
      // The set was changed at this very moment; the page is about to show the new one.
      (_reason: unknown) => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [studio, dataset, row]);
  return known?.row === row ? known.facts : null;
}
