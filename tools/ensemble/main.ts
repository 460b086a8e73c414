/**
 * `npm run ensemble -- RUN RUN… --out DIR`: has several trained networks answer together, tests them, and writes what they
 * are made of. Exit codes: 0 done, 2 bad input, 1 anything else.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensembleRecord, withMember } from '../../src/engine/kept/ensembles.ts';
import { askMembers, ensembleResult } from '../../src/engine/predict/ensemble.ts';
import { checkMembers, type Ensemble } from '../../src/protocol/runs/ensemble.ts';
import { writeRunFile, type RunToWrite } from '../../src/engine/kept/run-file/write.ts';
import { classificationReport } from '../../src/lib/figures/classification-report.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { invariant } from '../../src/protocol/errors.ts';
import type { Evaluation } from '../../src/protocol/events.ts';
import type { KeptRecord } from '../../src/protocol/runs/kept.ts';
import { recipeHere, useToken } from '../train/access.ts';
import { headlessSession } from '../train/backends.ts';
import { carryOut } from '../train/carry-out.ts';
import { prepareOut, writeJson } from '../train/write-run.ts';
import { parseCommand, USAGE, type Command } from './command.ts';
import { ENSEMBLE, RUN_FILE } from './folder.ts';
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
  const answers = await askMembers(
    runs.length,
    async (index, ask) => {
      const run = runs[index];
      invariant(run !== undefined, 'each member is one of the runs');
      const work = { signal, emit: () => undefined };
      const recipe = recipeHere(run.record, command);
      await withMember(run, session, { contentHash: set.contentHash, recipe, picked: {}, work }, ask);
    },
    { set, weighing, flip },
    signal,
  );
  const record = ensembleRecord(runs, ensembleResult(answers, set, weighing), { weighing, flip });
  await write(command, runs, record);
  await session.close();
}

async function write(command: Command, runs: readonly RunToWrite[], record: KeptRecord): Promise<void> {
  const { outFolder, json } = command;
  const { test } = record.result;
  invariant(test !== null && record.ensemble !== undefined, 'an ensemble is tested as it is made');
  const said = { name: '', note: '', isStarred: false, finishedAtMs: Date.now() };
  const { blob } = await writeRunFile({ runs, ensembles: [{ record, network: null, said }] });
  await writeFile(join(outFolder, RUN_FILE), blob.stream());
  const { labels, accuracy, loss, macroF1, interval, confusionMatrix, perClass } = test;
  const figures = { testAccuracy: accuracy, testLoss: loss, macroF1, interval };
  await writeJson(outFolder, 'evaluation.json', { labels, ...figures, confusionMatrix, perClass });
  await writeFile(join(outFolder, 'report.txt'), classificationReport(perClass, accuracy));
  await writeJson(outFolder, ENSEMBLE, record.ensemble);
  const { members, againstBestAlone } = record.ensemble;
  process.stdout.write(
    json
      ? `${JSON.stringify({ kind: 'evaluated', ...figures, members, againstBestAlone, outFolder })}\n`
      : textOf(test, record.ensemble),
  );
}

function textOf(
  { accuracy, loss, interval, rows }: Evaluation,
  { members, againstBestAlone }: Ensemble,
): string {
  const { onlyFirst, onlySecond, p } = againstBestAlone;
  const percent = (share: number): string => (share * 100).toFixed(2);
  const lines = members.map(
    ({ name, runId, weight, testAccuracy }) =>
      `  ${name} (${runId}): weight ${weight.toFixed(3)}, alone ${percent(testAccuracy)} %`,
  );
  const together = `Together right on ${percent(accuracy)} % of ${rows.length.toString()} test pictures, 95 % interval ${percent(interval[0])} to ${percent(interval[1])}; loss ${loss.toFixed(4)}.`;
  const chance = `Against the best of them alone: right on ${onlyFirst.toString()} that it gets wrong, wrong on ${onlySecond.toString()} that it gets right; McNemar's exact p is ${p.toPrecision(2)}.`;
  return `${[...lines, together, chance].join('\n')}\n`;
}

await carryOut({ usage: USAGE, parse: parseCommand, work: ensemble });
