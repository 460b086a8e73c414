/** How often the network is right: the figure that stands first, of which pictures, and how sure that is. */
import type { ReactElement } from 'react';
import { countOf, formatCount, formatPercent, formatScore } from '../../lib/format.ts';
import { wilsonInterval } from '../../lib/figures/wilson.ts';
import type { DatasetSummary } from '../../protocol/set/dataset.ts';
import type { EpochRecord } from '../../protocol/events.ts';
import { restoresBest } from '../../protocol/recipe/recipe.ts';
import { isValidated, keptOf, phaseLabels } from '../../store/run-record.ts';
import type { RunRecord } from '../../store/state.ts';
import { Explained } from '../../charts/terms/Explained.tsx';

interface HeadlineProps {
  readonly record: RunRecord;
  /** Null where it is not known any more. */
  readonly dataset: DatasetSummary | null;
}

/** Null before the first epoch has ended. */
export function Headline({ record, dataset }: HeadlineProps): ReactElement | null {
  const { test } = record;
  if (test !== null) {
    const all = test.rows.length;
    const changedInTest = dataset?.edits?.inTest ?? 0;
    return (
      <div className="headline">
        <p className="figure">{formatPercent(test.accuracy)}</p>
        <p className="small">
          <b>
            Test <Explained term="top1">top-1</Explained>
          </b>
          , {formatCount(Math.round(test.accuracy * all))} of {formatCount(all)} pictures
          <br />
          <Interval of={test.interval} /> · <Explained term="macroF1">macro F1</Explained>{' '}
          {formatScore(test.macroF1)}
          {changedInTest > 0 && (
            <>
              <br />
              You changed {countOf(changedInTest, 'test picture')}: results before that were on others.
            </>
          )}
          <KeptPhase record={record} />
        </p>
      </div>
    );
  }
  const kept = keptOf(record);
  if (kept === null) return null;
  if (!isValidated(kept)) return <Unchecked epoch={kept} dataset={dataset} />;
  const total = dataset?.split.validation.length ?? 0;
  const ended = record.phases.find((phase) => phase.phaseIndex === kept.phaseIndex)?.end;
  return (
    <div className="headline">
      <p className="figure">{formatPercent(kept.valAccuracy)}</p>
      <p className="small">
        <b>Validation top-1</b>, {restoresBest(record.recipe) ? 'best' : 'last'} epoch, {kept.epoch}
        <br />
        {total > 0 && <Interval of={wilsonInterval(kept.valAccuracy, total)} />}
        {ended?.evaluation != null && (
          <>
            {' '}
            · <Explained term="macroF1">macro F1</Explained> {formatScore(ended.evaluation.macroF1)}
          </>
        )}
        <br />
        {dataset?.split.test.length === 0
          ? 'The split keeps no pictures for a test: how good it is on others is not known.'
          : 'Test pictures stay unseen until the end.'}
      </p>
    </div>
  );
}

/** Whose network was tested, where it is not the last phase's. */
function KeptPhase({ record }: { readonly record: RunRecord }): ReactElement | null {
  const epoch = keptOf(record);
  const why = record.kept?.why ?? 'last';
  if (why === 'last' || epoch === null) return null;
  const of = `${phaseLabels[epoch.phase]}, epoch ${epoch.epoch.toString()}`;
  return (
    <>
      <br />
      {why === 'best' ? `Of ${of}, the best on validation` : `Of ${of}, chosen after the test was seen`}
    </>
  );
}

/** Without validation pictures: what it gets right of those that it learns, which says little. */
function Unchecked({
  epoch,
  dataset,
}: {
  readonly epoch: EpochRecord;
  readonly dataset: DatasetSummary | null;
}): ReactElement {
  return (
    <div className="headline">
      <p className="figure">{formatPercent(epoch.accuracy)}</p>
      <p className="small">
        <b>Training top-1</b>, last epoch, {epoch.epoch}
        <br />
        Of pictures that it learns from: the split keeps none for validation.
        <br />
        {dataset?.split.test.length === 0
          ? 'Nor for a test: how good it is on others is not known.'
          : 'Test pictures stay unseen until the end.'}
      </p>
    </div>
  );
}

function Interval({ of: [low, high] }: { readonly of: readonly [number, number] }): ReactElement {
  return (
    <>
      <Explained term="interval">95 % CI</Explained> {(low * 100).toFixed(1)}–{(high * 100).toFixed(1)}
    </>
  );
}
