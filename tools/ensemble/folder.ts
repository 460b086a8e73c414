/** An ensemble as it is found among files: in the folder that the command wrote, or in a file of runs. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readRunFile } from '../../src/engine/kept/run-file/read.ts';
import { aloneIn, type EnsembleToWrite, type RunToWrite } from '../../src/engine/kept/run-file/write.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { invariant } from '../../src/protocol/errors.ts';

export const RUN_FILE = 'run.mien.zip';
export const ENSEMBLE = 'ensemble.json';

/** An ensemble with the runs that answer in it, in its order. */
interface FoundEnsemble {
  readonly ensemble: EnsembleToWrite;
  readonly members: readonly RunToWrite[];
}

/** Null where the path is no folder of an ensemble, and no file with one and its members alone. @throws StudioError `data/…` */
export async function findEnsemble(path: string, platform: Platform): Promise<FoundEnsemble | null> {
  const isFile = path.toLowerCase().endsWith('.mien.zip');
  if (!isFile && !(await isThere(join(path, ENSEMBLE)))) return null;
  const file = await readRunFile(await platform.openPath(resolve(isFile ? path : join(path, RUN_FILE))));
  const [ensemble] = file.ensembles;
  if (ensemble === undefined || aloneIn(file).length !== 1) return null;
  const members = (ensemble.record.ensemble?.members ?? []).map(({ runId }) => {
    const run = file.runs.find(({ record }) => record.result.runId === runId);
    invariant(run !== undefined, 'a file that was read has the members of its ensembles');
    return run;
  });
  return { ensemble, members };
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (_missing: unknown) => false,
  );
