/** How compared runs do together, from the answers that each was kept with: no network is asked anew. */
import { combined, fittedWeights, meanWeights } from '../lib/figures/ensemble.ts';
import { mcnemar, type Compared } from '../lib/figures/mcnemar.ts';
import { likeliestOf } from '../lib/figures/sureness.ts';
import { wilsonInterval } from '../lib/figures/wilson.ts';
import { checkMembers, type Weighing } from '../protocol/runs/ensemble.ts';
import { keptAnswers } from '../protocol/runs/kept-answers.ts';
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
  const { split, labels, labelOfRow } = checkMembers(records, weighing);
  const answers = keptAnswers(records, 'test', split.test);
  const validations = weighing === 'mean' ? [] : keptAnswers(records, 'validation', split.validation);
  if (answers === null || validations === null) return null;
  const truthsOf = (rows: Uint32Array): number[] => Array.from(rows, (row) => labelOfRow[row] ?? 0);
  const weights =
    weighing === 'mean'
      ? meanWeights(records.length)
      : fittedWeights(validations, truthsOf(split.validation), labels.length);
  const truths = truthsOf(split.test);
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
