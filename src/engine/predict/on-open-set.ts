/**
 * Owns asking a network about a set that it need not have been trained on: classes are matched by name, and pictures of a
 * class that it does not know are left out and counted, since whatever it said of them would be wrong.
 */
import type { Dataset } from '../../data/dataset.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { EvaluatedOpen } from '../../protocol/try.ts';
import { evaluatePart } from './ask-rows.ts';
import type { Classifier } from './classifier.ts';
import { picturesOfRows } from './new-pictures.ts';

/** How it does on the set's test pictures. @throws StudioError `data/other-size`, `data/other-classes`, `data/no-test` */
export async function evaluateOnOpen(
  classifier: Classifier,
  { summary, pictures }: Dataset,
  signal: AbortSignal,
): Promise<EvaluatedOpen> {
  const { labels: known } = classifier.answering;
  const { labels, labelOfRow, split } = summary;
  // The same class in either's numbers; -1 for one that the network does not know.
  const inNetwork = labels.map((label) => known.indexOf(label));
  if (inNetwork.every((index) => index < 0)) throw otherClasses(labels, known);
  if (split.test.length === 0) throw noTest();
  // Pictures of another size are refused before any is read.
  await picturesOfRows([], { pictures }, classifier.size, signal);
  const truthOf = (row: number): number => inNetwork[labelOfRow[row] ?? 0] ?? -1;
  const leftOut = new Map<string, number>();
  for (const row of split.test.filter((each) => truthOf(each) < 0)) {
    const label = labels[labelOfRow[row] ?? 0] ?? '';
    leftOut.set(label, (leftOut.get(label) ?? 0) + 1);
  }
  const matched = {
    ...summary,
    labels: known,
    labelOfRow: labelOfRow.map((_, row) => Math.max(0, truthOf(row))),
    split: { ...split, test: split.test.filter((row) => truthOf(row) >= 0) },
  };
  if (matched.split.test.length === 0) throw otherClasses(labels, known);
  const evaluation = await evaluatePart(classifier, { summary: matched, pictures }, 'test', signal);
  return {
    evaluation,
    leftOut: [...leftOut].map(([label, count]) => ({ label, count })),
    unasked: known.filter((label) => !labels.includes(label)),
  };
}

function otherClasses(labels: readonly string[], known: readonly string[]): StudioError {
  return new StudioError({
    code: 'data/other-classes',
    message: `Test pictures of classes that the network knows were expected (${known.join(', ')}); the open set has ${labels.join(', ')}.`,
    hint: 'Open a set with the same classes, or give its classes the network’s names with Edit.',
  });
}

function noTest(): StudioError {
  return new StudioError({
    code: 'data/no-test',
    message: 'Test pictures were expected; the split of the open set keeps none.',
    hint: 'Give the split a share for the test, and open the set again.',
  });
}
