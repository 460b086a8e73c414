/** The map of a set's pictures, near where the network finds them alike. Loaded when it is opened. */
import { useMemo, useState, type ReactElement } from 'react';
import { likeliestOf } from '../../../lib/figures/sureness.ts';
import { countOf, formatCount, formatPercent } from '../../../lib/format.ts';
import type { DatasetSummary, SplitName } from '../../../protocol/set/dataset.ts';
import type { Recipe } from '../../../protocol/recipe/recipe.ts';
import type { AnsweredRows } from '../../../protocol/try.ts';
import { PARTS } from '../../../store/set/set-rows.ts';
import { Thumb } from '../../data/pictures.tsx';
import { useThumbnails } from '../../data/browse/use-thumbnails.ts';
import { useStudioState } from '../../studio-context.ts';
import { Message } from '../../widgets/Message.tsx';
import { Asking } from '../errors/Asking.tsx';
import { useAskedRows } from '../errors/asked-rows.ts';
import { Chosen } from './Chosen.tsx';
import { classColour, type MapPictures } from './draw.ts';
import { MapCanvas } from './MapCanvas.tsx';
import './map.css';
import { useProjection, type MapProjection } from './use-projection.ts';

/** Of more pictures, so many are drawn, evenly from each part. */
const MOST = 10_000;

interface MapTabProps {
  readonly recipe: Recipe;
  /** As the network was trained and tested on it. */
  readonly dataset: DatasetSummary;
  /** Null while the run goes on. */
  readonly runId: string | null;
}

export function MapTab({ recipe, dataset, runId }: MapTabProps): ReactElement {
  const all = useMemo(() => PARTS.flatMap((part) => [...dataset.split[part]]), [dataset]);
  const rows = useMemo(() => evenly(all, MOST), [all]);
  const asked = useAskedRows(runId, rows, true);
  const { answer } = asked;
  return (
    <section className="map errors-all" aria-labelledby="errors-map">
      <h3 id="errors-map">Which pictures are alike to it</h3>
      <p className="small">
        Each dot is a picture. Those are near each other of which the network’s last features are alike: the
        head has only these to tell classes apart by. Wrong ones have a ring.
        {rows.length < all.length &&
          ` Of ${formatCount(all.length)} pictures, ${formatCount(rows.length)} are asked about, evenly from each part.`}
      </p>
      {answer?.features == null ? (
        <Asking
          {...{ asked }}
          noun="picture"
          total={rows.length}
          trouble={runId === null ? 'It can be asked when the run has ended.' : ''}
        />
      ) : (
        <LaidOut {...{ recipe, dataset, rows, answer }} features={answer.features} />
      )}
    </section>
  );
}

/** So many of some at most, as far apart from each other as they can be. */
function evenly(all: readonly number[], most: number): readonly number[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, at) => all[Math.floor((at * all.length) / most)] ?? 0);
}

interface LaidOutProps {
  readonly recipe: Recipe;
  readonly dataset: DatasetSummary;
  readonly rows: readonly number[];
  readonly answer: AnsweredRows;
  readonly features: Float32Array<ArrayBuffer>;
}

function LaidOut({ recipe, dataset, rows, answer, features }: LaidOutProps): ReactElement {
  const map = useProjection(features, rows.length);
  const open = useStudioState((state) => state.dataset.value);
  const pictures = useMemo(() => mapPictures(dataset, rows, answer), [dataset, rows, answer]);
  const [filter, setFilter] = useState<Filter>({ label: null, part: null, isWrongOnly: false });
  const shown = useMemo(() => shownOf(pictures, dataset, filter), [pictures, dataset, filter]);
  const [pointed, setPointed] = useState<number | null>(null);
  const [chosen, setChosen] = useState<readonly number[] | null>(null);
  const { projection, error } = map;
  const choose = (some: readonly number[]): void => setChosen(some.map((at) => rows[at] ?? 0));
  if (chosen !== null && open !== null) {
    return <Chosen {...{ recipe }} dataset={open} rows={chosen} onBack={() => setChosen(null)} />;
  }
  return (
    <>
      {error !== null && <Message error={error} />}
      <ProjectionProgress map={map} />
      {projection !== null && (
        <div className="map-body">
          <div className="map-left">
            <MapCanvas
              {...{ pictures, shown }}
              points={projection.points}
              onPoint={setPointed}
              onChoose={choose}
            />
          </div>
          <div className="map-side">
            <Filters {...{ pictures, dataset, filter }} onChange={setFilter} />
            <button type="button" disabled={shown.length === 0} onClick={() => choose(shown)}>
              Open {countOf(shown.length, 'picture')}
            </button>
            <Pointed {...{ pictures, dataset, pointed }} />
          </div>
        </div>
      )}
    </>
  );
}

function ProjectionProgress({ map }: { readonly map: MapProjection }): ReactElement {
  const { projection, share, isProjecting, progress, stop } = map;
  return (
    <div className="errors-asking">
      <span className="small" role="status">
        {projection === null
          ? isProjecting
            ? 'Laying them out.'
            : ''
          : projection.by === 'umap'
            ? 'Neighbours stay neighbours (UMAP); how far groups are apart says little.'
            : `Along the two directions in which they differ most (principal components), which hold ${formatPercent(share, 0)} of all difference.`}
        {projection !== null && isProjecting && ' A better map is being made.'}
      </span>
      {isProjecting && (
        <progress
          aria-label={projection === null ? 'Laying the pictures out' : 'A better map'}
          {...(progress === null ? {} : { value: progress.done, max: progress.total })}
        />
      )}
      {projection !== null && isProjecting && (
        <button type="button" onClick={stop}>
          Keep this one
        </button>
      )}
    </div>
  );
}

interface Filter {
  /** Index of a class; null for all. */
  readonly label: number | null;
  readonly part: SplitName | null;
  readonly isWrongOnly: boolean;
}

interface FiltersProps {
  readonly pictures: MapPictures;
  readonly dataset: DatasetSummary;
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

function Filters({ pictures, dataset, filter, onChange }: FiltersProps): ReactElement {
  const { labels } = pictures;
  return (
    <>
      <label className="map-part small">
        Part
        <select
          value={filter.part ?? 'all'}
          onChange={({ target: { value } }) =>
            onChange({ ...filter, part: PARTS.find((part) => part === value) ?? null })
          }
        >
          <option value="all">all parts</option>
          {PARTS.filter((part) => dataset.split[part].length > 0).map((part) => (
            <option key={part} value={part}>
              {part}
            </option>
          ))}
        </select>
      </label>
      <label className="check small">
        <input
          type="checkbox"
          checked={filter.isWrongOnly}
          onChange={({ target }) => onChange({ ...filter, isWrongOnly: target.checked })}
        />
        Wrong ones alone
      </label>
      <ul className="map-classes small" aria-label="Classes">
        {labels.map((label, index) => (
          <li key={index}>
            <button
              type="button"
              className="quiet"
              aria-pressed={filter.label === index}
              onClick={() => onChange({ ...filter, label: filter.label === index ? null : index })}
            >
              <svg viewBox="0 0 10 10" aria-hidden="true">
                <circle cx="5" cy="5" r="5" fill={classColour(index, labels.length)} />
              </svg>
              {label}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

interface PointedProps {
  readonly pictures: MapPictures;
  readonly dataset: DatasetSummary;
  readonly pointed: number | null;
}

/** The picture that is pointed at; its room stays when there is none. */
function Pointed({ pictures, dataset, pointed }: PointedProps): ReactElement {
  const thumbnails = useThumbnails(dataset);
  const { rows, truths, predicted, labels } = pictures;
  if (pointed === null) {
    return (
      <figure className="map-pointed">
        <div className="picture" />
        <figcaption className="small">Point at a dot.</figcaption>
      </figure>
    );
  }
  const [truth, says] = [truths[pointed] ?? 0, predicted[pointed] ?? 0];
  return (
    <figure className="map-pointed">
      <Thumb key={pointed} thumbnails={thumbnails} row={rows[pointed] ?? 0} />
      <figcaption className="small">
        <b>{labels[truth]}</b>
        {truth === says ? ', rightly so' : `, taken for ${labels[says] ?? ''}`}
      </figcaption>
    </figure>
  );
}

function mapPictures(
  { labels, labelOfRow }: DatasetSummary,
  rows: readonly number[],
  { probabilities }: AnsweredRows,
): MapPictures {
  return {
    rows,
    labels,
    truths: rows.map((row) => labelOfRow[row] ?? 0),
    predicted: rows.map((_, at) => likeliestOf(probabilities, at * labels.length, labels.length)),
  };
}

function shownOf(
  { rows, truths, predicted }: MapPictures,
  { split }: DatasetSummary,
  { label, part, isWrongOnly }: Filter,
): readonly number[] {
  const ofPart = part === null ? null : new Set(split[part]);
  return [...rows.keys()].filter(
    (at) =>
      (label === null || truths[at] === label) &&
      (ofPart === null || ofPart.has(rows[at] ?? -1)) &&
      (!isWrongOnly || truths[at] !== predicted[at]),
  );
}
