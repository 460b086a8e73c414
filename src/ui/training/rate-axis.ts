/** The axes under a curve of learning rates: rates in decades, each as wide as the next; losses as far as they matter. */
import { niceScale, type Scale } from '../../charts/ticks.ts';
import type { RatePoint } from '../../protocol/rate-sweep.ts';
import type { AxisTick } from './epoch-axis.ts';
import { formatRate } from '../words/rates.ts';

/** Powers of ten at the ends of the axis: those of every sweep. */
const DECADES = [-7, 1] as const;
/** Losses above so many times the first are not drawn: a curve that shoots up would flatten all before it. */
const HIGHEST = 1.25;
/** A narrower scale would make a flat line look like learning. */
const LEAST_SPAN = 0.5;

/** Where a rate lies, 0 to 1. */
export function placeOfRate(rate: number): number {
  const [from, to] = DECADES;
  return (Math.log10(rate) - from) / (to - from);
}

/** Every other power of ten. */
export function rateTicks(): readonly AxisTick[] {
  const [from, to] = DECADES;
  const powers = Array.from({ length: (to - from) / 2 + 1 }, (_, index) => 10 ** (from + 2 * index));
  return powers.map((rate) => ({ at: placeOfRate(rate), text: formatRate(rate) }));
}

/** From the lowest smoothed loss to a little above the first. */
export function sweepScale(points: readonly RatePoint[]): Scale {
  const first = points[0]?.smoothedLoss ?? 1;
  const values = points.map(({ smoothedLoss }) => Math.min(smoothedLoss, first * HIGHEST));
  const high = Math.max(first, ...values);
  return niceScale([Math.max(0, Math.min(high - LEAST_SPAN, ...values)), high], 4);
}
