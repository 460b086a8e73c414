/** Begins a recipe with a network that was trained before: the folder of a run, a file of runs, an export, or a classifier of another program. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readRunFile } from '../../src/engine/kept/run-file/read.ts';
import type { RunToWrite } from '../../src/engine/kept/run-file/write.ts';
import type { Session } from '../../src/engine/session.ts';
import { countOf } from '../../src/lib/format.ts';
import { openGivenWeights } from '../../src/models/weights/files/given-weights.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { trainingOn } from '../../src/protocol/recipe/fields.ts';
import { parseRecipe, type Recipe } from '../../src/protocol/recipe/recipe.ts';

/**
 * The recipe with that network in place of its own; the session keeps it as a run, so that it is found.
 *
 * @throws StudioError `data/…`, `model/…`, `recipe/…`
 */
export async function trainOnFrom(recipe: Recipe, session: Session, path: string): Promise<Recipe> {
  const isRun = path.toLowerCase().endsWith('.mien.zip') || (await isThere(join(path, RUN_FILE)));
  if (!isRun) {
    const { files } = await openGivenWeights(resolve(path), session.platform);
    const { run, notes } = await session.bringBack(files);
    for (const note of notes) process.stderr.write(`${note}\n`);
    return parseRecipe(trainingOn(recipe, run.runId, run.recipe));
  }
  const { said, ...run } = await oneRunOf(path, session.platform);
  const { runId } = run.record.result;
  const isHere = (await session.kept.list()).runs.some((each) => each.runId === runId);
  const trouble = isHere ? null : await session.kept.keep(run, said);
  if (trouble !== null) throw trouble;
  return parseRecipe(trainingOn(recipe, runId, run.record.result.recipe));
}

/** The file of a run in the folder that it was written into. */
const RUN_FILE = 'run.mien.zip';

/** Whether there is a file or a folder. */
export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (_missing: unknown) => false,
  );

/**
 * The one run of a file, or of the folder that it was written into.
 *
 * @throws StudioError `data/…`, `model/several-runs`
 */
export async function oneRunOf(path: string, platform: Platform): Promise<RunToWrite> {
  const isFolder = await stat(path).then(
    (one) => one.isDirectory(),
    // What is not there is said by whoever opens it.
    (_missing: unknown) => false,
  );
  const file = resolve(isFolder ? join(path, RUN_FILE) : path);
  const { runs } = await readRunFile(await platform.openPath(file));
  const [run, ...others] = runs;
  if (run !== undefined && others.length === 0) return run;
  throw new StudioError({
    code: 'model/several-runs',
    message: `One run was expected in ${path}; there are ${countOf(others.length + 1, 'run')}.`,
    hint: 'Save the one that is meant in a file of its own.',
  });
}
