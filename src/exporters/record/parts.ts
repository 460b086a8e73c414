/** Owns what the charts of a report are made of: words, lines, colours on white, and upright scales. */
import type { Shape } from '../../lib/figures/drawing.ts';
import { share, type Scale } from '../../lib/figures/scale.ts';

export const INK = '#1d2430';
export const QUIET = '#566072';
const GRID = '#dfe3ea';
/** What learns, and validation; of the page's light theme. */
export const TRAIN = '#245cd6';
export const VALIDATION = '#b26a00';

export const TEXT = 13;

interface TextOptions {
  readonly align?: 'start' | 'middle' | 'end';
  readonly fill?: string;
  readonly size?: number;
  readonly isBold?: boolean;
  readonly turned?: number;
}

export function words(text: string, x: number, y: number, options: TextOptions = {}): Shape {
  const { align = 'start', fill = INK, size = TEXT, ...others } = options;
  return { kind: 'text', x, y, text, size, fill, align, ...others };
}

export const line = (
  points: readonly (readonly [number, number])[],
  stroke: string,
  width = 1,
  dash?: readonly number[],
): Shape => ({ kind: 'line', points, stroke, width, ...(dash === undefined ? {} : { dash }) });

/** Where a plot lies, without its marks. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Grid and marks of an upright scale. */
export function uprightScale(frame: Frame, scale: Scale, format: (mark: number) => string): Shape[] {
  const right = frame.left + frame.width;
  return scale.ticks.flatMap((tick) => {
    const y = heightOf(tick, scale, frame);
    return [
      line(
        [
          [frame.left, y],
          [right, y],
        ],
        GRID,
      ),
      words(format(tick), frame.left - 8, y + 4, { align: 'end', fill: QUIET, size: 12 }),
    ];
  });
}

export function heightOf(value: number, { domain }: Pick<Scale, 'domain'>, { top, height }: Frame): number {
  return top + height * (1 - share(value, domain));
}

/** Of shares. */
export const WHOLE: Scale = { domain: [0, 1], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] };

export const dot = (x: number, y: number, fill: string): Shape => ({ kind: 'circle', x, y, radius: 4, fill });
