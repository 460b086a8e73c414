/** Asks a trained network about a part of a set, outside of its run: what its run would have said. */
import type { Dataset, PictureStore } from '../../data/dataset.ts';
import { evaluationOf } from '../../evaluation/metrics.ts';
import type { SplitName } from '../../protocol/set/dataset.ts';
import type { Evaluation } from '../../protocol/events.ts';
import type { Classifier } from './classifier.ts';

/** Pictures read at a time. */
const AT_ONCE = 256;

/** How it does on a part. @throws StudioError `data/…`; DOMException `AbortError` when cancelled */
export async function evaluatePart(
  classifier: Classifier,
  { summary, pictures }: Pick<Dataset, 'summary' | 'pictures'>,
  split: SplitName,
  signal: AbortSignal,
): Promise<Evaluation> {
  const { labels, labelOfRow } = summary;
  const rows = summary.split[split];
  const probabilities = await answersTo(rows, classifier, pictures, signal);
  const truths = Array.from(rows, (row) => labelOfRow[row] ?? 0);
  const smoothing = classifier.answering.recipe.labelSmoothing;
  const loss = crossEntropy(probabilities, { truths, classes: labels.length, smoothing });
  return evaluationOf({ split, rows, loss, probabilities, labelOfRow, labels });
}

async function answersTo(
  rows: Uint32Array,
  classifier: Classifier,
  pictures: PictureStore,
  signal: AbortSignal,
): Promise<Float32Array> {
  const classes = classifier.answering.labels.length;
  const all = new Float32Array(rows.length * classes);
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = await pictures.read([...rows.subarray(from, from + AT_ONCE)], signal);
    all.set(await classifier.probabilities(some, signal), from * classes);
  }
  return all;
}

interface Truth {
  /** The true class of each picture. */
  readonly truths: readonly number[];
  readonly classes: number;
  /** Of labels, as the recipe has it. */
  readonly smoothing: number;
}

/** The mean, as Keras has it: probabilities are held off 0 by 1e-7. @see keras.losses.CategoricalCrossentropy */
export function crossEntropy(probabilities: Float32Array, { truths, classes, smoothing }: Truth): number {
  const sum = probabilities.reduce((all, value, index) => {
    const isTrue = truths[Math.floor(index / classes)] === index % classes;
    const share = (isTrue ? 1 - smoothing : 0) + smoothing / classes;
    return share === 0 ? all : all - share * Math.log(Math.max(1e-7, value));
  }, 0);
  return truths.length === 0 ? 0 : sum / truths.length;
}
