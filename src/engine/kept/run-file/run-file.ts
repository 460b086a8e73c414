/** Kept runs as a file, and back: what the page and the commands ask of them. */
import type { ByteSource } from '../../../platform/platform.ts';
import type { KeptRun, TakenRuns } from '../../../protocol/runs/kept.ts';
import { invariant, type WireError } from '../../../protocol/errors.ts';
import type { SavedFile } from '../../../protocol/messages.ts';
import type { KeptRuns } from '../kept-runs.ts';
import { aboutOf } from '../layout.ts';
import { readRunFile } from './read.ts';
import { writeRunFile, type EnsembleToWrite, type RunToWrite } from './write.ts';

/**
 * Writes kept runs; the members of an ensemble go with it.
 *
 * @throws StudioError `export/no-such-run`, `export/frozen-elsewhere`, `storage/…`
 */
export async function saveRuns(kept: KeptRuns, runIds: readonly string[]): Promise<SavedFile> {
  const { runs: listed } = await kept.list();
  const wanted = withMembers(listed, runIds);
  const runs: RunToWrite[] = [];
  const ensembles: EnsembleToWrite[] = [];
  for (const runId of wanted) {
    const record = await kept.record(runId);
    const said = listed.find((run) => run.runId === runId);
    invariant(said !== undefined, 'a run that is kept is listed');
    if (record.ensemble !== undefined) ensembles.push({ record, network: null, said });
    else runs.push({ record, network: await kept.use(runId, (values) => Promise.resolve(values)), said });
  }
  return writeRunFile({ runs, ensembles });
}

/** Ids of some runs, and of those that answer in them, each once, these first. */
function withMembers(
  runs: readonly Pick<KeptRun, 'runId' | 'ensemble'>[],
  ids: readonly string[],
): readonly string[] {
  const members = ids.flatMap(
    (id) => runs.find(({ runId }) => runId === id)?.ensemble?.members.map(({ runId }) => runId) ?? [],
  );
  return [...new Set([...members, ...ids])];
}

/** What is in a file, as a list would have it; nothing is stored. @throws StudioError as `readRunFile` */
export async function lookIntoRuns(file: ByteSource): Promise<{ readonly runs: readonly KeptRun[] }> {
  const { runs, ensembles } = await readRunFile(file);
  return {
    runs: [...ensembles, ...runs].map((run) => ({
      ...aboutOf(run),
      ...run.said,
      ...{ isDeleted: false, isStored: false },
    })),
  };
}

/**
 * Keeps some of a file's runs, and those that answer in them; one that is here already stays as it is.
 *
 * @throws StudioError as `readRunFile`
 */
export async function takeRuns(
  kept: KeptRuns,
  file: ByteSource,
  runIds: readonly string[],
): Promise<TakenRuns> {
  const { runs, ensembles } = await readRunFile(file);
  const all = [...runs, ...ensembles];
  const wanted = withMembers(
    all.map(({ record: { result, ensemble } }) => ({
      runId: result.runId,
      ...(ensemble !== undefined && { ensemble }),
    })),
    runIds,
  );
  const asked = all.filter(({ record }) => wanted.includes(record.result.runId));
  const here = new Set((await kept.list()).runs.map(({ runId }) => runId));
  const fresh = asked.filter(({ record }) => !here.has(record.result.runId));
  let trouble: WireError | null = null;
  for (const { said, ...run } of fresh) trouble = (await kept.keep(run, said))?.toWire() ?? trouble;
  return { taken: fresh.length, known: asked.length - fresh.length, trouble };
}
