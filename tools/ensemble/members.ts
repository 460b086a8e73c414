/** Finds the runs that an ensemble is made of: those that are named, or the best of a study. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readRunFile } from '../../src/engine/kept/run-file/read.ts';
import type { RunToWrite } from '../../src/engine/kept/run-file/write.ts';
import { countOf } from '../../src/lib/format.ts';
import { parseJson } from '../../src/lib/json.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import type { Command } from './command.ts';

/** @throws StudioError `data/…`, `recipe/study-missing`, `data/ensemble-too-few` */
export async function membersOf(
  { runs, best }: Pick<Command, 'runs' | 'best'>,
  platform: Platform,
): Promise<readonly RunToWrite[]> {
  const paths = best === null ? runs : await bestOfStudy(runs[0] ?? '', best);
  const found: RunToWrite[] = [];
  for (const path of paths) {
    const isFolder = await stat(path).then(
      (one) => one.isDirectory(),
      (_missing: unknown) => false,
    );
    const file = resolve(isFolder ? join(path, 'run.mien.zip') : path);
    found.push(...(await readRunFile(await platform.openPath(file))).runs);
  }
  return found;
}

/** Folders of its runs, the best by validation loss first. */
async function bestOfStudy(study: string, best: number): Promise<readonly string[]> {
  const folder = join(study, 'runs');
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new StudioError({
      code: 'recipe/study-missing',
      message: `The folder of a study was expected at ${study}; it has no runs in it.`,
      hint: 'Give the folder that npm run study -- … --out named.',
      cause,
    });
  });
  const scored: { readonly path: string; readonly loss: number }[] = [];
  for (const name of names.sort()) {
    const path = join(folder, name);
    const isWhole = await stat(join(path, 'run.mien.zip')).then(
      () => true,
      (_missing: unknown) => false,
    );
    if (!isWhole) continue;
    const validation = parseJson(
      await readFile(join(path, 'validation.json'), 'utf8').catch(() => 'null'),
    ) as {
      loss?: unknown;
    } | null;
    if (typeof validation?.loss === 'number') scored.push({ path, loss: validation.loss });
  }
  if (scored.length < best) throw tooFew(study, scored.length, best);
  return scored
    .toSorted((one, other) => one.loss - other.loss)
    .slice(0, best)
    .map(({ path }) => path);
}

function tooFew(study: string, runs: number, best: number): StudioError {
  return new StudioError({
    code: 'data/ensemble-too-few',
    message: `The best ${best.toString()} runs of ${study} were asked for; ${countOf(runs, 'run')} of it ${runs === 1 ? 'has' : 'have'} a network and validation figures.`,
    hint: 'Ask for fewer, or carry the study out to its end.',
  });
}
