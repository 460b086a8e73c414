/** The figure: top-1 with how sure it is. Validation until the end, test after. */
import type { ReactElement } from 'react';
import { formatCount, formatPercent, formatScore } from '../../lib/format.ts';
import { wilsonInterval } from '../../lib/wilson.ts';
import type { DatasetSummary } from '../../protocol/dataset.ts';
import { restoresBest } from '../../protocol/recipe.ts';
import type { RunRecord } from '../../store/state.ts';
import { keptOf } from '../words/sentence.ts';

interface HeadlineProps {
  readonly record: RunRecord;
  readonly dataset: DatasetSummary;
}

/** Null before the first epoch has ended. */
export function Headline({ record, dataset }: HeadlineProps): ReactElement | null {
  const { test } = record;
  if (test !== null) {
    const all = test.rows.length;
    return (
      <div className="headline">
        <p className="figure">{formatPercent(test.accuracy)}</p>
        <p className="small">
          <b>Test top-1</b>, {formatCount(Math.round(test.accuracy * all))} of {formatCount(all)} pictures
          <br />
          {intervalText(test.interval)} · macro F1 {formatScore(test.macroF1)}
        </p>
      </div>
    );
  }
  const kept = keptOf(record);
  if (kept === null) return null;
  const total = dataset.split.validation.length;
  const ended = record.phases.find((phase) => phase.phaseIndex === kept.phaseIndex)?.end;
  return (
    <div className="headline">
      <p className="figure">{formatPercent(kept.valAccuracy)}</p>
      <p className="small">
        <b>Validation top-1</b>, {restoresBest(record.recipe) ? 'best' : 'last'} epoch, {kept.epoch}
        <br />
        {intervalText(wilsonInterval(kept.valAccuracy, total))}
        {ended == null ? '' : ` · macro F1 ${formatScore(ended.evaluation.macroF1)}`}
        <br />
        Test pictures stay unseen until the end.
      </p>
    </div>
  );
}

function intervalText([low, high]: readonly [number, number]): string {
  return `95 % CI ${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)}`;
}
