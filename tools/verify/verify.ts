/** Asks a run's network about its test pictures, and holds the answers against what the run says. */
import { resolve } from 'node:path';
import { Classifier } from '../../src/engine/predict/classifier.ts';
import type { RunToWrite } from '../../src/engine/kept/run-file/write.ts';
import type { Session } from '../../src/engine/session.ts';
import { evaluationOf } from '../../src/evaluation/metrics.ts';
import type { PictureStore } from '../../src/data/dataset.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { answeringOf } from '../predict/run-file.ts';
import { withHub } from '../train/access.ts';
import type { Command } from './command.ts';

/** Figures of test pictures. */
interface Figures {
  readonly accuracy: number;
  readonly loss: number;
}

export interface Verified {
  readonly runId: string;
  readonly name: string;
  readonly said: Figures;
  readonly found: Figures;
  /** By how much a probability differs at most. */
  readonly largest: number;
  readonly holds: boolean;
}

/** Another device rounds otherwise; a thousandth is far more than that. */
const TOLERANCE = 1e-3;
/** Pictures read at a time. */
const AT_ONCE = 256;

const { signal } = new AbortController();

/** @throws StudioError `data/not-tested`, `data/other-set`, `data/…`, `net/…` */
export async function verified(run: RunToWrite, session: Session, { set, hub }: Command): Promise<Verified> {
  const { result } = run.record;
  const { test, runId } = result;
  if (test === null) throw notTested(runId);
  const named = withHub(result.recipe, hub);
  const recipe =
    set === null ? named : { ...named, dataset: Object.assign({}, named.dataset, { path: resolve(set) }) };
  const summary = await session.set.open(recipe, { signal, emit: () => undefined });
  if (summary.setHash !== result.setHash) throw otherSet(runId);
  const answering = await answeringOf(run, session.platform);
  const classifier = new Classifier(answering);
  answering.model.dispose();
  const rows = summary.split.test;
  const probabilities = await answersTo(rows, classifier, session.set.dataset.pictures);
  classifier.dispose();
  const { labels, labelOfRow } = summary;
  const truths = Array.from(rows, (row) => labelOfRow[row] ?? 0);
  const smoothing = recipe.labelSmoothing;
  const loss = crossEntropy(probabilities, { truths, classes: labels.length, smoothing });
  const found = evaluationOf({ split: 'test', rows, loss, probabilities, labelOfRow, labels });
  const largest = probabilities.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (test.probabilities[index] ?? Infinity))),
    0,
  );
  const isSameMatrix = JSON.stringify(found.confusionMatrix) === JSON.stringify(test.confusionMatrix);
  const holds =
    isSameMatrix && largest <= TOLERANCE && Math.abs(loss - test.loss) <= TOLERANCE * Math.max(1, loss);
  const name = run.said.name === '' ? runId : run.said.name;
  return { runId, name, said: figuresOf(test), found: figuresOf(found), largest, holds };
}

const figuresOf = ({ accuracy, loss }: Figures): Figures => ({ accuracy, loss });

async function answersTo(
  rows: Uint32Array,
  classifier: Classifier,
  pictures: PictureStore,
): Promise<Float32Array> {
  const classes = classifier.answering.labels.length;
  const all = new Float32Array(rows.length * classes);
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = await pictures.read([...rows.subarray(from, from + AT_ONCE)], signal);
    all.set(await classifier.probabilities(some, signal), from * classes);
  }
  return all;
}

/** The mean with the recipe's smoothing of labels, as Keras has it: probabilities are held off 0 by 1e-7. */
function crossEntropy(
  probabilities: Float32Array,
  {
    truths,
    classes,
    smoothing,
  }: { readonly truths: readonly number[]; readonly classes: number; readonly smoothing: number },
): number {
  const sum = probabilities.reduce((all, value, index) => {
    const isTrue = truths[Math.floor(index / classes)] === index % classes;
    const share = (isTrue ? 1 - smoothing : 0) + smoothing / classes;
    return share === 0 ? all : all - share * Math.log(Math.max(1e-7, value));
  }, 0);
  return truths.length === 0 ? 0 : sum / truths.length;
}

function notTested(runId: string): StudioError {
  return new StudioError({
    code: 'data/not-tested',
    message: `A run with test figures was expected; ${runId} has none.`,
    hint: 'There is nothing to check of it.',
  });
}

function otherSet(runId: string): StudioError {
  return new StudioError({
    code: 'data/other-set',
    message: `The set that run ${runId} was tested on was expected; this one has other pictures, other labels or another split.`,
    hint: 'Name the right one with --set.',
  });
}
