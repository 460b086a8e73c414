/** Asks the members of an ensemble about a part of their set, one network after another, and makes one answer of theirs. */
import type { Dataset } from '../../data/dataset.ts';
import { combined, fittedWeights, meanWeights } from '../../lib/figures/ensemble.ts';
import { evaluationOf } from '../../evaluation/metrics.ts';
import type { Evaluation } from '../../protocol/events.ts';
import type { Weighing } from '../../protocol/runs/ensemble.ts';
import { keptAnswers } from '../../protocol/runs/kept-answers.ts';
import type { KeptRecord } from '../../protocol/runs/kept.ts';
import type { DatasetSummary } from '../../protocol/set/dataset.ts';
import { crossEntropy } from './ask-rows.ts';
import type { Classifier } from './classifier.ts';
import { picturesOfRows } from './new-pictures.ts';

/** Pictures read at a time. */
const AT_ONCE = 256;

/** A member that is ready to answer. */
export interface AskedMember {
  readonly classifier: Classifier;
  /** The set as the member's recipe prepares it. */
  readonly dataset: Pick<Dataset, 'pictures' | 'preparing'>;
}

/** How it does together, and each of its members alone. */
export interface EnsembleResult {
  /** One for each member; they add up to 1. */
  readonly weights: readonly number[];
  readonly test: Evaluation;
  readonly alone: readonly Evaluation[];
}

/** What each member says of a part's pictures, `[pictures, classes]`; empty for a part that was not asked about. */
export type MemberAnswers = Readonly<Record<'validation' | 'test', readonly Float32Array[]>>;

/** The parts whose answers are wanted. */
const partsFor = (weighing: Weighing): readonly (keyof MemberAnswers)[] =>
  weighing === 'fitted' ? ['validation', 'test'] : ['test'];

/**
 * @param withMember makes a member ready, calls back, and puts it away again: the device has room for one
 * @param flip whether each picture is asked about as it is and mirrored, and the mean of both taken
 */
export async function askMembers(
  members: number,
  withMember: (index: number, work: (member: AskedMember) => Promise<void>) => Promise<void>,
  {
    set,
    weighing,
    flip,
  }: { readonly set: DatasetSummary; readonly weighing: Weighing; readonly flip: boolean },
  signal: AbortSignal,
): Promise<MemberAnswers> {
  const answers: Record<keyof MemberAnswers, Float32Array[]> = { validation: [], test: [] };
  for (let index = 0; index < members; index++) {
    await withMember(index, async (member) => {
      for (const part of partsFor(weighing))
        answers[part].push(await answersOf(member, set.split[part], flip, signal));
    });
  }
  return answers;
}

/** The same from what the runs said of these pictures at their end; null where one was not asked about some. */
export function answersAtTheirEnd(
  records: readonly KeptRecord[],
  { split }: DatasetSummary,
  weighing: Weighing,
): MemberAnswers | null {
  const test = keptAnswers(records, 'test', split.test);
  const validation = weighing === 'mean' ? [] : keptAnswers(records, 'validation', split.validation);
  return test === null || validation === null ? null : { test, validation };
}

/** What their answers come to. */
export function ensembleResult(
  { validation, test }: MemberAnswers,
  set: DatasetSummary,
  weighing: Weighing,
): EnsembleResult {
  const truths = Array.from(set.split.validation, (row) => set.labelOfRow[row] ?? 0);
  const weights =
    weighing === 'fitted' ? fittedWeights(validation, truths, set.labels.length) : meanWeights(test.length);
  const evaluated = (one: Float32Array): Evaluation => evaluatedTest(one, set);
  return { weights, test: evaluated(combined(test, weights)), alone: test.map(evaluated) };
}

/** How good probabilities of a set's test pictures are, `[pictures, classes]`. */
export function evaluatedTest(
  probabilities: Float32Array,
  { labels, labelOfRow, split }: DatasetSummary,
): Evaluation {
  const truths = Array.from(split.test, (row) => labelOfRow[row] ?? 0);
  const loss = crossEntropy(probabilities, { truths, classes: labels.length, smoothing: 0 });
  return evaluationOf({ split: 'test', rows: split.test, loss, probabilities, labelOfRow, labels });
}

async function answersOf(
  { classifier, dataset }: AskedMember,
  rows: Uint32Array,
  flip: boolean,
  signal: AbortSignal,
): Promise<Float32Array> {
  const classes = classifier.answering.labels.length;
  const all = new Float32Array(rows.length * classes);
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = [...rows.subarray(from, from + AT_ONCE)];
    const pictures = await picturesOfRows(some, dataset, classifier.answering.recipe.image, signal);
    all.set(await probabilitiesOf(classifier, pictures, flip, signal), from * classes);
  }
  return all;
}

/**
 * What a network says of pictures; with `flip` the mean of what it says of them as they are and mirrored.
 *
 * @param pictures RGB uint8, `[pictures, size, size, 3]`
 * @returns `[pictures, classes]`
 */
export async function probabilitiesOf(
  classifier: Classifier,
  pictures: Uint8Array<ArrayBuffer>,
  flip: boolean,
  signal: AbortSignal,
): Promise<Float32Array<ArrayBuffer>> {
  const said = await classifier.probabilities(pictures, signal);
  if (!flip) return said;
  const mirrored = await classifier.probabilities(flipped(pictures, classifier.size), signal);
  return combined([said, mirrored], meanWeights(2));
}

/** The same pictures with left and right changed. */
function flipped(pictures: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pictures.length);
  for (let row = 0; row < pictures.length; row += size * 3) {
    for (let x = 0; x < size; x++) {
      const from = row + x * 3;
      out.set(pictures.subarray(from, from + 3), row + (size - 1 - x) * 3);
    }
  }
  return out;
}
