/** The pictures that a network was surest of, rightly and wrongly, and those that it was least sure of. */
import { useState, type ReactElement } from 'react';
import { formatPercent } from '../../../lib/format.ts';
import { likeliestOf } from '../../../lib/figures/sureness.ts';
import type { Evaluation } from '../../../protocol/events.ts';
import { PictureCanvas } from '../../data/pictures.tsx';

/** Pictures of a kind. */
const SHOWN = 8;

interface Answered {
  readonly row: number;
  readonly truth: number;
  readonly predicted: number;
  readonly confidence: number;
}

interface ExtremePicturesProps {
  readonly evaluation: Evaluation;
  /** True class of each picture of the evaluation. */
  readonly truths: readonly number[];
}

export function ExtremePictures({ evaluation, truths }: ExtremePicturesProps): ReactElement {
  const { labels } = evaluation;
  const [truth, setTruth] = useState<number | null>(null);
  const [predicted, setPredicted] = useState<number | null>(null);
  const all = answersOf(evaluation, truths).filter(
    (one) => (truth === null || one.truth === truth) && (predicted === null || one.predicted === predicted),
  );
  const surestFirst = all.toSorted((a, b) => b.confidence - a.confidence);
  const kinds: readonly (readonly [string, readonly Answered[]])[] = [
    ['Surest, and right', surestFirst.filter((one) => one.truth === one.predicted)],
    ['Surest, and wrong', surestFirst.filter((one) => one.truth !== one.predicted)],
    ['Least sure', surestFirst.toReversed()],
  ];
  return (
    <section className="errors-all" aria-labelledby="errors-pictures">
      <div className="row">
        <h3 id="errors-pictures">In pictures</h3>
        <span className="errors-of small">
          <ClassChoice label="True class" {...{ labels }} value={truth} onChoose={setTruth} />
          <ClassChoice label="It says" {...{ labels }} value={predicted} onChoose={setPredicted} />
        </span>
      </div>
      {kinds.map(([label, pictures]) => (
        <div key={label}>
          <h4 className="small">{label}</h4>
          {pictures.length === 0 ? (
            <p className="small">None.</p>
          ) : (
            <div className="errors-row">
              {pictures.slice(0, SHOWN).map((one) => (
                <AnsweredFigure key={one.row} {...{ one, labels }} />
              ))}
            </div>
          )}
        </div>
      ))}
    </section>
  );
}

interface AnsweredFigureProps {
  readonly one: Answered;
  readonly labels: readonly string[];
}

function AnsweredFigure({ one, labels }: AnsweredFigureProps): ReactElement {
  const [truth, predicted] = [labels[one.truth] ?? '', labels[one.predicted] ?? ''];
  return (
    <figure>
      <PictureCanvas row={one.row} label="" />
      <figcaption>
        <b>{formatPercent(one.confidence, 0)}</b> {predicted}
        <br />
        {one.truth === one.predicted ? 'rightly so' : `in truth ${truth}`}
      </figcaption>
    </figure>
  );
}

interface ClassChoiceProps {
  readonly label: string;
  readonly labels: readonly string[];
  /** Null for every class. */
  readonly value: number | null;
  readonly onChoose: (value: number | null) => void;
}

function ClassChoice({ label, labels, value, onChoose }: ClassChoiceProps): ReactElement {
  return (
    <label>
      {label}
      <select
        value={value ?? 'all'}
        onChange={({ target }) => onChoose(target.value === 'all' ? null : Number(target.value))}
      >
        <option value="all">every class</option>
        {labels.map((each, index) => (
          <option key={index} value={index}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}

function answersOf({ rows, probabilities, labels }: Evaluation, truths: readonly number[]): Answered[] {
  return Array.from(rows, (row, at) => {
    const start = at * labels.length;
    const predicted = likeliestOf(probabilities, start, labels.length);
    return { row, truth: truths[at] ?? 0, predicted, confidence: probabilities[start + predicted] ?? 0 };
  });
}
