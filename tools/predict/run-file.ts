/** Opens a trained network: the folder that `npm run train` wrote, a run in a file of runs, or an export. */
import { join } from 'node:path';
import { answeringOf } from '../../src/engine/predict/answering.ts';
import type { Answering } from '../../src/engine/predict/classifier.ts';
import type { Session } from '../../src/engine/session.ts';
import { openGivenWeights } from '../../src/models/weights/files/given-weights.ts';
import { isThere, oneRunOf } from '../train/train-on.ts';
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
    const brought = await session.broughtBack(files);
    for (const note of brought.notes) process.stderr.write(`${note}\n`);
    return answeringOf(brought, platform);
  }
  return answeringOf(await oneRunOf(path, platform), platform);
}
