/** Smoothed loss over learning rate, in decades each as wide as the next, and the rate that is suggested. */
import type { ReactElement } from 'react';
import { countOf, formatLoss, formatPlain } from '../lib/format.ts';
import type { RatePoint } from '../protocol/events.ts';
import type { Chart, ChartProps, Subjects } from './chart.ts';
import { Numbers } from './plot/Numbers.tsx';
import { BestMark, Plot, type AxisTick } from './plot/Plot.tsx';
import { markText, niceScale, type Scale } from '../lib/figures/scale.ts';

type Sweep = Subjects['sweep'];

/** The chart of rates that are being tried. */
export const rateSweep: Chart<Sweep> = {
  name: 'rate-sweep',
  suits: () => true,
  summary: ({ points, suggested }) => {
    const first = points[0];
    const last = points.at(-1);
    if (first === undefined || last === undefined) return 'Smoothed loss by learning rate: nothing yet.';
    const lowest = lowestOf(points);
    const end = suggested === null ? 'None is suggested' : `Suggested is ${formatPlain(suggested)}`;
    return (
      `Smoothed loss by learning rate, ${countOf(points.length, 'rate')} from ${formatRate(first.learningRate)} ` +
      `to ${formatRate(last.learningRate)}: from ${formatLoss(first.smoothedLoss)} to its lowest, ` +
      `${formatLoss(lowest?.smoothedLoss ?? NaN)}, at ${formatRate(lowest?.learningRate ?? NaN)}, ` +
      `then ${formatLoss(last.smoothedLoss)}. ${end}. The table below has the numbers.`
    );
  },
  Drawing: RatePlot,
  Table: ({ subject: { points } }) => (
    <Numbers
      caption="Loss at each rate"
      head={['Learning rate', 'loss', 'smoothed']}
      rows={points.map(({ learningRate, loss, smoothedLoss }) => [
        formatRate(learningRate),
        formatLoss(loss),
        formatLoss(smoothedLoss),
      ])}
    />
  ),
};

/** A rate in as many digits as matter: `0.0012`. */
export function formatRate(rate: number): string {
  return formatPlain(Number(rate.toPrecision(2)));
}

/** The point with the lowest smoothed loss. */
export function lowestOf(points: readonly RatePoint[]): RatePoint | undefined {
  return points.reduce<RatePoint | undefined>(
    (low, point) => (low === undefined || point.smoothedLoss < low.smoothedLoss ? point : low),
    undefined,
  );
}

function RatePlot({ subject: { points, steps, suggested }, summary }: ChartProps<Sweep>): ReactElement {
  const slots = steps ?? USUAL_STEPS;
  const scale = sweepScale(points);
  const ticks = rateTicks(slots);
  const bestAt = suggested === null ? 0 : placeOfRate(suggested, slots);
  return (
    <figure className="curves">
      <p className="axis-name">Loss, smoothed</p>
      <Plot
        className="rates"
        {...{ summary, scale, slots, ticks }}
        lines={[points.map(({ smoothedLoss }) => smoothedLoss)]}
        bounds={ticks.map(({ at }) => at)}
        hasGridBounds
        format={(value) => markText(value, scale)}
      >
        {suggested !== null && (
          <BestMark
            at={bestAt}
            value={lossAt(points, suggested)}
            scale={scale}
            // On its right the curve may shoot up.
            isFlipped={bestAt > 0.3}
          >
            {formatPlain(suggested)}
          </BestMark>
        )}
      </Plot>
      <p className="axis-name below">learning rate</p>
    </figure>
  );
}

/** Powers of ten at the ends of the axis: those of every sweep, whose rates lie between them evenly. */
const DECADES = [-7, 1] as const;
/** Of a sweep that has not begun: the axis hardly depends on how many there are. */
const USUAL_STEPS = 100;
/** Losses above so many times the first are not drawn: a curve that shoots up would flatten all before it. */
const HIGHEST = 1.25;
/** A narrower scale would make a flat line look like learning. */
const LEAST_SPAN = 0.5;

/** Where a rate lies among so many rates of a sweep, 0 to 1. */
export function placeOfRate(rate: number, slots: number): number {
  const [from, to] = DECADES;
  const share = (Math.log10(rate) - from) / (to - from);
  return (share * (slots - 1) + 0.5) / slots;
}

/** Every other power of ten. */
export function rateTicks(slots: number): readonly AxisTick[] {
  const [from, to] = DECADES;
  const powers = Array.from({ length: (to - from) / 2 + 1 }, (_, index) => 10 ** (from + 2 * index));
  return powers.map((rate) => ({ at: placeOfRate(rate, slots), text: formatRate(rate) }));
}

/** From the lowest smoothed loss to a little above the first. */
export function sweepScale(points: readonly RatePoint[]): Scale {
  const first = points[0]?.smoothedLoss ?? 1;
  const values = points.map(({ smoothedLoss }) => Math.min(smoothedLoss, first * HIGHEST));
  const high = Math.max(first, ...values);
  return niceScale([Math.max(0, Math.min(high - LEAST_SPAN, ...values)), high], 4);
}

/** Smoothed loss at the tried rate next to one. */
function lossAt(points: readonly RatePoint[], rate: number): number {
  const away = ({ learningRate }: RatePoint): number => Math.abs(Math.log(learningRate / rate));
  return points.reduce((near, point) => (away(point) < away(near) ? point : near)).smoothedLoss;
}
