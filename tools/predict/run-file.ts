/** Opens a trained network: the folder that `npm run train` wrote, a run in a file of runs, or an export. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { answeringOf } from '../../src/engine/predict/answering.ts';
import type { Answering } from '../../src/engine/predict/classifier.ts';
import { readRunFile } from '../../src/engine/kept/run-file/read.ts';
import type { Session } from '../../src/engine/session.ts';
import { openGivenWeights } from '../../src/models/weights/files/given-weights.ts';
import { countOf } from '../../src/lib/format.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { openModelFolder } from './model-folder.ts';

/**
 * The network; the caller disposes its model.
 *
 * @throws StudioError `model/folder-unreadable`, `model/several-runs`, `data/…`, `recipe/…`
 */
export async function openModel(path: string, session: Session): Promise<Answering> {
  const { platform } = session;
  if (await isThere(join(path, 'model', 'model.json'))) return openModelFolder(path);
  if (!path.toLowerCase().endsWith('.mien.zip')) {
    const { files } = await openGivenWeights(path, platform);
    return answeringOf(await session.broughtBack(files), platform);
  }
  const [run, ...others] = await readRunFile(await platform.openPath(path));
  if (run !== undefined && others.length === 0) return answeringOf(run, platform);
  throw new StudioError({
    code: 'model/several-runs',
    message: `One run was expected in ${path}; there are ${countOf(others.length + 1, 'run')}.`,
    hint: 'Save the one that is to answer in a file of its own.',
  });
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (_missing: unknown) => false,
  );
