/**
 * `npm run train -- recipe.json --out DIR`: carries a recipe out in Node with the very engine of the page, and writes
 * what it leaves. Exit codes: 0 done, 2 bad recipe or input, 1 anything else.
 */
import { dirname, resolve } from 'node:path';
import type { Session } from '../../src/engine/session.ts';
import { discardLeft } from '../../src/engine/set/stored.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { parseEditsFile } from '../../src/protocol/set/edits.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import type { ResumableRun, RunEvent } from '../../src/protocol/events.ts';
import type { Recipe } from '../../src/protocol/recipe/recipe.ts';
import { RunControl } from '../../src/training/control.ts';
import { lastRunOf, readRecipe, readText, useToken, withHub } from './access.ts';
import { carryOut } from './carry-out.ts';
import { parseCommand, USAGE, type Command } from './command.ts';
import { headlessSession } from './backends.ts';
import { JsonReporter, TerminalReporter } from './report.ts';
import { trainOnFrom } from './train-on.ts';
import { prepareOut, writeRun, writeSweep } from './write-run.ts';

/** The recipe with the edits of a file, which must be those that it names, if it names some. */
async function withEdits(recipe: Recipe, session: Session, path: string | null): Promise<Recipe> {
  if (path === null) return recipe;
  const text = await readText(path, 'A list of edits', 'Give the path of a file that the page saved.');
  const edits = await session.set.edits.take(parseEditsFile(text));
  const named = recipe.dataset.edits;
  if (named !== undefined && named.hash !== edits.hash) {
    throw new StudioError({
      code: 'recipe/other-edits',
      message: `The recipe names the edits ${named.hash}, ${named.count.toString()} of them; ${path} has ${edits.hash}, ${edits.count.toString()} of them.`,
      hint: 'Give the file that was saved with the recipe, or take dataset.edits out of it.',
    });
  }
  return { ...recipe, dataset: Object.assign({}, recipe.dataset, { edits }) };
}

/**
 * The index of a phase that a command names, by its number from 1 or by a name that only one phase has.
 *
 * @throws StudioError `recipe/no-such-phase`
 */
function phaseIndexOf({ phases }: Recipe, asked: string): number {
  const found = phases.flatMap(({ name }, index) =>
    name === asked || (index + 1).toString() === asked ? [index] : [],
  );
  const [index] = found;
  if (index !== undefined && found.length === 1) return index;
  const known = phases.map(({ name }, at) => `${(at + 1).toString()} (${name})`).join(', ');
  throw new StudioError({
    code: 'recipe/no-such-phase',
    message: `--find-rate takes one phase of the recipe: ${known}. Came: ${asked}.`,
    hint: 'Give its number, or its name where only one phase has it.',
  });
}

function nothingToStop(): StudioError {
  return new StudioError({
    code: 'train/no-checkpoint',
    message:
      'A run of this recipe was to be ended with the epoch that it kept; the store has none that was broken off.',
    hint: 'Leave --resume --stop out to train from the start.',
  });
}

/** Says how to get at the network of a run that cannot go on. */
function withWayOut(error: unknown, { storeFolder }: Command, left: ResumableRun | undefined): unknown {
  if (!(error instanceof StudioError)) return error;
  const isKept = left !== undefined && left.failure?.message === error.message;
  if (!isKept && (storeFolder !== null || !error.code.startsWith('train/not-finite'))) return error;
  const way = isKept
    ? `The network of ${left.phase} epoch ${left.keptEpoch.toString()} is kept: the same command with --resume --stop writes it.`
    : 'With --store DIR the epochs before it are kept.';
  return new StudioError({ ...error.toWire(), hint: `${error.hint} ${way}`, cause: error.cause });
}

async function train(command: Command): Promise<void> {
  const asked = withHub(await readRecipe(command.recipePath), command.hub);
  const phaseIndex = command.findRate === null ? null : phaseIndexOf(asked, command.findRate);
  await prepareOut(command.outFolder);
  const platform = createPlatform({
    baseFolder: dirname(resolve(command.recipePath)),
    ...(command.storeFolder === null ? {} : { dataFolder: resolve(command.storeFolder) }),
  });
  await discardLeft(platform);
  const session = await headlessSession(platform, command);
  useToken(session, command.hub);
  const begun = command.fromPath === null ? asked : await trainOnFrom(asked, session, command.fromPath);
  const recipe = await withEdits(begun, session, command.editsPath);
  const reporter = command.json ? new JsonReporter() : new TerminalReporter();
  const control = new RunControl();
  // The first Ctrl-C stops the run, which then has the network of the epoch that it kept; the second ends the command.
  process.once('SIGINT', () => {
    control.stop();
  });
  await session.chooseDevice(command.backend);
  const emit = (event: RunEvent): void => {
    reporter.event(event);
  };
  if (phaseIndex !== null) {
    const sweep = await session.findRate({ recipe, phaseIndex }, { control, emit });
    await writeSweep(command, sweep);
    reporter.foundRate(sweep, command.outFolder);
    return;
  }
  const left = command.resume ? await lastRunOf(recipe, platform) : undefined;
  if (command.stop) {
    if (left === undefined) throw nothingToStop();
    control.stop();
  }
  const result = await session
    .train(recipe, {
      control,
      ...(left !== undefined && { resume: left.runId }),
      emit,
    })
    .catch(async (error: unknown) => {
      throw withWayOut(error, command, await lastRunOf(recipe, platform));
    });
  const dataset = await session.set.open(recipe, { signal: control.signal, emit: () => undefined });
  await writeRun(command, { session, result, dataset }, reporter);
  reporter.finished(result, command.outFolder);
}

await carryOut({ usage: USAGE, parse: parseCommand, work: train });
