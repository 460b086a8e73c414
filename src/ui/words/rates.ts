/** What the search for a learning rate says: what it is doing, and what it found. */
import { formatRate, lowestOf } from '../../charts/rate-sweep.tsx';
import { formatPlain } from '../../lib/format.ts';
import type { RatePoint, RateSweep } from '../../protocol/rate-sweep.ts';
import type { RateSearch } from '../../store/rate-search.ts';
import { recordOf } from '../../store/state.ts';
import { activeText } from './bar.ts';

/** What is under way. */
export interface DoingText {
  readonly title: string;
  readonly detail: string;
}

/** What a search is doing: preparing and the phases before in the words of a run, then its rates. */
export function doingText({ run, points, steps }: RateSearch): DoingText {
  const record = recordOf(run);
  const last = points.at(-1);
  if (last !== undefined && steps !== null && record?.progress == null) {
    return {
      title: 'Trying rates',
      detail: `${points.length} of ${steps}, now ${formatRate(last.learningRate)}`,
    };
  }
  if (record === null) return { title: '', detail: '' };
  const { title, step, detail } = activeText(record);
  return { title, detail: step === '' ? detail : `step ${step}` };
}

/** What a search has found. */
export function foundText({ points, suggested }: RateSweep): string {
  if (suggested !== null) {
    return `The loss is lowest ${atRate(lowestOf(points))}. A tenth of that is fast and still safe: ${formatPlain(suggested)}.`;
  }
  return 'The loss fell at none of these rates by more than it differs from batch to batch, so none is suggested. There may be nothing left to learn here.';
}

function atRate(point: RatePoint | undefined): string {
  return `at ${formatRate(point?.learningRate ?? NaN)}`;
}
