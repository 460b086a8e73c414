/** One picture large, all that is known of it, and its augmented views as the recipe makes them. */
import { useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { capitalised, countInWords, formatBytes, formatCount } from '../../../lib/format.ts';
import type { DatasetSummary, PictureFacts, SplitName } from '../../../protocol/set/dataset.ts';
import type { Recipe } from '../../../protocol/recipe/recipe.ts';
import { copiesOf, placeOf, type RowPlace } from '../../../store/set/set-rows.ts';
import type { Thumbnails } from '../../../store/set/pictures.ts';
import { useStudio } from '../../studio-context.ts';
import { EditPicture } from '../edits/EditPicture.tsx';
import { useViews, ViewFigures } from '../Views.tsx';
import { PictureCanvas, ThumbStrip } from '../pictures.tsx';

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
  const made = useViews(recipe, dataset, row, shown);
  const facts = useFacts(dataset, row);
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => back.current?.focus(), []);
  const { label } = placeOf(dataset, row);
  return (
    <div
      className="browse-picture"
      onKeyDown={({ key, target }) => {
        // A field keeps its keys.
        if (target instanceof HTMLSelectElement) return;
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
          <EditPicture {...{ dataset, row }} name="this picture" />
          <FactList {...{ dataset, thumbnails, row, facts, onOpen }} />
        </div>
      </div>
      <h3>{titleOf(views, shown)}</h3>
      <div className="pictures browse-views">
        <ViewFigures made={made} count={shown} />
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
    studio.pictures.describe([row]).then(
      ([facts]) => {
        if (isCurrent && facts !== undefined) setKnown({ row, facts });
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

interface FactListProps {
  readonly dataset: DatasetSummary;
  readonly thumbnails: Thumbnails;
  readonly row: number;
  /** Null until they have come. */
  readonly facts: PictureFacts | null;
  readonly onOpen: (row: number) => void;
}

const partWords: Readonly<Record<SplitName, string>> = {
  train: 'train: the network learns from it',
  validation: 'validation: checks the network after each epoch',
  test: 'test: asked once, when training has ended',
};

const asideWords: Readonly<Record<NonNullable<RowPlace['aside']>, string>> = {
  withoutLabel: 'none: left out, it has no label',
  oddLabel: 'none: left out, its label is unlike the others',
  withoutFace: 'none: left out, no face was found',
  duplicate: 'none: left out as a copy of a file',
  nearDuplicate: 'none: left out as a near copy',
  smallClass: 'none: left out with its class, which has few pictures',
  byHand: 'none: you left it out',
};

function FactList({ dataset, thumbnails, row, facts, onOpen }: FactListProps): ReactElement {
  const { label, part, aside } = placeOf(dataset, row);
  const { exact, near } = copiesOf(dataset, row);
  const isRenamed = facts !== null && facts.rawLabel !== '' && facts.rawLabel !== label;
  const isInSet = row < dataset.labelOfRow.length;
  return (
    <dl className="browse-facts">
      <Fact name="Class">{label === '' ? 'none' : label}</Fact>
      {isRenamed && <Fact name="In the source">“{facts.rawLabel}”</Fact>}
      <Fact name="Part">{part === null ? asideWords[aside ?? 'withoutLabel'] : partWords[part]}</Fact>
      {isInSet && (
        <Fact name="Row">
          {formatCount(row)} of {formatCount(dataset.labelOfRow.length)}, from 0
        </Fact>
      )}
      <Fact name="Source row">{facts === null ? '\u00a0' : sourceRowText(facts)}</Fact>
      <Fact name="Stored as">{facts === null ? '\u00a0' : storedText(facts)}</Fact>
      {facts !== null && facts.path !== '' && (
        <Fact name="File">
          <code>{facts.path}</code>
        </Fact>
      )}
      {exact.length > 0 && (
        <Fact name="Same file">
          <ThumbStrip {...{ dataset, thumbnails, onOpen }} rows={exact} />
        </Fact>
      )}
      {near.length > 0 && (
        <Fact name="Looks the same">
          <ThumbStrip {...{ dataset, thumbnails, onOpen }} rows={near} />
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function sourceRowText({ sourceRow }: PictureFacts): string {
  return sourceRow === null ? 'none: you added it' : `${formatCount(sourceRow)}, from 0`;
}

function storedText({ format, width, height, sizeBytes }: PictureFacts): string {
  return `${format.toUpperCase()}, ${formatCount(width)} × ${formatCount(height)} pixels, ${formatBytes(sizeBytes)}`;
}
