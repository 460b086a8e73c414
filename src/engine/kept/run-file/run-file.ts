/** Kept runs as a file, and back: what the page and the commands ask of them. */
import type { ByteSource } from '../../../platform/platform.ts';
import type { KeptRecord, KeptRun, TakenRuns } from '../../../protocol/runs/kept.ts';
import { invariant, type WireError } from '../../../protocol/errors.ts';
import type { Requests, SavedFile } from '../../../protocol/messages.ts';
import type { Session } from '../../session.ts';
import type { EndedEnsemble, EndedRun, KeptRuns } from '../kept-runs.ts';
import { aboutOf } from '../layout.ts';
import { onStoredSet, takePictures, type PicturesToWrite } from './pictures.ts';
import { readRunFile } from './read.ts';
import { writeRunFile, type EnsembleToWrite, type RunToWrite } from './write.ts';

/**
 * Writes kept runs; the members of an ensemble go with it.
 *
 * @param picturesOf pictures that go along; none by default
 * @throws StudioError `export/no-such-run`, `export/frozen-elsewhere`, `storage/…`
 */
export async function saveRuns(
  kept: KeptRuns,
  runIds: readonly string[],
  picturesOf: (records: readonly KeptRecord[]) => Promise<PicturesToWrite | null> = () =>
    Promise.resolve(null),
): Promise<SavedFile> {
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
  return writeRunFile(
    { runs, ensembles },
    await picturesOf([...runs, ...ensembles].map(({ record }) => record)),
  );
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
export async function lookIntoRuns(file: ByteSource): Promise<Requests['lookIntoRuns']['output']> {
  const { runs, ensembles, pictures } = await readRunFile(file);
  return {
    pictures: pictures && { label: pictures.about.label, sizeBytes: pictures.sizeBytes },
    runs: [...ensembles, ...runs].map((run) => ({
      ...aboutOf(run),
      ...run.said,
      ...{ isDeleted: false, isStored: false },
    })),
  };
}

/**
 * Keeps some of a file's runs, those that answer in them, and their pictures where they are in it; one that is here already
 * stays as it is.
 *
 * @throws StudioError as `readRunFile`, and `storage/…` where its pictures find no room: then nothing is kept
 */
export async function takeRuns(
  { kept, platform }: Pick<Session, 'kept' | 'platform'>,
  file: ByteSource,
  runIds: readonly string[],
): Promise<TakenRuns> {
  const { runs, ensembles, pictures } = await readRunFile(file);
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
  const about = pictures?.about;
  const hasPictures = fresh.some(({ record }) => record.dataset?.contentHash === about?.contentHash);
  // First: a run that names pictures which found no room would be worse off than one without.
  const set =
    pictures === null || about === undefined || !hasPictures
      ? null
      : await takePictures(platform, about, await pictures.read());
  let trouble: WireError | null = null;
  for (const { said, ...run } of fresh) {
    const record = set === null || about === undefined ? run.record : onStoredSet(run.record, about, set);
    const kind: EndedRun | EndedEnsemble =
      run.network === null
        ? { record, network: null }
        : { record, network: { ...run.network, result: record.result } };
    trouble = (await kept.keep(kind, said))?.toWire() ?? trouble;
  }
  return { taken: fresh.length, known: asked.length - fresh.length, set, trouble };
}
