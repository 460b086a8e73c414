/** Owns the curves of a run as a drawing: loss over accuracy, training solid and validation dashed, phases side by side. */
import type { Drawing, Shape } from '../../lib/figures/drawing.ts';
import { markText, niceScale, type Scale } from '../../lib/figures/scale.ts';
import { formatPercent } from '../../lib/format.ts';
import type { EpochRecord } from '../../protocol/events.ts';
import {
  dot,
  heightOf,
  line,
  QUIET,
  TRAIN,
  uprightScale,
  VALIDATION,
  WHOLE,
  words,
  type Frame,
} from './parts.ts';

/** Validation is told by its strokes too. */
const DASH = [6, 4];

const CURVES = { width: 720, height: 560, left: 64, right: 20 } as const;

/** Loss over accuracy, training solid and validation dashed, phases side by side. */
export function curvesDrawing(history: readonly EpochRecord[]): Drawing {
  const { width, height, left, right } = CURVES;
  const inner = { left, width: width - left - right, height: 190 };
  const frames = [
    { ...inner, top: 44 },
    { ...inner, top: 296 },
  ] as const;
  const scale = niceScale([0, ...history.flatMap(({ loss, valLoss }) => [loss, valLoss ?? 0])], 5);
  const loss: Measure = {
    title: 'Loss',
    scale,
    format: (mark) => markText(mark, scale),
    of: (epoch) => [epoch.loss, epoch.valLoss],
  };
  const accuracy: Measure = {
    title: 'Accuracy',
    scale: WHOLE,
    format: (mark) => formatPercent(mark, 0),
    of: (epoch) => [epoch.accuracy, epoch.valAccuracy],
  };
  const { top, height: tall } = frames[1];
  return {
    width,
    height,
    title: `Loss and accuracy of ${history.length} epochs, ${isValidated(history) ? 'training solid and validation dashed' : 'training alone: its split kept none for validation'}.`,
    shapes: [
      ...plot(frames[0], loss, history),
      ...plot(frames[1], accuracy, history),
      ...epochMarks(frames[1], history),
      words('Epoch', left + inner.width / 2, top + tall + 44, { align: 'middle', fill: QUIET }),
    ],
  };
}

/** One of the two plots. */
interface Measure {
  readonly title: string;
  readonly scale: Scale;
  readonly format: (mark: number) => string;
  /** Training's value and validation's; null where the split kept no pictures for that. */
  readonly of: (epoch: EpochRecord) => readonly [number, number | null];
}

const isValidated = (history: readonly EpochRecord[]): boolean =>
  history.some(({ valLoss }) => valLoss !== null);

function plot(frame: Frame, measure: Measure, history: readonly EpochRecord[]): Shape[] {
  const { scale, format, of } = measure;
  const bounds = history.flatMap(({ phaseIndex }, slot) =>
    slot > 0 && history[slot - 1]?.phaseIndex !== phaseIndex ? [slot] : [],
  );
  const points = ([0, 1] as const).map((which) =>
    history.flatMap((epoch, slot): (readonly [number, number])[] => {
      const value = of(epoch)[which];
      return value !== null && Number.isFinite(value)
        ? [[slotAt(frame, slot, history.length), heightOf(value, scale, frame)]]
        : [];
    }),
  );
  return [
    ...uprightScale(frame, scale, format),
    ...bounds.map((slot) => {
      const x = frame.left + (slot / history.length) * frame.width;
      return line(
        [
          [x, frame.top],
          [x, frame.top + frame.height],
        ],
        QUIET,
      );
    }),
    ...legend(frame, measure.title, isValidated(history)),
    ...curve(points[0] ?? [], TRAIN),
    ...curve(points[1] ?? [], VALIDATION, DASH),
  ];
}

function legend({ left, width, top }: Frame, title: string, hasValidation: boolean): Shape[] {
  const right = left + width;
  const y = top - 14;
  const sample = (x: number, stroke: string, dash?: readonly number[]): Shape =>
    line(
      [
        [x, y - 4],
        [x + 24, y - 4],
      ],
      stroke,
      2,
      dash,
    );
  return [
    words(title, left, y, { isBold: true, size: 15 }),
    sample(right - 200, TRAIN),
    words('train', right - 170, y, { fill: TRAIN }),
    ...(hasValidation
      ? [sample(right - 112, VALIDATION, DASH), words('validation', right - 82, y, { fill: VALIDATION })]
      : []),
  ];
}

/** One epoch is a point and no line. */
function curve(
  points: readonly (readonly [number, number])[],
  stroke: string,
  dash?: readonly number[],
): Shape[] {
  const [only] = points;
  return points.length === 1 && only !== undefined ? [dot(...only, stroke)] : [line(points, stroke, 2, dash)];
}

const slotAt = ({ left, width }: Frame, slot: number, slots: number): number =>
  left + ((slot + 0.5) / Math.max(1, slots)) * width;

/** The epochs' numbers, which begin anew in each phase: at most about twenty of them. */
function epochMarks(frame: Frame, history: readonly EpochRecord[]): Shape[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((each) => history.length / each <= 20) ?? 1000;
  return history.flatMap(({ epoch }, slot) =>
    epoch === 1 || epoch % step === 0
      ? [
          words(String(epoch), slotAt(frame, slot, history.length), frame.top + frame.height + 20, {
            align: 'middle',
            fill: QUIET,
            size: 12,
          }),
        ]
      : [],
  );
}
