/**
 * Lines over one axis: grid and axis under the chart, the lines that tfjs-vis draws, and over them whatever a chart
 * marks. Type and marks are HTML and SVG laid over the drawing, so that they follow the theme and never stretch.
 */
import type { PointerEvent, ReactElement, ReactNode } from 'react';
import { drawLines, type LineData } from '../vis/drawings.ts';
import { useDrawing } from '../vis/use-drawing.ts';
import { isSame } from '../../lib/json.ts';
import { share, type Scale } from '../../lib/figures/scale.ts';

/** A mark on the axis; `at` is 0 to 1 from its left end. */
export interface AxisTick {
  readonly at: number;
  readonly text: string;
}

interface PlotProps {
  /** Sets the height, and how the lines look. */
  readonly className: string;
  /** What a screen reader hears in its place. */
  readonly summary: string;
  readonly scale: Scale;
  /** How the scale's marks are written. */
  readonly format: (value: number) => string;
  /** One value a slot, from the first on: as many as there are so far. */
  readonly lines: readonly (readonly number[])[];
  /** Slots on the axis. */
  readonly slots: number;
  readonly ticks?: readonly AxisTick[];
  /** Where lines stand upright, 0 to 1: the bounds of phases, powers of ten. */
  readonly bounds?: readonly number[];
  /** Whether the bounds are part of the grid. */
  readonly hasGridBounds?: boolean;
  /** Hears which slot is pointed at; null for none. */
  readonly onSlot?: (slot: number | null) => void;
  readonly children?: ReactNode;
}

export function Plot(props: PlotProps): ReactElement {
  const { className, summary, scale, format, lines, slots, ticks = [], bounds = [], onSlot } = props;
  const isEmpty = lines.every((values) => values.length === 0);
  const { place, shown } = useDrawing(isEmpty ? null : { lines, slots, domain: scale.domain }, drawLines);
  const fits = shown?.slots === slots && isSame(shown.domain, scale.domain);
  const up = (value: number): number => share(value, scale.domain);
  const point = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const slot = Math.floor(((event.clientX - box.left) / box.width) * slots);
    onSlot?.(slot >= 0 && slot < (lines[0]?.length ?? 0) ? slot : null);
  };
  return (
    <div className={`plot ${className}`} onPointerMove={point} onPointerLeave={() => onSlot?.(null)}>
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" role="img" aria-label={summary}>
        {scale.ticks.map((tick) => (
          <line key={tick} className="grid" x1={0} x2={1} y1={1 - up(tick)} y2={1 - up(tick)} />
        ))}
        {bounds.map((at) => (
          <line
            key={at}
            className={props.hasGridBounds === true ? 'grid' : 'axis'}
            x1={at}
            x2={at}
            y1={0}
            y2={1}
          />
        ))}
        <line className="axis" x1={0} x2={1} y1={1} y2={1} />
        {lines.map((values, line) => (
          <Tail key={line} {...{ line, values, slots, up }} drawn={fits ? countDrawn(shown, line) : 0} />
        ))}
      </svg>
      <div className={fits ? 'drawing' : 'drawing behind'} ref={place} aria-hidden="true" />
      {scale.ticks.map((tick) => (
        <span key={tick} className="tick y" style={{ bottom: `${up(tick) * 100}%` }}>
          {format(tick)}
        </span>
      ))}
      {ticks.map(({ at, text }) => (
        <span key={at} className="tick x" style={{ left: `${at * 100}%` }}>
          {text}
        </span>
      ))}
      {props.children}
    </div>
  );
}

const countDrawn = (shown: LineData, line: number): number => shown.lines[line]?.length ?? 0;

interface TailProps {
  /** Which of the lines. */
  readonly line: number;
  readonly values: readonly number[];
  /** How many of them the drawing has by now. */
  readonly drawn: number;
  readonly slots: number;
  readonly up: (value: number) => number;
}

/** What a line has got since it was drawn: the drawing comes about a second later, and the line has no gap meanwhile. */
function Tail({ line, values, drawn, slots, up }: TailProps): ReactElement | null {
  if (values.length <= drawn) return null;
  const from = Math.max(0, drawn - 1);
  const points = values.slice(from).map((value, index) => `${(from + index + 0.5) / slots},${1 - up(value)}`);
  return <polyline className={`tail line-${line}`} points={points.join(' ')} />;
}

interface LevelProps {
  readonly value: number;
  readonly scale: Scale;
  readonly children: ReactNode;
}

/** Below it there is no room for a level's name: a share of the plot's height. */
const LOW = 0.16;

/** A dotted line across the plot with its name, where the scale holds it. */
export function Level({ value, scale, children }: LevelProps): ReactElement | null {
  if (value < scale.domain[0] || value > scale.domain[1]) return null;
  const up = share(value, scale.domain);
  return (
    <>
      <div className="level" style={{ bottom: `${up * 100}%` }} />
      <span className={up > LOW ? 'tag level-tag under' : 'tag level-tag'} style={{ bottom: `${up * 100}%` }}>
        {children}
      </span>
    </>
  );
}

interface BestMarkProps {
  /** 0 to 1 from the left. */
  readonly at: number;
  readonly value: number;
  readonly scale: Scale;
  /** Whether its name stands on its left. */
  readonly isFlipped: boolean;
  readonly children?: ReactNode;
}

/** A dotted line upright with a ring at a value: the best. */
export function BestMark({ at, value, scale, isFlipped, children }: BestMarkProps): ReactElement {
  return (
    <div className={isFlipped ? 'best-mark flip' : 'best-mark'} style={{ left: `${at * 100}%` }}>
      <i className="ring" style={{ bottom: `${share(value, scale.domain) * 100}%` }} />
      {children !== undefined && <b>{children}</b>}
    </div>
  );
}
