/** The pictures of the chosen cell, surest first, with how sure the network was and what it gave the truth. */
import type { ReactElement } from 'react';
import { capitalised, countOf, formatCount, formatPercent } from '../../lib/format.ts';
import type { DatasetSummary } from '../../protocol/set/dataset.ts';
import type { Evaluation } from '../../protocol/events.ts';
import { useStateOf } from '../../store/use-state-of.ts';
import { useStudioState } from '../studio-context.ts';
import { EditPicture } from '../data/edits/EditPicture.tsx';
import { PictureCanvas } from '../data/pictures.tsx';
import type { Cell } from '../../charts/chart.ts';
import { picturesInCell, shortLabels, type SurePicture } from '../../charts/confusions/confusions.ts';

/** Pictures at first, as many as fit into a line; and how many more each time that more are asked for. */
const SHOWN = 4;
const MORE = 60;

interface MistakesProps {
  readonly dataset: DatasetSummary;
  readonly evaluation: Evaluation;
  readonly cell: Cell;
}

export function Mistakes({ dataset, evaluation, cell }: MistakesProps): ReactElement {
  const { labels } = evaluation;
  const short = shortLabels(labels);
  const [shown, setShown] = useStateOf(cell, SHOWN);
  const pictures = picturesInCell(evaluation, dataset.labelOfRow, cell);
  const truth = labels[cell.truth] ?? '';
  const predicted = labels[cell.predicted] ?? '';
  const isRight = cell.truth === cell.predicted;
  return (
    <section aria-labelledby="mistakes" className="mistakes-of-cell">
      <div className="row">
        <h3 id="mistakes">
          {capitalised(truth)}, {isRight ? 'rightly so' : `predicted ${predicted}`}
        </h3>
        <span className="small">
          {pictures.length === 0 ? 'no pictures' : `${countOf(pictures.length, 'picture')}, surest first`}
        </span>
      </div>
      <div className="mistakes">
        {pictures.slice(0, shown).map((picture) => (
          <SureFigure
            key={picture.row}
            picture={picture}
            predicted={short[cell.predicted] ?? ''}
            truth={isRight ? null : (short[cell.truth] ?? '')}
          />
        ))}
      </div>
      {shown < pictures.length && (
        <button type="button" className="link small" onClick={() => setShown(shown + MORE)}>
          {shown + MORE < pictures.length
            ? `Show ${MORE} more of ${formatCount(pictures.length)}`
            : `Show all ${formatCount(pictures.length)}`}
        </button>
      )}
    </section>
  );
}

interface SureFigureProps {
  readonly picture: SurePicture;
  readonly predicted: string;
  /** Null where what was predicted is the truth. */
  readonly truth: string | null;
}

function SureFigure({ picture, predicted, truth }: SureFigureProps): ReactElement {
  const open = useStudioState((state) => state.dataset.value);
  return (
    <figure>
      <PictureCanvas row={picture.row} label="" />
      {open !== null && (
        <EditPicture dataset={open} row={picture.row} name={`picture ${picture.row.toString()}`} />
      )}
      <div className="sureness" aria-hidden="true">
        <i style={{ width: `${picture.ofPredicted * 100}%` }} />
        {truth !== null && <i style={{ width: `${picture.ofTruth * 100}%` }} />}
      </div>
      <figcaption>
        <b>{formatPercent(picture.ofPredicted, 0)}</b> {predicted}
        {truth !== null && (
          <>
            <br />
            {formatPercent(picture.ofTruth, 0)} {truth}
          </>
        )}
      </figcaption>
    </figure>
  );
}
