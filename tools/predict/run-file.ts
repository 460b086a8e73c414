/** Opens a trained network, whether as the folder that `npm run train` wrote or as a run in a file of runs. */
import type { Answering } from '../../src/engine/predict/classifier.ts';
import { readRunFile } from '../../src/engine/kept/run-file/read.ts';
import type { RunToWrite } from '../../src/engine/kept/run-file/write.ts';
import { rebuildNetwork } from '../../src/engine/network/rebuild.ts';
import { countOf } from '../../src/lib/format.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { openModelFolder } from './model-folder.ts';

/**
 * The network; the caller disposes its model.
 *
 * @throws StudioError `model/folder-unreadable`, `model/several-runs`, `data/…`, `recipe/…`
 */
export async function openModel(path: string, platform: Platform): Promise<Answering> {
  if (!path.toLowerCase().endsWith('.zip')) return openModelFolder(path);
  const [run, ...others] = await readRunFile(await platform.openPath(path));
  if (run !== undefined && others.length === 0) return answeringOf(run, platform);
  throw new StudioError({
    code: 'model/several-runs',
    message: `One run was expected in ${path}; there are ${countOf(others.length + 1, 'run')}.`,
    hint: 'Save the one that is to answer in a file of its own.',
  });
}

/** A run's network as it answered its test pictures; the caller disposes its model. */
export async function answeringOf({ network }: RunToWrite, platform: Platform): Promise<Answering> {
  const model = await rebuildNetwork(network, platform);
  const { labels, preprocessing, result } = network;
  const lastPhase = result.history.at(-1)?.phaseIndex ?? 0;
  return { model, labels, preprocessing, recipe: result.recipe, lastPhase };
}
