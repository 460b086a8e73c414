/** The last clause: on how many it is right, where it is wrong, and what can be taken home. */
import { useMemo, useState, type ReactElement } from 'react';
import { Charts } from '../../charts/Charts.tsx';
import type { Cell } from '../../charts/chart.ts';
import { worstConfusion } from '../../charts/confusions/confusions.ts';
import { capitalised, countInWords, countOf, formatCount } from '../../lib/format.ts';
import type { DatasetSummary, SplitName } from '../../protocol/set/dataset.ts';
import type { Evaluation } from '../../protocol/events.ts';
import { testHash } from '../../protocol/identity.ts';
import type { Ensemble } from '../../protocol/runs/ensemble.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { recordOf, type RunRecord, type RunState } from '../../store/state.ts';
import { useStateOf } from '../../store/use-state-of.ts';
import { resultsClause } from '../sentence.ts';
import { useFullRecipe, useShownRecipe, useStudioState } from '../studio-context.ts';
import { Column } from '../widgets/Column.tsx';
import { Later } from '../widgets/Dialog.tsx';
import { Explained } from '../../charts/terms/Explained.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { Foreseen } from './Foreseen.tsx';
import { Headline } from './Headline.tsx';
import { KeptRunsButton } from './KeptRunsButton.tsx';
import { TakeHome } from './TakeHome.tsx';
import { Mistakes } from './Mistakes.tsx';
import { TryButton } from './TryButton.tsx';

export function ResultsColumn(): ReactElement {
  const recipe = useShownRecipe();
  const run = useStudioState((state) => state.run);
  const open = useStudioState((state) => state.dataset.value);
  const record = recordOf(run);
  // What was trained on stays what it was, whatever is edited since.
  const dataset = record === null ? open : (record.dataset ?? setOf(run, open));
  const canTakeHome = run.kind === 'finished' && record !== null && record.history.length > 0;
  const finishedId = run.kind === 'finished' && canTakeHome ? run.result.runId : null;
  // Several networks together have results, and neither epochs nor one network to take home.
  const hasResults = record !== null && (record.history.length > 0 || record.test !== null);
  const triedId = run.kind === 'finished' && hasResults ? run.result.runId : null;
  const tried = useStudioState((state) => state.kept.find(({ runId }) => runId === triedId));
  return (
    <Column
      id="results"
      title="Results"
      clause={resultsClause(run, dataset)}
      action={
        (canTakeHome || tried !== undefined) && (
          <div className="column-actions">
            {tried !== undefined && (
              <TryButton run={tried} className="go">
                <Icon name="camera" />
                Try it
              </TryButton>
            )}
            {canTakeHome && (
              <button type="button" title="In the first format below" onClick={takeFirstHome}>
                <Icon name="download" />
                Take home
              </button>
            )}
          </div>
        )
      }
    >
      {hasResults && <Headline record={record} dataset={dataset} />}
      {tried?.ensemble !== undefined && <p className="small">{ensembleText(tried.ensemble)}</p>}
      {!hasResults && dataset !== null && recipe !== null && (
        <Beginning recipe={record?.recipe ?? recipe} dataset={dataset} />
      )}
      {recipe !== null && (dataset !== null || hasResults) && (
        <WhereWrong recipe={record?.recipe ?? recipe} dataset={dataset} record={record} runId={finishedId} />
      )}
      {recipe !== null && <Runs recipe={record?.recipe ?? recipe} />}
      <KeptRunsButton />
      {(canTakeHome || (dataset !== null && !hasResults)) && <TakeHome runId={finishedId} />}
    </Column>
  );
}

const ensembleText = ({ members }: Ensemble): string =>
  `${capitalised(countInWords(members.length))} networks together: ${members.map(({ name }) => name).join(', ')}. Each is kept as a run of its own, with its curves.`;

/** Downloads the first of the files, and brings the list of them into view and the keyboard to that one's button. */
function takeFirstHome(): void {
  const section = document.getElementById('take-home');
  const first = section?.querySelector('button');
  section?.scrollIntoView({ block: 'nearest' });
  first?.focus();
  first?.click();
}

const loadErrors = async () => (await import('./errors/ErrorsDialog.tsx')).ErrorsDialog;

/** The set of a run that an earlier version kept without it, where it is the open one. */
function setOf(run: RunState, open: DatasetSummary | null): DatasetSummary | null {
  const isOther = run.kind === 'finished' && run.keptAtMs !== null && run.result.setHash !== open?.setHash;
  return isOther ? null : open;
}

interface WhereWrongProps {
  readonly recipe: Recipe;
  /** Null where it is not known any more. */
  readonly dataset: DatasetSummary | null;
  readonly record: RunRecord | null;
  /** Of the network that was kept; null before the run has ended. */
  readonly runId: string | null;
}

function WhereWrong({ recipe, dataset, record, runId }: WhereWrongProps): ReactElement {
  const [picked, setPicked] = useStateOf<Cell | null>(dataset, null);
  const [asked, setAsked] = useStateOf<string | null>(record?.startedAtMs, null);
  const [isUnderstanding, setIsUnderstanding] = useState(false);
  const evaluations = evaluationsOf(record);
  const shown = evaluations.find((each) => each.key === asked) ?? evaluations[0];
  const evaluation = shown?.evaluation ?? null;
  const hasPictures = useHasPictures(dataset);
  const cell =
    evaluation === null ? null : (picked ?? worstConfusion(evaluation) ?? { truth: 0, predicted: 0 });
  const labels = evaluation?.labels ?? dataset?.labels ?? [];
  return (
    <>
      <section aria-labelledby="where-wrong">
        <div className="row matrix-head">
          <h3 id="where-wrong">Where it is wrong</h3>
          {evaluations.length > 1 && shown !== undefined ? (
            <span className="small">
              <label className="which">
                <span className="visually-hidden">Which pictures</span>
                <select value={shown.key} onChange={(event) => setAsked(event.target.value)}>
                  {evaluations.map((each) => (
                    <option key={each.key} value={each.key}>
                      {each.label}
                    </option>
                  ))}
                </select>
              </label>{' '}
              <Explained term="shade">%</Explained>
            </span>
          ) : (
            <span className="small">
              {shown === undefined ? 'rows true, columns predicted, ' : `${shown.label}, `}
              <Explained term="shade">%</Explained>
            </span>
          )}
        </div>
        <Charts of="evaluation" subject={{ labels, evaluation, chosen: cell, onChoose: setPicked }} />
        {evaluation === null && (
          <p className="small below-field">
            Filled after each phase, rows true, columns predicted. What it gets right lies on the diagonal.
          </p>
        )}
      </section>
      {evaluation !== null && !hasPictures && (
        <p className="small" role="note">
          The pictures of this run are not open: all but pictures is shown.
        </p>
      )}
      {evaluation !== null && cell !== null && dataset !== null && hasPictures && (
        <Mistakes dataset={dataset} evaluation={evaluation} cell={cell} />
      )}
      {shown !== undefined && dataset !== null && (
        <button type="button" className="understand" onClick={() => setIsUnderstanding(true)}>
          Understand the errors
        </button>
      )}
      {shown !== undefined && dataset !== null && isUnderstanding && (
        <Later
          load={loadErrors}
          props={{
            recipe,
            dataset,
            hasPictures,
            evaluation: shown.evaluation,
            of: shown.label,
            known: keptEvaluations(record),
            runId,
            onClose: () => setIsUnderstanding(false),
          }}
        />
      )}
    </>
  );
}

/** Whether the open set is the one whose rows these are. */
function useHasPictures(dataset: DatasetSummary | null): boolean {
  return useStudioState(
    ({ dataset: { value: open } }) => open !== null && open.picturesKey === dataset?.picturesKey,
  );
}

/** So many stand in the column; all of them behind the button. */
const SHOWN_RUNS = 6;

function Runs({ recipe }: { readonly recipe: Recipe }): ReactElement {
  const all = useStudioState((state) => state.kept);
  const run = useStudioState((state) => state.run);
  const open = useStudioState((state) => state.dataset.value);
  const asked = recordOf(run)?.dataset ?? open;
  const test = useMemo(() => asked && testHash(asked), [asked]);
  const backbones = useStudioState((state) => state.catalog?.backbones);
  const labelOf = (name: string): string => backbones?.find((entry) => entry.name === name)?.label ?? name;
  const ofSet = all.filter((each) => each.testHash === test && each.test !== null && !each.isDeleted);
  const runs = ofSet.slice(0, SHOWN_RUNS).reverse();
  const full = useFullRecipe(recipe);
  return <div>{full !== null && <Charts of="runs" subject={{ recipe: full, runs, run, labelOf }} />}</div>;
}

interface BeginningProps {
  readonly recipe: Recipe;
  readonly dataset: DatasetSummary;
}

function Beginning({ recipe, dataset }: BeginningProps): ReactElement {
  const epochs = recipe.phases.reduce((sum, phase) => sum + phase.epochs, 0);
  return (
    <div className="empty">
      <p>
        <b>Train</b> shows the network {formatCount(dataset.split.train.length)} {dataset.noun}, for{' '}
        {countOf(epochs, 'epoch')} at most, on this machine; nothing leaves it. {triedText(dataset)} Then the
        weights are yours to take home.
      </p>
      <Foreseen recipe={recipe} dataset={dataset} />
    </div>
  );
}

/** On which others it is tried, and when. */
function triedText({ split }: DatasetSummary): string {
  const [validation, test] = [split.validation.length, split.test.length];
  if (validation === 0) {
    const first = 'The split keeps none to try it on after each epoch: the last epoch is the one kept.';
    return test === 0
      ? `${first} Nor is it tested.`
      : `${first} At the end it is tested on ${formatCount(test)} kept unseen.`;
  }
  const after = `After each epoch it is tried on ${formatCount(validation)} others`;
  return test === 0
    ? `${after}; the split keeps none for a test at the end.`
    : `${after}, at the end on the ${formatCount(test)} kept unseen.`;
}

/** An evaluation and how it is named where one is chosen. */
interface NamedEvaluation {
  readonly key: string;
  readonly label: string;
  readonly evaluation: Evaluation;
}

const after = { head: 'after the head', fineTune: 'after fine-tuning' } as const;

/** What the network that was kept says: of the validation pictures as its last phase ended, and of the test pictures. */
function keptEvaluations(record: RunRecord | null): Readonly<Partial<Record<SplitName, Evaluation>>> {
  const validation = record?.phases.findLast((phase) => phase.end !== null)?.end?.evaluation;
  const test = record?.test;
  return { ...(validation && { validation }), ...(test && { test }) };
}

/** All evaluations there are, the one to show first. */
function evaluationsOf(record: RunRecord | null): readonly NamedEvaluation[] {
  if (record === null) return [];
  const ofPhases = record.phases.flatMap((phase) =>
    phase.end?.evaluation == null
      ? []
      : [
          {
            key: `phase ${phase.phaseIndex}`,
            label: `validation ${after[phase.phase]}`,
            evaluation: phase.end.evaluation,
          },
        ],
  );
  const test = record.test === null ? [] : [{ key: 'test', label: 'test', evaluation: record.test }];
  return [...ofPhases, ...test].reverse();
}
