/** What the screen says of an answer: how sure, where, and what being that sure is worth. */
import { formatCount, formatPercent } from '../../lib/format.ts';
import { bestThreshold, USUAL_THRESHOLD, worthOf, type Sureness } from '../../lib/figures/sureness.ts';
import type { HeatMaps, TriedNetwork } from '../../protocol/try.ts';
import type { Shown } from './trial.ts';

/** How a picture is looked at. */
export type Look = 'seen' | 'why' | 'cover';

/** Probabilities in order, the likeliest first. */
export function ranked(probabilities: ArrayLike<number>): number[] {
  return Array.from({ length: probabilities.length }, (_, index) => index).sort(
    (a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0),
  );
}

/** From which confidence on a network's answer counts, and who says so. */
export interface Threshold {
  readonly at: number;
  readonly isKnown: boolean;
}

/** Null where no validation picture says what being sure is worth. */
export function thresholdOf(sureness: Sureness | null): Threshold | null {
  if (sureness === null) return null;
  const best = bestThreshold(sureness);
  return { at: best ?? USUAL_THRESHOLD, isKnown: best !== null };
}

/** A clause such as `happy, fairly sure`; parts of it stand out. */
export interface Verdict {
  readonly isUnsure: boolean;
  /** The class, or `unsure`. */
  readonly word: string;
  /** What follows it. */
  readonly rest: string;
}

export function verdictOf(
  labels: readonly string[],
  probabilities: ArrayLike<number>,
  threshold: Threshold | null,
): Verdict {
  const [first = 0, second] = ranked(probabilities);
  const sure = probabilities[first] ?? 0;
  const label = labels[first] ?? '';
  if (sure < (threshold?.at ?? 0)) {
    const other = second === undefined ? '' : ` or ${labels[second] ?? ''}`;
    return { isUnsure: true, word: 'unsure', rest: `: ${label}${other}` };
  }
  const degree = sure >= 0.9 ? 'very sure' : sure >= 0.7 ? 'fairly sure' : 'not very sure';
  return { isUnsure: false, word: label, rest: `, ${degree}` };
}

/** What it is worth that a network is as sure as this. */
export function worthText(sureness: Sureness | null, confidence: number): string {
  if (sureness === null)
    return 'How often it is right when it is this sure is not known: no validation pictures tell it of this network.';
  const worth = worthOf(sureness, confidence);
  if (worth === null) return 'Of none of the validation pictures was it this sure.';
  const { count, right, interval } = worth;
  const [low, high] = interval.map((share) => Math.round(share * 100));
  return `Of the ${formatCount(count)} validation pictures where it was about this sure, ${formatCount(right)} ${right === 1 ? 'was' : 'were'} right (95 % interval ${String(low)}–${String(high)} %).`;
}

export function thresholdText(threshold: Threshold | null): string {
  if (threshold === null)
    return 'It names a class however unsure it is: without validation pictures there is no telling when to trust it.';
  const { at, isKnown } = threshold;
  const share = formatPercent(at, 0);
  if (!isKnown) return `Dotted: ${share}. Below it this screen says “unsure”.`;
  return `Dotted: ${share}, where right and wrong answers on the validation pictures part best. Below it this screen says “unsure”.`;
}

const DOWN = ['upper', '', 'lower'];
const ACROSS = ['left', 'middle', 'right'];

/** Where the peak of a map lies, in words; null for a map that is zero throughout. */
export function placeOfPeak({ width, height, values }: HeatMaps, index: number): string | null {
  const map = values.subarray(index * width * height, (index + 1) * width * height);
  const peak = map.indexOf(Math.max(...map));
  if ((map[peak] ?? 0) === 0) return null;
  const third = (at: number, all: number): number => Math.min(2, Math.floor((3 * (at + 0.5)) / all));
  const down = DOWN[third(Math.floor(peak / width), height)] ?? '';
  const across = ACROSS[third(peak % width, width)] ?? '';
  if (across === 'middle') return down === '' ? 'the middle' : `the ${down} middle`;
  return down === '' ? `the ${across} side` : `the ${down} ${across}`;
}

/** What the network takes, and where it looks: the middle of the sentence. */
export function seenClause(
  { recipe, labels }: TriedNetwork,
  shown: Shown | null,
  look: Look,
  index: number,
): string {
  const taken = `the network takes it at ${recipe.image.size.toString()} pixels,`;
  if (shown === null || look === 'seen') return taken;
  if (look === 'cover') return 'the network takes it with a part covered,';
  const [predicted] = ranked(shown.answer.probabilities);
  const place = shown.answer.maps === null ? null : placeOfPeak(shown.answer.maps, index);
  if (place === null) return `the network finds nothing that speaks for ${labels[index] ?? ''},`;
  return index === predicted
    ? `the network looks mostly at ${place},`
    : `the network would look at ${place} for ${labels[index] ?? ''},`;
}
