/** The folder of an ensemble: its members in one file of runs, and how they answer together. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readRunFile } from '../../src/engine/kept/run-file/read.ts';
import type { RunToWrite } from '../../src/engine/kept/run-file/write.ts';
import { parseJson } from '../../src/lib/json.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { StudioError } from '../../src/protocol/errors.ts';

export const MEMBERS = 'members.mien.zip';
export const ENSEMBLE = 'ensemble.json';

const Written = z.object({
  flip: z.boolean(),
  members: z.array(z.object({ runId: z.string(), weight: z.number().min(0).max(1) })).min(2),
});

/** An ensemble as it is written: each member with its weight. */
export interface EnsembleFolder {
  readonly flip: boolean;
  readonly members: readonly { readonly run: RunToWrite; readonly weight: number }[];
}

export const isEnsemble = (folder: string): Promise<boolean> =>
  stat(join(folder, ENSEMBLE)).then(
    () => true,
    (_missing: unknown) => false,
  );

/** @throws StudioError `model/ensemble-unreadable`, `data/…` */
export async function readEnsemble(folder: string, platform: Platform): Promise<EnsembleFolder> {
  const written = Written.safeParse(parseJson(await readFile(join(folder, ENSEMBLE), 'utf8')));
  if (!written.success) throw unreadable(folder, `${ENSEMBLE} is not what npm run ensemble writes`);
  const runs = await readRunFile(await platform.openPath(join(folder, MEMBERS)));
  const members = written.data.members.map(({ runId, weight }) => {
    const run = runs.find(({ record }) => record.result.runId === runId);
    if (run === undefined) throw unreadable(folder, `${MEMBERS} lacks run ${runId}`);
    return { run, weight };
  });
  return { flip: written.data.flip, members };
}

function unreadable(folder: string, why: string): StudioError {
  return new StudioError({
    code: 'model/ensemble-unreadable',
    message: `A folder that npm run ensemble wrote was expected at ${folder}; ${why}.`,
    hint: 'Give the folder that --out named, as it was written.',
  });
}
