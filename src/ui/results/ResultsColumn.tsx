/** The last clause: on how many it is right, where it is wrong, and what can be taken home. */
import type { ReactElement } from 'react';
import type { DatasetSummary } from '../../protocol/dataset.ts';
import { recordOf, type RunRecord } from '../../store/state.ts';
import { useShownRecipe, useStudioState } from '../studio-context.ts';
import { useStateOf } from '../use-state-of.ts';
import { Column } from '../widgets/Column.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { resultsClause } from '../words/sentence.ts';
import { Beginning } from './Beginning.tsx';
import { ConfusionMatrix } from './ConfusionMatrix.tsx';
import { worstConfusion, type Cell } from './confusions.ts';
import { FinishedRuns } from './FinishedRuns.tsx';
import { Headline } from './Headline.tsx';
import { Mistakes } from './Mistakes.tsx';
import { RunsTable } from './RunsTable.tsx';
import { evaluationsOf } from './shown-evaluation.ts';
import { TakeHome } from './TakeHome.tsx';
import { WorstPairs } from './WorstPairs.tsx';

/** Classes whose matrix can still be read in this column. */
const MOST_IN_MATRIX = 16;

export function ResultsColumn(): ReactElement {
  const recipe = useShownRecipe();
  const run = useStudioState((state) => state.run);
  const dataset = useStudioState((state) => state.dataset.value);
  const record = recordOf(run);
  const canTakeHome = run.kind === 'finished' && record !== null && record.history.length > 0;
  const finishedId = run.kind === 'finished' && canTakeHome ? run.result.runId : null;
  const hasEpochs = record !== null && record.history.length > 0;
  return (
    <Column
      id="results"
      title="Results"
      isLast
      clause={resultsClause(run, dataset)}
      action={
        canTakeHome && (
          <button type="button" className="go" onClick={showTakeHome}>
            <Icon name="download" />
            Take home
          </button>
        )
      }
    >
      {dataset !== null && recipe !== null && (
        <>
          {hasEpochs ? (
            <Headline record={record} dataset={dataset} />
          ) : (
            <Beginning recipe={record?.recipe ?? recipe} dataset={dataset} />
          )}
          <WhereWrong dataset={dataset} record={record} />
          <RunsTable recipe={record?.recipe ?? recipe} />
        </>
      )}
      {(canTakeHome || (dataset !== null && !hasEpochs)) && <TakeHome runId={finishedId} />}
      <FinishedRuns except={finishedId} />
    </Column>
  );
}

/** Brings the list of files into view and the keyboard to its first button. */
function showTakeHome(): void {
  const section = document.getElementById('take-home');
  section?.scrollIntoView({ block: 'nearest' });
  section?.querySelector('button')?.focus();
}

interface WhereWrongProps {
  readonly dataset: DatasetSummary;
  readonly record: RunRecord | null;
}

function WhereWrong({ dataset, record }: WhereWrongProps): ReactElement {
  const [picked, setPicked] = useStateOf<Cell | null>(dataset, null);
  const [asked, setAsked] = useStateOf<string | null>(record?.startedAtMs, null);
  const evaluations = evaluationsOf(record);
  const shown = evaluations.find((each) => each.key === asked) ?? evaluations[0];
  const evaluation = shown?.evaluation ?? null;
  const cell =
    evaluation === null ? null : (picked ?? worstConfusion(evaluation) ?? { truth: 0, predicted: 0 });
  return (
    <>
      <section aria-labelledby="where-wrong">
        <div className="row matrix-head">
          <h3 id="where-wrong">Where it is wrong</h3>
          {evaluations.length > 1 && shown !== undefined ? (
            <label className="which small">
              <span className="visually-hidden">Which pictures</span>
              <select value={shown.key} onChange={(event) => setAsked(event.target.value)}>
                {evaluations.map((each) => (
                  <option key={each.key} value={each.key}>
                    {each.label}
                  </option>
                ))}
              </select>
            </label>
          ) : (
            <span className="small">
              {shown === undefined ? 'rows true, columns predicted, %' : `${shown.label}, %`}
            </span>
          )}
        </div>
        {dataset.labels.length <= MOST_IN_MATRIX ? (
          <ConfusionMatrix
            labels={dataset.labels}
            evaluation={evaluation}
            chosen={cell}
            onChoose={setPicked}
          />
        ) : (
          evaluation !== null && <WorstPairs evaluation={evaluation} chosen={cell} onChoose={setPicked} />
        )}
        {evaluation === null && (
          <p className="small below-field">
            Filled after each phase, rows true, columns predicted. What it gets right lies on the diagonal.
          </p>
        )}
      </section>
      {evaluation !== null && cell !== null && (
        <Mistakes dataset={dataset} evaluation={evaluation} cell={cell} />
      )}
    </>
  );
}
