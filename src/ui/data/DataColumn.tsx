/** The first clause: which pictures, how many of each class, how they are split, and what the network sees of them. */
import { useState, type ReactElement } from 'react';
import { Charts } from '../../charts/Charts.tsx';
import { countOf, formatBytes, formatCount } from '../../lib/format.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import type { CleaningReport, DatasetSummary, Findings } from '../../protocol/set/dataset.ts';
import { isAwaiting } from '../../store/awaited.ts';
import { pictureCount, pictureRows } from '../../store/set/set-rows.ts';
import type { StageProgress } from '../../store/state.ts';
import { dataClause } from '../sentence.ts';
import { useShownRecipe, useStudio, useStudioState } from '../studio-context.ts';
import { ModelTrouble } from '../model/ModelTrouble.tsx';
import { RunFailure } from '../training/RunFailure.tsx';
import { Column } from '../widgets/Column.tsx';
import { Later } from '../widgets/Dialog.tsx';
import { Message, Notices } from '../widgets/Message.tsx';
import { FaceCrop } from './FaceCrop.tsx';
import { PictureCanvas } from './pictures.tsx';
import { Source } from './Source.tsx';
import { Views } from './Views.tsx';
import { MissingEdits, SetEdits } from './edits/KeptEdits.tsx';
import type { BrowseTab } from './browse/BrowseDialog.tsx';

const loadAwaited = async () => (await import('./AwaitedPictures.tsx')).AwaitedPictures;
const NONE = {};
const loadBrowse = async () => (await import('./browse/BrowseDialog.tsx')).BrowseDialog;

export function DataColumn(): ReactElement {
  const studio = useStudio();
  const recipe = useShownRecipe();
  const { value, error, status } = useStudioState((state) => state.dataset);
  // While another source is being opened, what the last one held is not what the recipe says.
  const isOther = status === 'loading' && value !== null && value.source !== recipe?.dataset.source;
  const dataset = isOther ? null : value;
  const [browsing, setBrowsing] = useState<BrowseTab | null>(null);
  const opening = useStudioState((state) => state.opening);
  const notices = useStudioState((state) => state.notices);
  const isAwaited = useStudioState(isAwaiting);
  const clause = dataset === null ? 'Pictures in their classes,' : dataClause(dataset);
  return (
    <Column id="data" title="Data" clause={clause}>
      {recipe !== null && <Source recipe={recipe} dataset={dataset} />}
      {isAwaited && <Later load={loadAwaited} props={NONE} />}
      <RunFailure at="data" />
      {error === null && <ModelTrouble at="data" />}
      {error !== null && dataset !== null && (
        <Message error={error} kept="The set before it is still open." />
      )}
      {error !== null && dataset === null && (
        <Message error={error}>
          {error.code === 'data/edits-missing' && <MissingEdits />}
          {error.code === 'data/no-faces' && recipe !== null && <FaceCrop recipe={recipe} />}
          <button type="button" onClick={() => void studio.refresh(true)}>
            Try again
          </button>
        </Message>
      )}
      {status === 'cancelled' && (
        <p className="row small">
          Not opened; what was downloaded is kept.
          <button type="button" onClick={() => void studio.refresh(true)}>
            Open
          </button>
        </p>
      )}
      <Notices notices={notices} />
      <div className={isOther ? 'set-parts is-before' : 'set-parts'}>
        {status === 'loading' && (dataset === null || opening !== null) && (
          <Opening progress={opening} isOver={value !== null} />
        )}
        {recipe !== null && value !== null && (
          <SetParts {...{ recipe }} dataset={value} onBrowse={setBrowsing} />
        )}
      </div>
      {recipe !== null && dataset !== null && browsing !== null && (
        <Later
          load={loadBrowse}
          props={{ recipe, dataset, at: browsing, onClose: () => setBrowsing(null) }}
        />
      )}
      {recipe !== null && value !== null && <Notice source={recipe.dataset.source} />}
    </Column>
  );
}

interface SetPartsProps {
  readonly recipe: Recipe;
  readonly dataset: DatasetSummary;
  readonly onBrowse: (tab: BrowseTab) => void;
}

/** What the set holds: its classes, what was left out, its pictures. */
function SetParts({ recipe, dataset, onBrowse }: SetPartsProps): ReactElement {
  return (
    <>
      <div>
        <Charts of="set" subject={dataset} />
        <p className="small">
          {cleaningText(dataset.cleaning, dataset.findings)}{' '}
          <button type="button" className="link" onClick={() => onBrowse('report')}>
            Report<span className="visually-hidden"> of cleaning</span>
          </button>
        </p>
        <SetEdits dataset={dataset} onOpen={() => onBrowse('edits')} />
      </div>
      <PictureGrid dataset={dataset} size={recipe.image.size} onAll={() => onBrowse('pictures')} />
      <FaceCrop recipe={recipe} />
      <Views recipe={recipe} dataset={dataset} />
    </>
  );
}

/** As many remarks stand beside the report's button; it has all of them. */
const REMARKS_SHOWN = 2;

function cleaningText(cleaning: CleaningReport, findings: Findings | undefined): string {
  const left = [
    [cleaning.undecodable, 'unreadable'],
    [cleaning.withoutPicture, 'without a picture'],
    [cleaning.withoutLabel, 'unlabelled'],
    [cleaning.oddLabel, 'with odd labels'],
    [findings?.dropped.withoutFace ?? 0, 'without a face'],
    [findings?.dropped.duplicates ?? 0, 'copies'],
    [findings?.dropped.nearDuplicates ?? 0, 'near copies'],
    [findings?.dropped.smallClasses ?? 0, 'of small classes'],
  ] as const;
  const files = cleaning.passedOver.reduce((sum, { count }) => sum + count, 0);
  const said = [
    ...(files === 0 ? [] : [countOf(files, 'file that is no picture', 'files that are no pictures')]),
    ...left.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`),
  ];
  // What there is something to do about comes before what is only to be known.
  const remarks = cleaning.remarks.toSorted(
    (one, other) => Number(one.hint === '') - Number(other.hint === ''),
  );
  const near = findings?.dropped.nearDuplicates === 0 ? findings.nearDuplicates.length : 0;
  const across = findings?.setsAcrossSplits ?? 0;
  const cut = findings?.groupsAcrossSplits ?? 0;
  return [
    said.length === 0 ? 'Nothing left out.' : `Left out: ${said.join(', ')}.`,
    ...remarks.slice(0, REMARKS_SHOWN).map(({ message }) => message),
    cleaning.remarks.length > REMARKS_SHOWN
      ? `And ${formatCount(cleaning.remarks.length - REMARKS_SHOWN)} more to know.`
      : '',
    near === 0 ? '' : `Pictures that look the same: ${countOf(near, 'set')}.`,
    across === 0 ? '' : `Copies on both sides of the split: ${formatCount(across)}.`,
    cut === 0 ? '' : `Groups that the set’s own split cuts: ${formatCount(cut)}.`,
  ]
    .filter((text) => text !== '')
    .join(' ');
}

/** How sets of expressions name them; two such classes tell a set of faces. */
const EXPRESSION =
  /^(ang(er|ry)|content(ment)?|contempt|disgust(ed)?|fear(ful)?|happ(y|iness)|joy|neutral|sad(ness)?|surprised?)$/i;

/** What to bear in mind of the open pictures; of faces more than of other things. */
function Notice({ source }: { readonly source: string }): ReactElement {
  const ofFaces = useStudioState((state) => {
    const { noun = 'faces', labels = [] } = state.dataset.value ?? {};
    return noun === 'faces' || labels.filter((label) => EXPRESSION.test(label)).length > 1;
  });
  const notice = useStudioState(
    (state) => state.catalog?.sources.find((entry) => entry.name === source)?.notice ?? '',
  );
  return (
    <details className="note">
      <summary>{ofFaces ? 'An expression is not a feeling' : 'A label is somebody’s guess'}</summary>
      {notice !== '' && <p>{notice}</p>}
      {ofFaces ? (
        <p>
          Labels are somebody’s guess, and faces belong to people. Inferring emotions of people at work or in
          schools is forbidden in the EU (AI Act, Article 5(1)(f)), save for medical and safety reasons. Mien
          teaches how such models are made and where they fail.
        </p>
      ) : (
        <p>
          What a network learns is what the labels say, right or wrong, and what the pictures of a class have
          in common, be it the thing or its background. Look at a few of each class, and ask before you share
          pictures in which somebody can be known.
        </p>
      )}
    </details>
  );
}

interface OpeningProps {
  readonly progress: StageProgress | null;
  /** Whether it lies over what another set has shown: nothing moves when it comes and goes. */
  readonly isOver: boolean;
}

function Opening({ progress, isOver }: OpeningProps): ReactElement {
  const studio = useStudio();
  const known = progress?.total == null ? {} : { value: progress.done, max: progress.total };
  return (
    <div className={isOver ? 'opening is-over stack-s' : 'opening stack-s'}>
      <p className="row small">
        <span>{progress === null ? 'Opening the set' : doneText(progress)}</span>
        <button type="button" className="link" onClick={() => void studio.cancelOpening()}>
          Cancel<span className="visually-hidden"> opening the set</span>
        </button>
      </p>
      <progress aria-label="Opening the set" {...known} />
      <p className="small opening-note">{progress?.note}</p>
    </div>
  );
}

function doneText({ label, done, total, unit }: StageProgress): string {
  if (total === null) return label;
  const write = unit === 'bytes' ? formatBytes : formatCount;
  return `${label}, ${write(done)} of ${write(total)}`;
}

const SHOWN = 12;

function PictureGrid({
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
            All {formatCount(pictureCount(dataset))}
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
