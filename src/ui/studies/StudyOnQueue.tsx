/** A study on the queue: its runs with what came of them, the means of repeats, and what can be taken home of it. */
import { useState, type ReactElement, type ReactNode } from 'react';
import { countOf, formatDuration, formatLoss, formatPercent } from '../../lib/format.ts';
import { figuresOf, waitingOf, type QueuedStudy } from '../../protocol/runs/queue.ts';
import { studyTables } from '../../protocol/runs/study-figures.ts';
import type { PlannedRun } from '../../protocol/runs/study.ts';
import { placeOf } from '../transport/bar-text.ts';
import { isActive, type StudioState } from '../../store/state.ts';
import { Compare } from '../runs/Compare.tsx';
import { useStudio, useStudioState } from '../studio-context.ts';
import { saveBlob } from '../widgets/save-file.ts';
import { SaveButton } from '../runs/SaveRuns.tsx';
import { BestTogether } from './BestTogether.tsx';
import { RunTable } from './RunTable.tsx';

/** Not known of a run that ended as the page was closed. */
function frozenText(pictures: number | null): string {
  if (pictures === null) return 'not known';
  return pictures === 0 ? 'was there' : countOf(pictures, 'picture');
}

/** More are not told apart at a glance. */
const MOST_CHOSEN = 4;

export function StudyOnQueue({ queued }: { readonly queued: QueuedStudy }): ReactElement {
  const studio = useStudio();
  const isAtHand = useStudioState((state) => state.queue.current?.id === queued.id);
  const { study, runs, outcomes } = queued;
  const done = runs.length - waitingOf(queued).length;
  const { repeats, about } = studyTables(study, figuresOf(queued));
  return (
    <section className="study" aria-label={study.name}>
      <div className="row">
        <h3>{study.name}</h3>
        <p className="small">
          {done} of {countOf(runs.length, 'run')} done
        </p>
        <button
          type="button"
          className="link small"
          disabled={isAtHand}
          onClick={() => void studio.queue.remove(queued.id)}
        >
          Take off the queue<span className="visually-hidden"> {study.name}</span>
        </button>
      </div>
      <Runs queued={queued} />
      {done === runs.length && <p className="small">{about}</p>}
      {repeats !== null && done > 0 && (
        <div className="study-scroll" tabIndex={0} role="region" aria-label={`Means of ${study.name}`}>
          <table className="compare-table">
            <caption className="small">Means of repeats, with the 95 % interval of Student’s t</caption>
            <thead>
              <tr>
                {repeats.head.map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {repeats.rows.map(([first, ...cells], index) => (
                <tr key={index}>
                  <th scope="row">{first === undefined || first === '' ? '–' : first}</th>
                  {cells.map((cell, at) => (
                    <td key={at}>{cell === '' ? '–' : cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {done === runs.length && <BestTogether queued={queued} />}
      {Object.keys(outcomes).length > 0 && <TakeTables queued={queued} />}
    </section>
  );
}

const HEADS = ['validation loss', 'validation', 'test', 'frozen part', 'time'];

function Runs({ queued }: { readonly queued: QueuedStudy }): ReactElement {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const kept = useStudioState((state) => state.kept);
  const isAtHand = useStudioState((state) =>
    state.queue.current?.id === queued.id ? state.queue.current.name : null,
  );
  const now = useStudioState(nowText);
  const figures = figuresOf(queued);
  const keptRuns = chosen.flatMap((runId) => kept.filter((run) => run.runId === runId && !run.isDeleted));
  const choose = (runId: string): void =>
    setChosen(chosen.includes(runId) ? chosen.filter((each) => each !== runId) : [...chosen, runId]);
  const cellsOf = (run: PlannedRun): readonly ReactNode[] => {
    const outcome = queued.outcomes[run.name];
    if (outcome === undefined)
      return [run.name === isAtHand ? now : waitsText(queued, run.name), '', '', '', ''];
    const { runId, valLoss, valAccuracy, test, frozenPictures, seconds, failure, endedEarly, epochs } =
      outcome;
    if (failure !== null) return [<span className="bad">{failure}</span>, '', '', '', ''];
    const isChosen = figures.find((each) => each.run.name === run.name)?.isChosen === true;
    const isKept = kept.some((each) => each.runId === runId && !each.isDeleted);
    return [
      valLoss === null ? '–' : formatLoss(valLoss),
      valAccuracy === null ? '–' : formatPercent(valAccuracy),
      <>
        {endedEarly
          ? `ended after ${countOf(epochs, 'epoch')}`
          : test === null
            ? 'not asked'
            : formatPercent(test.accuracy)}
        {isChosen && <b> chosen</b>}
      </>,
      frozenText(frozenPictures),
      <label className="study-choose">
        {formatDuration(seconds)}{' '}
        {isKept && runId !== null && (
          <input
            type="checkbox"
            checked={chosen.includes(runId)}
            disabled={!chosen.includes(runId) && chosen.length >= MOST_CHOSEN}
            aria-label={`Compare ${run.name}`}
            onChange={() => choose(runId)}
          />
        )}
      </label>,
    ];
  };
  return (
    <>
      <RunTable study={queued.study} runs={queued.runs} heads={HEADS} cellsOf={cellsOf} />
      {figures.length > 1 && keptRuns.length < 2 && (
        <p className="small">Tick two to four of them to lay them beside each other.</p>
      )}
      {keptRuns.length > 1 && <Compare chosen={keptRuns} />}
    </>
  );
}

/** With how far it came, where it waits for whether it goes on. */
function waitsText({ rungs = [] }: QueuedStudy, name: string): string {
  const last = rungs.findLast((rung) => rung.name === name);
  if (last === undefined) return 'waits';
  const loss = last.valLoss === null ? '' : `, ${formatLoss(last.valLoss)}`;
  return `waits after ${countOf(last.epochs, 'epoch')}${loss}`;
}

function nowText({ run }: StudioState): string {
  if (!isActive(run)) return 'begins';
  return run.kind === 'paused' ? 'paused' : placeOf(run.run).toLowerCase();
}

function TakeTables({ queued }: { readonly queued: QueuedStudy }): ReactElement {
  const studio = useStudio();
  const save = (ending: 'csv' | 'md'): void => {
    const { csv, markdown } = studyTables(queued.study, figuresOf(queued));
    const [text, type] = ending === 'csv' ? [csv, 'text/csv'] : [markdown, 'text/markdown'];
    saveBlob(`table.${ending}`, new Blob([text], { type }));
  };
  const saveStudy = (): void => {
    const { study, base } = queued;
    const text = `${JSON.stringify({ ...study, base }, null, 2)}\n`;
    saveBlob('study.json', new Blob([text], { type: 'application/json' }));
  };
  return (
    <div className="actions">
      <SaveButton label="Report, .html" write={() => studio.runs.report({ study: queued })} />
      <button type="button" onClick={() => save('csv')}>
        Table, .csv
      </button>
      <button type="button" onClick={() => save('md')}>
        .md
      </button>
      <button type="button" onClick={saveStudy}>
        Study file
      </button>
    </div>
  );
}
