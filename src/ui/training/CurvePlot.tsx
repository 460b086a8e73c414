/** One plot: grid and axis under the chart, the chart, then chance, the epoch that is kept and the point that moves. */
import { useRef, type PointerEvent, type ReactElement, type ReactNode } from 'react';
import type { Scale } from '../../charts/ticks.ts';
import type { EpochRecord } from '../../protocol/events.ts';
import { restoresBest } from '../../protocol/recipe.ts';
import type { RunRecord } from '../../store/state.ts';
import { keptOf } from '../words/sentence.ts';
import { placeOfEpoch, type EpochAxis } from './epoch-axis.ts';
import { share } from './scale.ts';
import { useCurve } from './use-curve.ts';

interface CurvePlotProps {
  readonly kind: 'loss' | 'accuracy';
  readonly axis: EpochAxis;
  readonly scale: Scale;
  readonly record: RunRecord | null;
  readonly values: (epoch: EpochRecord) => readonly [train: number, validation: number];
  /** Mean over the epoch under way. */
  readonly liveValue: number | null;
  readonly format: (value: number) => string;
  /** What guessing gives, and how it is written. */
  readonly chance: number | null;
  readonly chanceText: string;
  readonly isLive: boolean;
  /** What a screen reader hears of it. */
  readonly summary: string;
  /** Index in the history of the epoch that is pointed at. */
  readonly pointed: number | null;
  readonly onPoint: (index: number | null) => void;
  readonly children?: ReactNode;
}

export function CurvePlot(props: CurvePlotProps): ReactElement {
  const { kind, axis, scale, record, values, format, chanceText, summary, pointed, onPoint, children } =
    props;
  const drawing = useRef<HTMLDivElement>(null);
  const history = record?.history ?? [];
  useCurve(drawing, history, values, axis.slots, scale.domain);
  const isInside =
    props.chance !== null && props.chance >= scale.domain[0] && props.chance <= scale.domain[1];
  const chance = isInside ? props.chance : null;
  const up = (value: number): number => share(value, scale.domain);
  const point = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const slot = Math.floor(((event.clientX - box.left) / box.width) * axis.slots);
    onPoint(slot >= 0 && slot < history.length ? slot : null);
  };
  return (
    <div className={`plot ${kind}`} onPointerMove={point} onPointerLeave={() => onPoint(null)}>
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" role="img" aria-label={summary}>
        {scale.ticks.map((tick) => (
          <line key={tick} className="grid" x1={0} x2={1} y1={1 - up(tick)} y2={1 - up(tick)} />
        ))}
        {axis.phases.slice(1).map((phase) => (
          <line
            key={phase.phaseIndex}
            className="axis"
            x1={phase.from / axis.slots}
            x2={phase.from / axis.slots}
            y1={0}
            y2={1}
          />
        ))}
        <line className="axis" x1={0} x2={1} y1={1} y2={1} />
        {chance !== null && <line className="chance" x1={0} x2={1} y1={1 - up(chance)} y2={1 - up(chance)} />}
        {pointed !== null && (
          <line
            className="pointed"
            x1={(pointed + 0.5) / axis.slots}
            x2={(pointed + 0.5) / axis.slots}
            y1={0}
            y2={1}
          />
        )}
      </svg>
      <div className="drawing" ref={drawing} aria-hidden="true" />
      {scale.ticks.map((tick) => (
        <span key={tick} className="tick y" style={{ bottom: `${up(tick) * 100}%` }}>
          {format(tick)}
        </span>
      ))}
      {chance !== null && (
        <span className="tag chance-tag" style={{ bottom: `${up(chance) * 100}%` }}>
          chance, {chanceText}
        </span>
      )}
      <KeptMark {...props} up={up} />
      <LivePoint {...props} up={up} />
      {children}
    </div>
  );
}

type MarkProps = CurvePlotProps & { readonly up: (value: number) => number };

function KeptMark({ kind, axis, record, values, up }: MarkProps): ReactElement | null {
  // Where the last epoch is kept, the line's end says so.
  const best = record === null || !restoresBest(record.recipe) ? null : keptOf(record);
  if (best === null) return null;
  const at = placeOfEpoch(axis, best.phaseIndex, best.epoch);
  return (
    <div className={at > 0.6 ? 'best-mark flip' : 'best-mark'} style={{ left: `${at * 100}%` }}>
      <i className="ring" style={{ bottom: `${up(values(best)[1]) * 100}%` }} />
      {kind === 'loss' && <b>best, epoch {best.epoch}</b>}
    </div>
  );
}

/** The epoch under way: training's mean so far, joined to its last point. */
function LivePoint({ axis, record, values, liveValue, isLive, up }: MarkProps): ReactElement | null {
  const live = record?.live;
  if (live == null || liveValue === null) return null;
  const at = placeOfEpoch(axis, live.phaseIndex, live.epoch);
  const before = record?.history.at(-1);
  const from =
    before === undefined
      ? null
      : { x: placeOfEpoch(axis, before.phaseIndex, before.epoch), y: 1 - up(values(before)[0]) };
  return (
    <>
      {from !== null && (
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          <line className="under-way" x1={from.x} y1={from.y} x2={at} y2={1 - up(liveValue)} />
        </svg>
      )}
      <i
        className={isLive ? 'dot live' : 'dot'}
        style={{ left: `${at * 100}%`, bottom: `${up(liveValue) * 100}%` }}
      />
    </>
  );
}
