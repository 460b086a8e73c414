/** How compared runs do together, from the answers that each was kept with: no network is asked anew. */
import { combined, fittedWeights, meanWeights } from '../lib/figures/ensemble.ts';
import { mcnemar, type Compared } from '../lib/figures/mcnemar.ts';
import { likeliestOf } from '../lib/figures/sureness.ts';
import { wilsonInterval } from '../lib/figures/wilson.ts';
import type { Evaluation } from '../protocol/events.ts';
import { checkMembers, type Weighing } from '../protocol/runs/ensemble.ts';
import type { KeptRecord } from '../protocol/runs/kept.ts';

export interface Together {
  /** Of each run; they add up to 1. */
  readonly weights: readonly number[];
  /** Of test pictures, 0 to 1, with its 95 % interval. */
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  /** Together against the best of them alone. */
  readonly againstBest: Compared;
}

/**
 * Null where one was not tested, or has no validation to fit weights on.
 *
 * @throws StudioError `data/ensemble-…`
 */
export function togetherOf(records: readonly KeptRecord[], weighing: Weighing): Together | null {
  const { split, labels } = checkMembers(records, weighing);
  const tests = records.map(({ result }) => result.test);
  const validations = weighing === 'mean' ? [] : records.map(validationOf);
  if (!areThere(tests) || !areThere(validations)) return null;
  const [first] = validations;
  const answersOf = (evaluations: readonly Evaluation[], rows: Uint32Array): Float32Array[] =>
    evaluations.map((one) => aligned(one, rows));
  const weights =
    first === undefined
      ? meanWeights(records.length)
      : fittedWeights(answersOf(validations, first.rows), Array.from(first.truths), labels.length);
  const answers = answersOf(tests, split.test);
  const truths = truthsOf(tests[0], split.test);
  const isRight = (probabilities: Float32Array): boolean[] =>
    truths.map((truth, at) => likeliestOf(probabilities, at * labels.length, labels.length) === truth);
  const together = isRight(combined(answers, weights));
  const count = (right: readonly boolean[]): number => right.filter(Boolean).length;
  const best = answers.map(isRight).reduce((one, other) => (count(other) > count(one) ? other : one));
  const accuracy = count(together) / truths.length;
  return {
    weights,
    accuracy,
    interval: wilsonInterval(accuracy, truths.length),
    againstBest: mcnemar(together, best),
  };
}

const areThere = (evaluations: readonly (Evaluation | null)[]): evaluations is readonly Evaluation[] =>
  evaluations.every((one) => one !== null);

/** With the network that the run ended with. */
function validationOf({ ended, result }: KeptRecord): Evaluation | null {
  const own = ended.find(({ end }) => end.phaseIndex === result.kept?.phaseIndex) ?? ended.at(-1);
  return own?.end.evaluation ?? null;
}

function placesOf({ rows }: Evaluation): ReadonlyMap<number, number> {
  return new Map(Array.from(rows, (row, at) => [row, at]));
}

/** Its answers in the order of some rows. */
function aligned(evaluation: Evaluation, rows: Uint32Array): Float32Array {
  const places = placesOf(evaluation);
  const classes = evaluation.labels.length;
  const all = new Float32Array(rows.length * classes);
  rows.forEach((row, at) => {
    const from = (places.get(row) ?? 0) * classes;
    all.set(evaluation.probabilities.subarray(from, from + classes), at * classes);
  });
  return all;
}

function truthsOf(evaluation: Evaluation | undefined, rows: Uint32Array): number[] {
  if (evaluation === undefined) return [];
  const places = placesOf(evaluation);
  return Array.from(rows, (row) => evaluation.truths[places.get(row) ?? 0] ?? 0);
}
