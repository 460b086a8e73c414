/** Asks a run's network about its test pictures, and holds the answers against what the run says. */
import { evaluatePart } from '../../src/engine/predict/ask-rows.ts';
import { Classifier } from '../../src/engine/predict/classifier.ts';
import { withMember } from '../../src/engine/kept/ensembles.ts';
import type { EnsembleToWrite, RunToWrite } from '../../src/engine/kept/run-file/write.ts';
import { askMembers, evaluatedTest } from '../../src/engine/predict/ensemble.ts';
import type { Session } from '../../src/engine/session.ts';
import { combined } from '../../src/lib/figures/ensemble.ts';
import { invariant, StudioError } from '../../src/protocol/errors.ts';
import type { Evaluation } from '../../src/protocol/events.ts';
import type { KeptRecord } from '../../src/protocol/runs/kept.ts';
import { answeringOf } from '../../src/engine/predict/answering.ts';
import { recipeHere } from '../train/access.ts';
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

/**
 * @param among runs of the file, of which an ensemble has its members
 * @throws StudioError `data/not-tested`, `data/other-set`, `data/…`, `net/…`
 */
export async function verified(
  run: RunToWrite | EnsembleToWrite,
  among: readonly RunToWrite[],
  session: Session,
  command: Command,
): Promise<Verified> {
  const { test, runId } = run.record.result;
  if (test === null) throw notTested(runId);
  const found =
    run.network === null
      ? await askedTogether(run.record, among, session, command)
      : await askedAlone(run, session, command);
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

async function askedAlone(run: RunToWrite, session: Session, command: Command): Promise<Evaluation> {
  const { runId, setHash } = run.record.result;
  const recipe = recipeHere(run.record, command);
  const summary = await session.set.open(recipe, { signal, emit: () => undefined });
  if (summary.setHash !== setHash) throw otherSet(runId);
  const answering = await answeringOf(run, session.platform);
  const classifier = new Classifier(answering);
  answering.model.dispose();
  const found = await evaluatePart(classifier, session.set.dataset, 'test', signal);
  classifier.dispose();
  return found;
}

/** With the weights that the ensemble says. */
async function askedTogether(
  { ensemble, dataset }: KeptRecord,
  among: readonly RunToWrite[],
  session: Session,
  command: Command,
): Promise<Evaluation> {
  invariant(ensemble !== undefined && dataset !== null, 'an ensemble has members and a set');
  const { members, flip } = ensemble;
  const { test } = await askMembers(
    members.length,
    async (index, ask) => {
      const run = among.find(({ record }) => record.result.runId === members[index]?.runId);
      invariant(run !== undefined, 'a file that was read has the members of its ensembles');
      const opened = {
        contentHash: dataset.contentHash,
        recipe: recipeHere(run.record, command),
        picked: {},
      };
      await withMember(run, session, { ...opened, work: { signal, emit: () => undefined } }, ask);
    },
    { set: dataset, weighing: 'mean', flip },
    signal,
  );
  const weights = members.map(({ weight }) => weight);
  return evaluatedTest(combined(test, weights), dataset);
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
