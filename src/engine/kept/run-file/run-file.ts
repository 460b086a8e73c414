/** Kept runs as a file, and back: what the page and the commands ask of them. */
import type { ByteSource } from '../../../platform/platform.ts';
import type { KeptRun, TakenRuns } from '../../../protocol/runs/kept.ts';
import { invariant, type WireError } from '../../../protocol/errors.ts';
import type { SavedFile } from '../../../protocol/messages.ts';
import type { KeptRuns } from '../kept-runs.ts';
import { aboutOf } from '../layout.ts';
import { readRunFile } from './read.ts';
import { writeRunFile, type RunToWrite } from './write.ts';

/** Writes kept runs. @throws StudioError `export/no-such-run`, `export/frozen-elsewhere`, `storage/…` */
export async function saveRuns(kept: KeptRuns, runIds: readonly string[]): Promise<SavedFile> {
  const { runs } = await kept.list();
  const written: RunToWrite[] = [];
  for (const runId of runIds) {
    const record = await kept.record(runId);
    const network = await kept.use(runId, (values) => Promise.resolve(values));
    const said = runs.find((run) => run.runId === runId);
    invariant(said !== undefined, 'a run that is kept is listed');
    written.push({ record, network, said });
  }
  return writeRunFile(written);
}

/** What is in a file, as a list would have it; nothing is stored. @throws StudioError as `readRunFile` */
export async function lookIntoRuns(file: ByteSource): Promise<{ readonly runs: readonly KeptRun[] }> {
  const runs = await readRunFile(file);
  return {
    runs: runs.map((run) => ({ ...aboutOf(run), ...run.said, isDeleted: false, isStored: false })),
  };
}

/** Keeps some of a file's runs; one that is here already stays as it is. @throws StudioError as `readRunFile` */
export async function takeRuns(
  kept: KeptRuns,
  file: ByteSource,
  runIds: readonly string[],
): Promise<TakenRuns> {
  const wanted = (await readRunFile(file)).filter(({ record }) => runIds.includes(record.result.runId));
  const here = new Set((await kept.list()).runs.map(({ runId }) => runId));
  const fresh = wanted.filter(({ record }) => !here.has(record.result.runId));
  let trouble: WireError | null = null;
  for (const { said, ...run } of fresh) trouble = (await kept.keep(run, said))?.toWire() ?? trouble;
  return { taken: fresh.length, known: wanted.length - fresh.length, trouble };
}
