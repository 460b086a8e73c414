/**
 * `npm run ensemble -- RUN RUN… --out DIR`: has several trained networks answer together, tests them, and writes what they
 * are made of. Exit codes: 0 done, 2 bad input, 1 anything else.
 */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { askEnsemble, type EnsembleResult } from '../../src/engine/predict/ensemble.ts';
import { checkMembers } from '../../src/protocol/runs/ensemble.ts';
import { writeRunFile, type RunToWrite } from '../../src/engine/kept/run-file/write.ts';
import { Classifier } from '../../src/engine/predict/classifier.ts';
import type { Session } from '../../src/engine/session.ts';
import { classificationReport } from '../../src/lib/figures/classification-report.ts';
import { mcnemar, type Compared } from '../../src/lib/figures/mcnemar.ts';
import { likeliestOf } from '../../src/lib/figures/sureness.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { invariant, StudioError } from '../../src/protocol/errors.ts';
import type { Evaluation } from '../../src/protocol/events.ts';
import { useToken, withHub } from '../train/access.ts';
import { headlessSession } from '../train/backends.ts';
import { carryOut } from '../train/carry-out.ts';
import { answeringOf } from '../../src/engine/predict/answering.ts';
import { prepareOut, writeJson } from '../train/write-run.ts';
import { parseCommand, USAGE, type Command } from './command.ts';
import { ENSEMBLE, MEMBERS } from './folder.ts';
import { membersOf } from './members.ts';

const { signal } = new AbortController();

async function ensemble(command: Command): Promise<void> {
  const { outFolder, weighing, flip } = command;
  await prepareOut(outFolder);
  const platform = createPlatform();
  const runs = await membersOf(command, platform);
  const set = checkMembers(
    runs.map(({ record }) => record),
    weighing,
  );
  const session = await headlessSession(platform, command);
  useToken(session, command.hub);
  await session.chooseDevice(command.backend);
  const asked = await askEnsemble(
    runs.length,
    async (index, work) => {
      const run = runs[index];
      invariant(run !== undefined, 'each member is one of the runs');
      const dataset = await openedFor(run, session, command);
      if (dataset.contentHash !== set.contentHash) throw otherSet();
      const answering = await answeringOf(run, platform);
      const classifier = new Classifier(answering);
      answering.model.dispose();
      try {
        return await work({ classifier, dataset: session.set.dataset });
      } finally {
        classifier.dispose();
      }
    },
    { set, weighing, flip },
    signal,
  );
  await write(command, runs, asked);
  await session.close();
}

async function openedFor({ record }: RunToWrite, session: Session, { set, hub }: Command) {
  const recipe = withHub(record.result.recipe, hub);
  const named =
    set === null ? recipe : { ...recipe, dataset: Object.assign({}, recipe.dataset, { path: resolve(set) }) };
  return session.set.open(named, { signal, emit: () => undefined });
}

async function write(command: Command, runs: readonly RunToWrite[], result: EnsembleResult): Promise<void> {
  const { outFolder, weighing, flip, json } = command;
  const { test, weights, alone } = result;
  const members = runs.map(({ record, said }, index) => ({
    runId: record.result.runId,
    name: said.name === '' ? record.result.recipe.backbone.name : said.name,
    weight: weights[index] ?? 0,
    testAccuracy: alone[index]?.accuracy ?? 0,
    testLoss: alone[index]?.loss ?? 0,
  }));
  const { blob } = await writeRunFile(runs);
  await writeFile(join(outFolder, MEMBERS), blob.stream());
  const { labels, accuracy, loss, macroF1, interval, confusionMatrix, perClass } = test;
  const figures = { testAccuracy: accuracy, testLoss: loss, macroF1, interval };
  await writeJson(outFolder, 'evaluation.json', { labels, ...figures, confusionMatrix, perClass });
  await writeFile(join(outFolder, 'report.txt'), classificationReport(perClass, accuracy));
  const againstBestAlone = againstBest(test, alone);
  await writeJson(outFolder, ENSEMBLE, { weights: weighing, flip, members, againstBestAlone });
  process.stdout.write(
    json
      ? `${JSON.stringify({ kind: 'evaluated', ...figures, members, againstBestAlone, outFolder })}\n`
      : textOf(test, members, againstBestAlone),
  );
}

/** Whether it is better than its best member by more than chance. */
function againstBest(test: Evaluation, alone: readonly Evaluation[]): Compared {
  const best = alone.reduce((one, other) => (other.accuracy > one.accuracy ? other : one));
  return mcnemar(isRightOf(test), isRightOf(best));
}

const isRightOf = ({ truths, probabilities, labels }: Evaluation): boolean[] =>
  Array.from(
    truths,
    (truth, index) => likeliestOf(probabilities, index * labels.length, labels.length) === truth,
  );

function textOf(
  { accuracy, loss, interval, rows }: Evaluation,
  members: readonly { name: string; runId: string; weight: number; testAccuracy: number }[],
  { onlyFirst, onlySecond, p }: Compared,
): string {
  const percent = (share: number): string => (share * 100).toFixed(2);
  const lines = members.map(
    ({ name, runId, weight, testAccuracy }) =>
      `  ${name} (${runId}): weight ${weight.toFixed(3)}, alone ${percent(testAccuracy)} %`,
  );
  const together = `Together right on ${percent(accuracy)} % of ${rows.length.toString()} test pictures, 95 % interval ${percent(interval[0])} to ${percent(interval[1])}; loss ${loss.toFixed(4)}.`;
  const chance = `Against the best of them alone: right on ${onlyFirst.toString()} that it gets wrong, wrong on ${onlySecond.toString()} that it gets right; McNemar's exact p is ${p.toPrecision(2)}.`;
  return `${[...lines, together, chance].join('\n')}\n`;
}

function otherSet(): StudioError {
  return new StudioError({
    code: 'data/other-set',
    message:
      'The set that the runs were trained on was expected; this one has other pictures or other labels.',
    hint: 'Name the right one with --set.',
  });
}

await carryOut({ usage: USAGE, parse: parseCommand, work: ensemble });
