/** Loss over accuracy on one epoch axis: the lines from tfjs-vis, the marks and words laid over them. */
import type { ReactElement } from 'react';
import { niceScale, type Scale } from '../../charts/ticks.ts';
import { formatLoss, formatPercent } from '../../lib/format.ts';
import type { EpochRecord } from '../../protocol/events.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import type { RunRecord } from '../../store/state.ts';
import { useStateOf } from '../use-state-of.ts';
import { phaseLabels } from '../words/sentence.ts';
import { CurvePlot } from './CurvePlot.tsx';
import { axisTicks, epochAxis, type EpochAxis } from './epoch-axis.ts';
import { digitsOf } from './scale.ts';

interface CurvesProps {
  readonly recipe: Recipe;
  readonly record: RunRecord | null;
  readonly classes: number;
  readonly isLive: boolean;
  readonly caption: string;
}

export function Curves({ recipe, record, classes, isLive, caption }: CurvesProps): ReactElement {
  const [pointed, setPointed] = useStateOf<number | null>(record?.startedAtMs, null);
  const axis = epochAxis(recipe, record);
  const history = record?.history ?? [];
  const read = pointed === null ? history.at(-1) : history[pointed];
  const loss = lossScale(history, classes);
  const shared = { axis, record, isLive, pointed, onPoint: setPointed };
  return (
    <figure className="curves">
      <Readout title="Loss" epoch={read} isPointed={pointed !== null} format={formatLoss} values={lossOf} />
      <CurvePlot
        {...shared}
        kind="loss"
        scale={loss}
        values={lossOf}
        liveValue={record?.live?.loss ?? null}
        format={(value) => value.toFixed(digitsOf(loss))}
        chance={classes > 1 ? Math.log(classes) : null}
        chanceText={formatLoss(Math.log(classes))}
        summary={summaryOf('Loss', history, lossOf, formatLoss)}
      />
      <Readout
        title="Accuracy"
        epoch={read}
        isPointed={pointed !== null}
        format={formatPercent}
        values={accuracyOf}
      />
      <CurvePlot
        {...shared}
        kind="accuracy"
        scale={accuracyScale(history)}
        values={accuracyOf}
        liveValue={record?.live?.accuracy ?? null}
        format={(value) => formatPercent(value, 0)}
        chance={classes > 1 ? 1 / classes : null}
        chanceText={formatPercent(1 / classes)}
        summary={summaryOf('Accuracy', history, accuracyOf, formatPercent)}
      >
        {axisTicks(axis, 8).map((tick) => (
          <span key={`${tick.at}`} className="tick x" style={{ left: `${tick.at * 100}%` }}>
            {tick.text}
          </span>
        ))}
      </CurvePlot>
      <PhaseNames axis={axis} />
      <figcaption className="caption">{caption}</figcaption>
    </figure>
  );
}

type Pair = readonly [train: number, validation: number];

function lossOf(epoch: EpochRecord): Pair {
  return [epoch.loss, epoch.valLoss];
}

function accuracyOf(epoch: EpochRecord): Pair {
  return [epoch.accuracy, epoch.valAccuracy];
}

interface ReadoutProps {
  readonly title: string;
  readonly epoch: EpochRecord | undefined;
  readonly isPointed: boolean;
  readonly format: (value: number) => string;
  readonly values: (epoch: EpochRecord) => Pair;
}

/** Legend and reading in one: the last epoch, or the one that is pointed at. */
function Readout({ title, epoch, isPointed, format, values }: ReadoutProps): ReactElement {
  const [train, validation] = epoch === undefined ? [null, null] : values(epoch);
  return (
    <div className={title === 'Loss' ? 'readout' : 'readout second'}>
      <h3>
        {title}
        {isPointed && epoch !== undefined && (
          <span className="small"> {`${phaseLabels[epoch.phase].toLowerCase()} ${epoch.epoch}`}</span>
        )}
      </h3>
      <span>
        <i className="sample" />
        train <b>{train === null ? '–' : format(train)}</b>
      </span>
      <span>
        <i className="sample validation" />
        validation <b>{validation === null ? '–' : format(validation)}</b>
      </span>
    </div>
  );
}

function PhaseNames({ axis }: { readonly axis: EpochAxis }): ReactElement {
  return (
    <div className="phase-names" aria-hidden="true">
      {axis.phases.map((phase) => (
        <span key={phase.phaseIndex} style={{ width: `${(phase.slots / axis.slots) * 100}%` }}>
          {phaseLabels[phase.phase].toLowerCase()}, epoch
        </span>
      ))}
    </div>
  );
}

/**
 * From the lowest to the highest loss, at least a half apart: a wider scale would hide that it falls, a narrower one
 * would make a flat line look like learning.
 */
function lossScale(history: readonly EpochRecord[], classes: number): Scale {
  const guessing = Math.log(Math.max(2, classes));
  if (history.length === 0) return niceScale([0, guessing], 5);
  const values = history.flatMap(lossOf).map((value) => Math.min(value, guessing * 2));
  const high = Math.max(...values);
  return niceScale([Math.max(0, Math.min(high - 0.5, ...values)), high], 4);
}

function accuracyScale(history: readonly EpochRecord[]): Scale {
  const most = Math.max(0.5, ...history.flatMap(accuracyOf));
  return niceScale([0, Math.min(1, most)], 5);
}

function summaryOf(
  what: string,
  history: readonly EpochRecord[],
  values: (epoch: EpochRecord) => Pair,
  format: (value: number) => string,
): string {
  const first = history[0];
  const last = history.at(-1);
  if (first === undefined || last === undefined) return `${what} by epoch: nothing yet.`;
  const [trainFrom, validationFrom] = values(first).map(format);
  const [trainTo, validationTo] = values(last).map(format);
  return (
    `${what} by epoch, ${history.length} so far: training from ${trainFrom ?? ''} to ${trainTo ?? ''}, ` +
    `validation from ${validationFrom ?? ''} to ${validationTo ?? ''}. The table below has the numbers.`
  );
}
