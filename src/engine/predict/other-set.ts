/**
 * Owns how a trained network is tested on a set that it was not trained on, or on what it has not seen of its own: classes
 * are matched by name, and whatever is not asked about is counted.
 */
import type { Dataset } from '../../data/dataset.ts';
import { evaluationOf } from '../../evaluation/metrics.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { Evaluation } from '../../protocol/events.ts';
import type { KeptRecord, OtherSetResult } from '../../protocol/runs/kept.ts';
import { NO_CLASS, type DatasetSummary } from '../../protocol/set/dataset.ts';
import type { SetWork } from '../set/open-set.ts';
import { crossEntropy } from './ask-rows.ts';
import type { Asked } from './together.ts';
import { picturesOfRows } from './new-pictures.ts';

/** Pictures read at a time. */
const AT_ONCE = 256;

/**
 * Asks about every labelled picture of a class that the network knows, of all parts of the set.
 *
 * @param record of the network's run: which pictures of the same set it had in training or validation; null where nobody knows
 * @throws StudioError `data/no-class-in-common`, `data/nothing-unseen`, `data/other-size`, `data/…`; DOMException `AbortError` when cancelled
 */
export async function evaluateOnSet(
  classifier: Asked,
  record: KeptRecord | null,
  dataset: Pick<Dataset, 'summary' | 'pictures' | 'preparing'>,
  { signal, emit }: SetWork,
): Promise<OtherSetResult> {
  const { labels, recipe } = classifier.answering;
  const matched = matchedRows(dataset.summary, labels, record);
  const { rows, labelOfRow } = matched;
  const probabilities = new Float32Array(rows.length * labels.length);
  const progress = { kind: 'progress', stage: 'evaluation', label: 'Asking about the set' } as const;
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    emit({ ...progress, done: from, total: rows.length, unit: 'pictures' });
    const some = [...rows.subarray(from, from + AT_ONCE)];
    const pictures = await picturesOfRows(some, dataset, recipe.image, signal);
    probabilities.set(await classifier.probabilities(pictures, signal), from * labels.length);
  }
  const truths = Array.from(rows, (row) => labelOfRow[row] ?? 0);
  const smoothing = recipe.labelSmoothing;
  const loss = crossEntropy(probabilities, { truths, classes: labels.length, smoothing });
  const evaluation = evaluationOf({ split: 'test', rows, loss, probabilities, labelOfRow, labels });
  return { evaluation: ofClassesWithPictures(evaluation), ...matched.said };
}

interface Matched {
  readonly rows: Uint32Array;
  /** By the network's classes. */
  readonly labelOfRow: Uint16Array;
  readonly said: Omit<OtherSetResult, 'evaluation'>;
}

/** Names are the same whatever their case is and however they are spaced. */
const nameOf = (label: string): string => label.trim().toLowerCase();

function matchedRows(
  { labels, labelOfRow, picturesKey, noun }: DatasetSummary,
  known: readonly string[],
  record: KeptRecord | null,
): Matched {
  const indexOf = labels.map((label) => known.findIndex((each) => nameOf(each) === nameOf(label)));
  if (indexOf.every((index) => index < 0)) throw nothingInCommon(labels, known);
  const seenIn = record?.dataset?.picturesKey === picturesKey ? record.dataset.split : null;
  const seen = new Set<number>(seenIn === null ? [] : [...seenIn.train, ...seenIn.validation]);
  const unknown = labels.map(() => 0);
  const ofNetwork = labelOfRow.map((label) => indexOf[label] ?? NO_CLASS);
  let seenBefore = 0;
  const rows = Uint32Array.from(labelOfRow.keys()).filter((row) => {
    const label = labelOfRow[row] ?? NO_CLASS;
    if (label === NO_CLASS) return false;
    if ((indexOf[label] ?? -1) < 0) unknown[label] = (unknown[label] ?? 0) + 1;
    else if (seen.has(row)) seenBefore += 1;
    else return true;
    return false;
  });
  if (rows.length === 0) throw nothingUnseen(noun);
  const asked = new Set(Array.from(rows, (row) => ofNetwork[row]));
  return {
    rows,
    labelOfRow: ofNetwork,
    said: {
      unknownClasses: labels.flatMap((label, index) =>
        (indexOf[index] ?? -1) < 0 ? [{ label, pictures: unknown[index] ?? 0 }] : [],
      ),
      absentClasses: known.filter((_, index) => !asked.has(index)),
      seenBefore,
      isOwnSet: seenIn !== null,
    },
  };
}

/** The mean of F1 is over classes that the set has: of others nothing can be right. */
function ofClassesWithPictures(evaluation: Evaluation): Evaluation {
  const there = evaluation.perClass.filter(({ support }) => support > 0);
  return { ...evaluation, macroF1: there.reduce((sum, { f1 }) => sum + f1, 0) / there.length };
}

function nothingInCommon(labels: readonly string[], known: readonly string[]): StudioError {
  const list = (names: readonly string[]): string =>
    `${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${(names.length - 8).toString()} more` : ''}`;
  return new StudioError({
    code: 'data/no-class-in-common',
    message: `A set with classes of the network was expected, by their names; the network knows ${list(known)}, the set has ${list(labels)}.`,
    hint: 'Rename the set’s classes, under Data, as the network has them; or open another set.',
  });
}

function nothingUnseen(noun: string): StudioError {
  return new StudioError({
    code: 'data/nothing-unseen',
    message: `A set with ${noun} that the network has not learnt from was expected; all of this set’s were in its training or validation.`,
    hint: 'Open another set, or one with a test part.',
  });
}
