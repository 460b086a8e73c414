/**
 * `npm run study -- STUDY.json --out DIR`: carries a study out, with the very engine of the page. Exit codes: 0 done,
 * 2 bad study or input, 1 anything else.
 */
import { dirname, join, resolve } from 'node:path';
import { planStudy } from '../../src/engine/studies/plan.ts';
import { discardLeft } from '../../src/engine/set/stored.ts';
import { countOf } from '../../src/lib/format.ts';
import { parseJson } from '../../src/lib/json.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { parseRecipe } from '../../src/protocol/recipe/recipe.ts';
import { fieldAt } from '../../src/protocol/recipe/fields.ts';
import { parseStudy, studyInvalid, type PlannedRun, type Study } from '../../src/protocol/runs/study.ts';
import { readRecipe, readText, useToken } from '../train/access.ts';
import { headlessSession } from '../train/backends.ts';
import { carryOut } from '../train/carry-out.ts';
import { JsonReporter, TerminalReporter } from '../train/report.ts';
import { prepareOut } from '../train/write-run.ts';
import { carryOutRun, type Carrying } from './carry-out.ts';
import { bracketOf } from '../../src/protocol/runs/bracket.ts';
import { carryOutBracket } from './bracket.ts';
import { parseCommand, USAGE, type Command } from './command.ts';
import { finishStudy } from './finish.ts';
import { StudyFolder, type Plan } from './folder.ts';

/** The study as a file has it, its base read. */
async function readStudy(path: string): Promise<Plan> {
  const text = await readText(path, 'A study', 'Give the path of a study; public/studies has some.');
  const value = parseJson(text);
  if (value === undefined) throw studyInvalid(`${path} is not JSON`);
  const study = parseStudy(value);
  const folder = dirname(resolve(path));
  const base =
    typeof study.base === 'string' ? await readRecipe(join(folder, study.base)) : parseRecipe(study.base);
  const place = fieldAt(base, 'dataset.path');
  if (typeof place !== 'string') return { study, base };
  // A recipe's paths are relative to it; the study's folder lies elsewhere.
  const from = typeof study.base === 'string' ? dirname(join(folder, study.base)) : folder;
  return {
    study,
    base: { ...base, dataset: Object.assign({}, base.dataset, { path: resolve(from, place) }) },
  };
}

async function carryOutStudy(command: Command): Promise<void> {
  const folder = new StudyFolder(resolve(command.outFolder));
  const plan = command.studyPath === null ? await folder.read() : await readStudy(command.studyPath);
  const runs = planStudy(plan.study, plan.base);
  checkSearch(command, plan.study, runs);
  if (!command.gather) {
    await prepareOut(folder.path);
    await folder.begin(plan, command.resume || command.shard !== null);
  }
  const part = command.shard === null ? '' : `-${command.shard.part.toString()}`;
  const platform = createPlatform({ dataFolder: join(folder.path, `store${part}`) });
  await discardLeft(platform);
  const session = await headlessSession(platform, command);
  useToken(session, command.hub);
  await session.chooseDevice(command.backend);
  const reporter = command.json ? new JsonReporter() : new TerminalReporter();
  const isTested = plan.study.choose === undefined;
  if (!command.gather)
    await carryOutRuns(command, plan.study, runs, { session, folder, reporter, hub: command.hub, isTested });
  if (command.shard === null) {
    const figures = await finishStudy(runs, { ...plan, folder, session, hub: command.hub });
    say(
      command,
      'finished',
      `${countOf(figures.length, 'run')} of ${runs.length.toString()} in ${folder.path}, table.md, table.csv and report.html written.`,
    );
  } else
    say(
      command,
      'finished',
      `Part ${command.shard.part.toString()} is done; npm run study -- --gather ${folder.path} puts all together.`,
    );
  await session.close();
}

/** Says which draws come twice; refuses what a bracket cannot be made of, before anything runs. */
function checkSearch(command: Command, { search }: Study, runs: readonly PlannedRun[]): void {
  const asked = 'runs' in search ? (search.runs ?? runs.length) : runs.length;
  // Of few values the same are drawn again, and carried out once.
  if (runs.length < asked)
    say(
      command,
      'notice',
      `${asked.toString()} runs were asked for; only ${runs.length.toString()} of the draws differ, and each is carried out once.`,
    );
  if (search.kind !== 'asha') return;
  bracketOf(runs, search);
  if (command.shard !== null)
    throw studyInvalid(
      'which of its runs go on hangs on all of them, so asha has no parts: leave --shard out',
    );
}

async function carryOutRuns(
  command: Command,
  study: Study,
  runs: readonly PlannedRun[],
  carrying: Carrying,
): Promise<void> {
  if (study.search.kind === 'asha') {
    say(command, 'notice', await carryOutBracket(runs, study, study.search, carrying));
    return;
  }
  for (const run of partOf(runs, command)) {
    if ((await carrying.folder.done(run.name)) !== null) continue;
    if (!command.json) process.stdout.write(`\n${run.name}\n`);
    await carryOutRun(run, carrying);
  }
}

/** Every n-th, so that parts are of one size. */
function partOf(runs: readonly PlannedRun[], { shard }: Command): readonly PlannedRun[] {
  return shard === null ? runs : runs.filter((_, index) => index % shard.of === shard.part - 1);
}

function say({ json }: Command, kind: 'notice' | 'finished', text: string): void {
  process.stdout.write(json ? `${JSON.stringify({ kind, text })}\n` : `\n${text}\n`);
}

await carryOut({ usage: USAGE, parse: parseCommand, work: carryOutStudy });
