/**
 * Owns the charts of a test as drawings for a report: the confusion matrix and the calibration. The page's own charts need
 * a page (React, tfjs-vis, the theme); these have the same colours and words on white.
 */
import type { Drawing, Shape } from '../../lib/figures/drawing.ts';
import { calibrationError, type SureBin } from '../../lib/figures/sureness.ts';
import { formatPercent } from '../../lib/format.ts';
import type { Evaluation } from '../../protocol/events.ts';
import {
  dot,
  heightOf,
  INK,
  line,
  QUIET,
  TEXT,
  TRAIN,
  uprightScale,
  WHOLE,
  words,
  type Frame,
} from './parts.ts';

/** More would be cells of a pixel or two. */
const MOST_CLASSES = 60;

/** Counts, shaded by the share of the true class; null for more classes than can be read. */
export function confusionDrawing({ labels, confusionMatrix }: Evaluation): Drawing | null {
  const classes = labels.length;
  if (classes > MOST_CLASSES) return null;
  const cell = Math.max(16, Math.min(64, Math.floor(640 / classes)));
  const size = Math.min(TEXT, Math.max(8, Math.floor(cell * 0.55)));
  const names = labels.map((label) => shortened(label, 22));
  const room = Math.ceil(Math.max(...names.map(({ length }) => length)) * size * 0.62) + 16;
  const [left, top] = [room + 20, 40];
  const shapes = confusionMatrix.flatMap((counts, truth) => {
    const all = counts.reduce((sum, count) => sum + count, 0);
    return [
      words(names[truth] ?? '', left - 8, top + (truth + 0.5) * cell + size / 3, { align: 'end', size }),
      ...counts.flatMap((count, predicted): Shape[] => {
        const part = all === 0 ? 0 : count / all;
        const [x, y] = [left + predicted * cell, top + truth * cell];
        const shade = { kind: 'rect', x, y, width: cell - 1, height: cell - 1, fill: shadeOf(part) } as const;
        if (count === 0 || cell < 20) return [shade];
        const fill = part > 0.55 ? '#fff' : INK;
        const middle = [x + (cell - 1) / 2, y + cell / 2 + size / 3] as const;
        return [shade, words(String(count), ...middle, { align: 'middle', size, fill })];
      }),
    ];
  });
  const bottom = top + classes * cell;
  const upright = names.map((name, predicted) =>
    words(name, left + (predicted + 0.5) * cell + size / 3, bottom + 10, { align: 'end', size, turned: -90 }),
  );
  return {
    width: Math.max(420, left + classes * cell + 20),
    height: bottom + room + 30,
    title: `Confusion matrix of ${labels.length} classes: a row for each true class, a column for each that was predicted.`,
    shapes: [
      words('Confusion matrix: rows true, columns predicted, pictures', 16, 24, { isBold: true, size: 15 }),
      ...shapes,
      ...upright,
    ],
  };
}

const shortened = (text: string, most: number): string =>
  Array.from(text).length > most
    ? `${Array.from(text)
        .slice(0, most - 1)
        .join('')}…`
    : text;

/** From white to the blue of what learns. */
function shadeOf(part: number): string {
  const mixed = [0x24, 0x5c, 0xd6].map((full) => Math.round(0xf4 + (full - 0xf4) * part));
  return `rgb(${mixed.join(', ')})`;
}

const CALIBRATION = { side: 420, left: 64, top: 64 } as const;

/** How often it was right, by how sure it was; on the diagonal where both are the same. */
export function calibrationDrawing(bins: readonly SureBin[]): Drawing {
  const { side, left, top } = CALIBRATION;
  const frame = { left, top, width: side, height: side };
  const bottom = top + side;
  const error = formatPercent(calibrationError(bins));
  return {
    width: left + side + 30,
    height: bottom + 60,
    title: `How often it was right by how sure it was; expected calibration error ${error}.`,
    shapes: [
      words('Calibration', left, 24, { isBold: true, size: 15 }),
      words(`expected calibration error ${error}; figures are test pictures`, left, 44, {
        fill: QUIET,
        size: 12,
      }),
      ...uprightScale(frame, WHOLE, (mark) => formatPercent(mark, 0)),
      ...bins.flatMap((bin) => bar(bin, frame)),
      line(
        [
          [left, bottom],
          [left + side, top],
        ],
        INK,
        1.5,
        [2, 4],
      ),
      ...WHOLE.ticks.map((tick) =>
        words(formatPercent(tick, 0), left + tick * side, bottom + 20, {
          align: 'middle',
          fill: QUIET,
          size: 12,
        }),
      ),
      words('how sure it was', left + side / 2, bottom + 44, { align: 'middle', fill: QUIET }),
      words('how often it was right', 18, top + side / 2, { align: 'middle', fill: QUIET, turned: -90 }),
    ],
  };
}

function bar({ from, to, count, right, confidence }: SureBin, frame: Frame): Shape[] {
  if (count === 0) return [];
  const across = (value: number): number => frame.left + value * frame.width;
  const y = heightOf(right / count, WHOLE, frame);
  const [x, width] = [across(from) + 1, across(to) - across(from) - 2];
  return [
    { kind: 'rect', x, y, width, height: frame.top + frame.height - y, fill: '#a9c1f5' },
    dot(across(confidence), y, TRAIN),
    words(String(count), x + width / 2, Math.max(frame.top + 12, y - 8), {
      align: 'middle',
      size: 11,
      fill: QUIET,
    }),
  ];
}
