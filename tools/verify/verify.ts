/** Asks a run's network about its test pictures, and holds the answers against what the run says. */
import { resolve } from 'node:path';
import { evaluatePart } from '../../src/engine/predict/ask-rows.ts';
import { Classifier } from '../../src/engine/predict/classifier.ts';
import type { RunToWrite } from '../../src/engine/kept/run-file/write.ts';
import type { Session } from '../../src/engine/session.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { answeringOf } from '../../src/engine/predict/answering.ts';
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
  const found = await evaluatePart(classifier, session.set.dataset, 'test', signal);
  classifier.dispose();
  const largest = found.probabilities.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (test.probabilities[index] ?? Infinity))),
    0,
  );
  const isSameMatrix = JSON.stringify(found.confusionMatrix) === JSON.stringify(test.confusionMatrix);
  const holds =
    isSameMatrix &&
    largest <= TOLERANCE &&
    Math.abs(found.loss - test.loss) <= TOLERANCE * Math.max(1, test.loss);
  const name = run.said.name === '' ? runId : run.said.name;
  return { runId, name, said: figuresOf(test), found: figuresOf(found), largest, holds };
}

const figuresOf = ({ accuracy, loss }: Figures): Figures => ({ accuracy, loss });

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
