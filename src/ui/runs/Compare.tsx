/** Two to four kept runs beside each other: what differs in their recipes, how they learned, and what they get right. */
import { useEffect, type ReactElement } from 'react';
import { ChartView } from '../../charts/Charts.tsx';
import { comparedCharts } from '../../charts/compared/charts.ts';
import { Explained } from '../../charts/terms/Explained.tsx';
import { countInWords, formatDuration, formatLoss, formatScore } from '../../lib/format.ts';
import type { TermName } from '../../lib/glossary.ts';
import { csvOf, markdownOf } from '../../lib/table.ts';
import type { BackboneEntry } from '../../protocol/catalog.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import { secondsOf, type KeptRun } from '../../protocol/runs/kept.ts';
import { publicationOf } from '../../protocol/runs/published.ts';
import {
  areOfSamePictures,
  comparedTests,
  comparisonTable,
  computedTexts,
  differingFields,
  luckText,
  type ComparedRun,
} from '../../store/compare.ts';
import { useStateOf } from '../../store/use-state-of.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';
import { saveBlob } from '../widgets/save-file.ts';
import { Disagreements } from './Disagreements.tsx';
import { letterOf, nameOf } from './run-words.ts';
import { SaveRuns } from './SaveRuns.tsx';
import { Together } from './Together.tsx';

const none: readonly BackboneEntry[] = [];
/** The first stands beside what differs; the others have the whole width. */
const [curves, ...others] = comparedCharts;

export function Compare({ chosen }: { readonly chosen: readonly KeptRun[] }): ReactElement {
  const { runs, error } = useRecords(chosen);
  if (error !== null) return <Message error={error} />;
  if (runs === null) return <p role="status">The runs are opened.</p>;
  const isSame = areOfSamePictures(runs);
  const [first, second] = runs;
  const tests = first === undefined || second === undefined ? null : comparedTests(first, second);
  return (
    <section className="kept-compare" aria-label="Compared">
      <div className="compare-columns">
        <div>
          <p className="clause">{clauseOf(runs)}</p>
          <Recipes runs={runs} />
          <Results runs={runs} />
          <Computed runs={runs} />
          {isSame ? (
            pairsOf(runs).map(([one, other]) => (
              <Luck key={one.letter + other.letter} one={one} other={other} />
            ))
          ) : (
            <p role="note">
              These runs saw other pictures: curves are laid over each other; results are not compared, for
              they were asked about other pictures.
            </p>
          )}
          <Together runs={runs} />
          <TakeTable runs={runs} />
        </div>
        <div>{curves?.suits({ runs }) === true && <ChartView chart={curves} subject={{ runs }} />}</div>
      </div>
      {others
        .filter((chart) => chart.suits({ runs }))
        .map((chart) => (
          <ChartView key={chart.name} chart={chart} subject={{ runs }} />
        ))}
      {tests !== null && first !== undefined && second !== undefined && (
        <Disagreements one={first} other={second} />
      )}
    </section>
  );
}

/** Null while they are opened. */
function useRecords(chosen: readonly KeptRun[]): {
  readonly runs: readonly ComparedRun[] | null;
  readonly error: WireError | null;
} {
  const studio = useStudio();
  const backbones = useStudioState((state) => state.catalog?.backbones ?? none);
  const key = chosen.map(({ runId, name }) => `${runId} ${name}`).join('\n');
  const [runs, setRuns] = useStateOf<readonly ComparedRun[] | null>(key, null);
  const [error, setError] = useStateOf<WireError | null>(key, null);
  useEffect(() => {
    let isCurrent = true;
    Promise.all(chosen.map(({ runId }) => studio.runs.record(runId))).then(
      (records) => {
        if (!isCurrent) return;
        const named = records.map((record, index) => {
          const run = chosen[index];
          return { letter: letterOf(index), name: run === undefined ? '' : nameOf(run, backbones), record };
        });
        setRuns(named);
      },
      (reason: unknown) => {
        if (isCurrent) setError(asStudioError(reason).toWire());
      },
    );
    return () => {
      isCurrent = false;
    };
    // By their key: a list that came anew is no other choice.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [studio, key]);
  return { runs, error };
}

function clauseOf(runs: readonly ComparedRun[]): string {
  const count = differingFields(runs).length;
  const many = countInWords(runs.length);
  if (count === 0) return `${many} whose recipes are the same`;
  return `${many} that differ in ${countInWords(count)} ${count === 1 ? 'setting' : 'settings'}`;
}

/** Where the runs were not computed alike. */
function Computed({ runs }: { readonly runs: readonly ComparedRun[] }): ReactElement | null {
  const text = computedTexts(runs);
  return text === null ? null : <p className="small">{text}</p>;
}

function Letters({ runs }: { readonly runs: readonly ComparedRun[] }): ReactElement {
  return (
    <tr>
      <td />
      {runs.map(({ letter, name }) => (
        <th key={letter} scope="col" title={name}>
          <b className="run-letter">{letter}</b>
        </th>
      ))}
    </tr>
  );
}

function Recipes({ runs }: { readonly runs: readonly ComparedRun[] }): ReactElement | null {
  const fields = differingFields(runs);
  if (fields.length === 0) return null;
  return (
    <table className="compare-table compare-recipes">
      <caption className="small">Only what differs in the recipes</caption>
      <thead>
        <Letters runs={runs} />
      </thead>
      <tbody>
        {fields.map(({ path, values }) => (
          <tr key={path}>
            <th scope="row">
              <code>{path}</code>
            </th>
            {values.map((value, index) => (
              <td key={index}>{value}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The columns of what came of runs, and what explains them. */
const FIGURES: readonly (readonly [name: string, term: TermName | null])[] = [
  ['top-1, %', 'top1'],
  ['95 % interval', 'interval'],
  ['loss', 'loss'],
  ['macro F1', 'macroF1'],
  ['time', null],
];

function Results({ runs }: { readonly runs: readonly ComparedRun[] }): ReactElement {
  const [first] = runs;
  const published = first === undefined ? null : publicationOf(first.record.result.recipe);
  const percent = (share: number): string => (share * 100).toFixed(1);
  return (
    <table className="compare-table compare-figures">
      <caption className="small">What came of it</caption>
      <thead>
        <tr>
          <td />
          {FIGURES.map(([name, term]) => (
            <th key={name} scope="col">
              {term === null ? name : <Explained term={term}>{name}</Explained>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.map(({ letter, name, record: { result } }) => (
          <tr key={letter}>
            <th scope="row">
              <div className="compare-run">
                <b className="run-letter">{letter}</b>
                <span>{name}</span>
              </div>
            </th>
            <td>{result.test === null ? '–' : percent(result.test.accuracy)}</td>
            <td>{result.test === null ? '–' : result.test.interval.map(percent).join('–')}</td>
            <td>{result.test === null ? '–' : formatLoss(result.test.loss)}</td>
            <td>{result.test === null ? '–' : formatScore(result.test.macroF1)}</td>
            <td>{formatDuration(secondsOf(result))}</td>
          </tr>
        ))}
        {published?.figures.map(({ label, accuracy, loss }) => (
          <tr key={label}>
            <th scope="row">
              ◇ {label}, published ({published.citation})
            </th>
            <td>{percent(accuracy)}</td>
            <td>–</td>
            <td>{formatLoss(loss)}</td>
            <td>–</td>
            <td>–</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Each with each that comes behind it. */
const pairsOf = (runs: readonly ComparedRun[]): (readonly [one: ComparedRun, other: ComparedRun])[] =>
  runs.flatMap((one, place) => runs.slice(place + 1).map((other) => [one, other] as const));

interface LuckProps {
  readonly one: ComparedRun;
  readonly other: ComparedRun;
}

/** Nothing where it cannot be told. */
function Luck({ one, other }: LuckProps): ReactElement | null {
  const compared = comparedTests(one, other);
  if (compared === null) return null;
  return (
    <p>
      <b>
        Could it be luck, {one.letter} and {other.letter}?
      </b>{' '}
      {luckText(one.letter, other.letter, compared)}
    </p>
  );
}

function TakeTable({ runs }: { readonly runs: readonly ComparedRun[] }): ReactElement {
  const table = comparisonTable(runs);
  const save = (name: string, text: string, type: string): void => saveBlob(name, new Blob([text], { type }));
  return (
    <div className="actions">
      <button type="button" onClick={() => save('runs.csv', csvOf(table), 'text/csv')}>
        Table, .csv
      </button>
      <button type="button" onClick={() => save('runs.md', markdownOf(table), 'text/markdown')}>
        .md
      </button>
      <SaveRuns runIds={runs.map(({ record }) => record.result.runId)} />
    </div>
  );
}
