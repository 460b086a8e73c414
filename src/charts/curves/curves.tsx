/** Loss over accuracy on one epoch axis, training solid and validation dashed, and in words what they mean. */
import { useMemo, type ReactElement } from 'react';
import { formatLoss, formatPercent } from '../../lib/format.ts';
import type { EpochRecord } from '../../protocol/events.ts';
import { restoresBest } from '../../protocol/recipe/recipe.ts';
import { isValidated, keptOf, phaseLabels } from '../../store/run-record.ts';
import { isOver } from '../../store/state.ts';
import { useStateOf } from '../../store/use-state-of.ts';
import type { Chart, ChartProps, Subjects } from '../chart.ts';
import { BestMark, Level, Plot } from '../plot/Plot.tsx';
import { markText, niceScale, share, type Scale } from '../../lib/figures/scale.ts';
import { idleCaption, runCaption } from './caption.ts';
import { axisTicks, epochAxis, placeOfEpoch, type EpochAxis } from './epoch-axis.ts';
import { Explained } from '../terms/Explained.tsx';
import { EpochTable } from './EpochTable.tsx';

type Run = Subjects['run'];
/** Training, then validation where there is some. */
type Lines = readonly [train: number, validation?: number];

/** One of the two plots. */
interface Measure {
  readonly name: 'loss' | 'accuracy';
  readonly title: string;
  readonly of: (epoch: EpochRecord) => Lines;
  readonly format: (value: number) => string;
  readonly formatMark: (value: number, scale: Scale) => string;
  readonly scaleOf: (history: readonly EpochRecord[], classes: number) => Scale;
  /** What guessing among so many classes gives. */
  readonly chanceOf: (classes: number) => number;
}

const valuesOf =
  ({ of }: Measure) =>
  (epoch: EpochRecord): number[] =>
    of(epoch).filter((value) => value !== undefined);

const loss: Measure = {
  name: 'loss',
  title: 'Loss',
  of: (epoch) => (isValidated(epoch) ? [epoch.loss, epoch.valLoss] : [epoch.loss]),
  format: formatLoss,
  formatMark: markText,
  // From zero, so that it never looks better than it is, to the highest so far: the axis grows with a run, and stays.
  scaleOf: (history, classes) =>
    niceScale([0, Math.log(Math.max(2, classes)), ...history.flatMap(valuesOf(loss))], 5),
  chanceOf: Math.log,
};

const accuracy: Measure = {
  name: 'accuracy',
  title: 'Accuracy',
  of: (epoch) => (isValidated(epoch) ? [epoch.accuracy, epoch.valAccuracy] : [epoch.accuracy]),
  format: formatPercent,
  formatMark: (value) => formatPercent(value, 0),
  scaleOf: (history) => niceScale([0, Math.min(1, Math.max(0.5, ...history.flatMap(valuesOf(accuracy))))], 5),
  chanceOf: (classes) => 1 / classes,
};

/** The chart of a run, planned or under way. */
export const curves: Chart<Run> = {
  name: 'curves',
  suits: () => true,
  summary: ({ record, kind, classes, noun }) => {
    if (record !== null && record.history.length > 0) return runCaption(record, isOver(kind), noun, classes);
    if (record?.test != null)
      return 'Several networks together: the curves of each are those of its run, among the kept ones.';
    return idleCaption(classes, noun);
  },
  Drawing: Curves,
  Table: ({ subject: { record } }) =>
    record === null || record.phases.length === 0 ? null : <EpochTable record={record} />,
};

function Curves({ subject, summary }: ChartProps<Run>): ReactElement {
  const { recipe, record } = subject;
  const [slot, onSlot] = useStateOf<number | null>(record?.startedAtMs, null);
  const axis = epochAxis(recipe, record);
  const shared = { subject, axis, slot, onSlot };
  return (
    <figure className="curves">
      <MeasurePlot {...shared} measure={loss} />
      <MeasurePlot {...shared} measure={accuracy} />
      <div className="phase-names" aria-hidden="true">
        {axis.phases.map((phase) => (
          <span key={phase.phaseIndex} style={{ width: `${(phase.slots / axis.slots) * 100}%` }}>
            {phaseLabels[phase.phase].toLowerCase()}, epoch
          </span>
        ))}
      </div>
      <figcaption className="caption">{summary}</figcaption>
    </figure>
  );
}

interface MeasureProps {
  readonly subject: Run;
  readonly measure: Measure;
  readonly axis: EpochAxis;
  readonly slot: number | null;
  readonly onSlot: (slot: number | null) => void;
}

const none: readonly EpochRecord[] = [];

function MeasurePlot(props: MeasureProps): ReactElement {
  const { subject, measure, axis, slot, onSlot } = props;
  const { recipe, record, classes } = subject;
  const history = record?.history ?? none;
  const isChecked = history.length === 0 ? recipe.split.validation > 0 : history.every(isValidated);
  const lines = useMemo(
    () => (isChecked ? [0, 1] : [0]).map((line) => history.map((epoch) => measure.of(epoch)[line] ?? NaN)),
    [isChecked, history, measure],
  );
  const scale = measure.scaleOf(history, classes);
  // Where the last epoch is kept, the line's end says so.
  const best = record === null || !restoresBest(record.recipe) ? null : keptOf(record);
  const bestAt = best === null ? 0 : placeOfEpoch(axis, best.phaseIndex, best.epoch);
  const chance = measure.chanceOf(classes);
  return (
    <>
      <Readout
        measure={measure}
        epoch={slot === null ? history.at(-1) : history[slot]}
        isPointed={slot !== null}
        isChecked={isChecked}
      />
      <Plot
        className={measure.name}
        summary={summaryOf(measure, history)}
        {...{ scale, lines, onSlot }}
        slots={axis.slots}
        bounds={axis.phases.slice(1).map((phase) => phase.from / axis.slots)}
        ticks={measure === accuracy ? axisTicks(axis, 8) : []}
        format={(value) => measure.formatMark(value, scale)}
      >
        {classes > 1 && (
          <Level value={chance} scale={scale}>
            chance, {measure.format(chance)}
          </Level>
        )}
        {slot !== null && <i className="pointed" style={{ left: `${((slot + 0.5) / axis.slots) * 100}%` }} />}
        {best !== null && (
          <BestMark at={bestAt} value={measure.of(best)[1] ?? NaN} scale={scale} isFlipped={bestAt > 0.6}>
            {measure === loss && `best, epoch ${best.epoch}`}
          </BestMark>
        )}
        <UnderWay {...props} scale={scale} />
      </Plot>
    </>
  );
}

interface ReadoutProps {
  readonly measure: Measure;
  readonly epoch: EpochRecord | undefined;
  readonly isPointed: boolean;
  /** Whether there is validation. */
  readonly isChecked: boolean;
}

/** Legend and reading in one: the last epoch, or the one that is pointed at. */
function Readout({ measure, epoch, isPointed, isChecked }: ReadoutProps): ReactElement {
  const [train = '–', validation = '–'] = epoch === undefined ? [] : formatted(measure, epoch);
  return (
    <div className={measure === loss ? 'readout' : 'readout second'}>
      <h3>
        <Explained term={measure.name}>{measure.title}</Explained>
        {isPointed && epoch !== undefined && (
          <span className="small"> {`${phaseLabels[epoch.phase].toLowerCase()} ${epoch.epoch}`}</span>
        )}
      </h3>
      <span>
        <i className="sample" />
        train <b>{train}</b>
      </span>
      {isChecked && (
        <span>
          <i className="sample validation" />
          validation <b>{validation}</b>
        </span>
      )}
    </div>
  );
}

/** The epoch under way: training's mean so far, joined to its last point. */
function UnderWay({
  subject: { record, kind },
  measure,
  axis,
  scale,
}: MeasureProps & { readonly scale: Scale }): ReactElement | null {
  const live = record?.live;
  if (record === null || live == null) return null;
  const up = (value: number): number => share(value, scale.domain);
  const at = placeOfEpoch(axis, live.phaseIndex, live.epoch);
  const value = live[measure.name];
  const before = record.history.at(-1);
  return (
    <>
      {before !== undefined && (
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          <line
            className="under-way"
            x1={placeOfEpoch(axis, before.phaseIndex, before.epoch)}
            y1={1 - up(measure.of(before)[0])}
            x2={at}
            y2={1 - up(value)}
          />
        </svg>
      )}
      <i
        className={kind === 'running' ? 'dot live' : 'dot'}
        style={{ left: `${at * 100}%`, bottom: `${up(value) * 100}%` }}
      />
    </>
  );
}

function formatted({ of, format }: Measure, epoch: EpochRecord): string[] {
  return of(epoch).map((value) => format(value ?? NaN));
}

function summaryOf(measure: Measure, history: readonly EpochRecord[]): string {
  const { title } = measure;
  const first = history[0];
  const last = history.at(-1);
  if (first === undefined || last === undefined) return `${title} by epoch: nothing yet.`;
  const [trainFrom, validationFrom] = formatted(measure, first);
  const [trainTo, validationTo] = formatted(measure, last);
  const validation =
    validationFrom === undefined ? '' : `, validation from ${validationFrom} to ${validationTo ?? ''}`;
  return `${title} by epoch, ${history.length} so far: training from ${trainFrom ?? ''} to ${trainTo ?? ''}${validation}. The table below has the numbers.`;
}
