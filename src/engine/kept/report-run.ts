/** A kept run's report as a file. */
import { reportHtml } from '../../exporters/report/report.ts';
import type { SavedFile } from '../../protocol/messages.ts';
import type { KeptRuns } from './kept-runs.ts';
import { withoutNames } from './run-file/without-names.ts';

/** @throws StudioError `export/no-such-run`, `storage/…` */
export async function reportRun(kept: KeptRuns, runId: string): Promise<SavedFile> {
  const record = withoutNames(await kept.record(runId));
  const said = (await kept.list()).runs.find((run) => run.runId === runId);
  const name = said === undefined || said.name === '' ? 'A run' : said.name;
  const finishedAtMs = said?.finishedAtMs ?? Date.now();
  const html = reportHtml(record, { name, note: said?.note ?? '', finishedAtMs });
  return { fileName: 'report.html', blob: new Blob([html], { type: 'text/html' }) };
}
