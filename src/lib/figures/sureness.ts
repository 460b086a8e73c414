/** What it is worth that a network is sure: reliability, calibration error, and from where on it should answer at all. */
import { wilsonInterval } from './wilson.ts';

/** How sure a network was of each picture of a part, and whether it was right. */
export interface Sureness {
  /** Probability of the likeliest class, 0 to 1. */
  readonly confidences: Float32Array;
  /** 1 where that class is the true one, 0 where not. */
  readonly isRight: Uint8Array;
}

/** Pictures of which a network was about as sure. */
export interface SureBin {
  /** Confidences above `from`, up to `to`; the first bin has 0 too. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly right: number;
  /** Mean confidence; 0 where there are none. */
  readonly confidence: number;
}

/** Without validation pictures that tell: what is more likely than all others together. */
export const USUAL_THRESHOLD = 0.5;

/** @param probabilities `[pictures, classes]` @param truths the true class of each picture */
export function surenessOf(
  probabilities: Float32Array,
  truths: ArrayLike<number>,
  classes: number,
): Sureness {
  const confidences = new Float32Array(truths.length);
  const isRight = new Uint8Array(truths.length);
  for (let at = 0; at < truths.length; at++) {
    const likeliest = likeliestOf(probabilities, at * classes, classes);
    confidences[at] = probabilities[at * classes + likeliest] ?? 0;
    isRight[at] = likeliest === truths[at] ? 1 : 0;
  }
  return { confidences, isRight };
}

/** Index of the largest of `count` values from `start` on; of equal ones the first. */
export function likeliestOf(values: Float32Array, start: number, count: number): number {
  let best = 0;
  for (let index = 1; index < count; index++) {
    if ((values[start + index] ?? 0) > (values[start + best] ?? 0)) best = index;
  }
  return best;
}

/** The pictures in bins of equal width: a reliability curve's points. */
export function binsOf({ confidences, isRight }: Sureness, bins = 10): SureBin[] {
  const counted = Array.from({ length: bins }, () => ({ count: 0, right: 0, sum: 0 }));
  confidences.forEach((confidence, at) => {
    const bin = counted[binAt(confidence, bins)];
    if (bin === undefined) return;
    bin.count += 1;
    bin.right += isRight[at] ?? 0;
    bin.sum += confidence;
  });
  return counted.map(({ count, right, sum }, index) => ({
    from: index / bins,
    to: (index + 1) / bins,
    count,
    right,
    confidence: count === 0 ? 0 : sum / count,
  }));
}

const binAt = (confidence: number, bins: number): number =>
  Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));

/**
 * Expected calibration error: by how much confidence and share of right answers differ, over all bins by their pictures.
 *
 * @see Guo et al., On calibration of modern neural networks, ICML 2017
 */
export function calibrationError(bins: readonly SureBin[]): number {
  const all = bins.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return 0;
  return (
    bins.reduce((sum, { count, right, confidence }) => sum + Math.abs(right - confidence * count), 0) / all
  );
}

/** Right answers, and wrong ones, from which on a line between them means something. */
const FEWEST = 10;

/** What comes of answering only where a network is as sure as a threshold, or surer. */
export interface Answered {
  readonly answered: number;
  readonly right: number;
  readonly all: number;
}

export function answeredAt({ confidences, isRight }: Sureness, threshold: number): Answered {
  let answered = 0;
  let right = 0;
  confidences.forEach((confidence, at) => {
    if (confidence < threshold) return;
    answered += 1;
    right += isRight[at] ?? 0;
  });
  return { answered, right, all: confidences.length };
}

/**
 * The threshold that separates right answers from wrong ones best: of all, the one with the most right answers at or above
 * it and the most wrong ones below, each by its share (Youden's index). Null where there are too few of either to tell.
 */
export function bestThreshold({ confidences, isRight }: Sureness): number | null {
  const order = [...confidences.keys()].sort((a, b) => (confidences[b] ?? 0) - (confidences[a] ?? 0));
  const rights = isRight.reduce((sum, one) => sum + one, 0);
  const wrongs = isRight.length - rights;
  if (Math.min(rights, wrongs) < FEWEST) return null;
  let [right, wrong, bestIndex] = [0, 0, -Infinity];
  let best = 1;
  order.forEach((at, place) => {
    if (isRight[at] === 1) right += 1;
    else wrong += 1;
    // Those that are exactly as sure are all on one side.
    const confidence = confidences[at] ?? 0;
    if (confidences[order[place + 1] ?? -1] === confidence) return;
    const index = right / rights - wrong / wrongs;
    if (index <= bestIndex) return;
    bestIndex = index;
    best = confidence;
  });
  return best;
}

/** Of the pictures of which a network was as sure as this, to a tenth: how many, how many right, and the 95 % interval. */
export function worthOf(
  sureness: Sureness,
  confidence: number,
): { readonly count: number; readonly right: number; readonly interval: readonly [number, number] } | null {
  const bins = binsOf(sureness);
  const bin = bins[binAt(confidence, bins.length)];
  if (bin === undefined || bin.count === 0) return null;
  const { count, right } = bin;
  return { count, right, interval: wilsonInterval(right / count, count) };
}

/**
 * Share of pictures whose true class is among the `count` likeliest; of equally likely ones the later come first.
 *
 * @see sklearn.metrics.top_k_accuracy_score
 */
export function topAccuracy(
  probabilities: Float32Array,
  truths: ArrayLike<number>,
  classes: number,
  count: number,
): number {
  let right = 0;
  for (let at = 0; at < truths.length; at++) {
    const row = probabilities.subarray(at * classes, (at + 1) * classes);
    const truth = truths[at] ?? 0;
    const own = row[truth] ?? 0;
    const before = row.filter((value, index) => value > own || (value === own && index > truth)).length;
    if (before < count) right += 1;
  }
  return truths.length === 0 ? 0 : right / truths.length;
}
