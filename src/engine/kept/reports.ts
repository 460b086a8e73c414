/** Reports as files: of a kept run, and of a study whose runs are kept. */
import { withoutPaths } from '../../exporters/package/without-paths.ts';
import { reportHtml } from '../../exporters/report/report.ts';
import { studyReportHtml, type ReportedRun } from '../../exporters/report/study-report.ts';
import type { Requests, SavedFile } from '../../protocol/messages.ts';
import { figuresOf, type QueuedStudy } from '../../protocol/runs/queue.ts';
import { studyTables } from '../../protocol/runs/study-figures.ts';
import { asRun } from '../catalog.ts';
import type { KeptRuns } from './kept-runs.ts';
import { withoutNames } from './run-file/without-names.ts';

const fileOf = (html: string): SavedFile => ({
  fileName: 'report.html',
  blob: new Blob([html], { type: 'text/html' }),
});

/** @throws StudioError `export/no-such-run`, `storage/…` */
export const reportOf = (kept: KeptRuns, what: Requests['report']['input']): Promise<SavedFile> =>
  'study' in what ? studyReport(kept, what.study) : runReport(kept, what.runId);

async function runReport(kept: KeptRuns, runId: string): Promise<SavedFile> {
  const record = withoutNames(await kept.record(runId));
  const said = (await kept.list()).runs.find((run) => run.runId === runId);
  const name = said === undefined || said.name === '' ? 'A run' : said.name;
  const finishedAtMs = said?.finishedAtMs ?? Date.now();
  return fileOf(reportHtml(record, { name, note: said?.note ?? '', finishedAtMs }));
}

/** Of a run that was deleted since, or ended early, the figures are there and no curve. */
async function studyReport(kept: KeptRuns, queued: QueuedStudy): Promise<SavedFile> {
  const { study, base } = queued;
  const figures = figuresOf(queued);
  const { runs: table, repeats, about } = studyTables(study, figures);
  const here = new Map((await kept.list()).runs.map(({ runId, finishedAtMs }) => [runId, finishedAtMs]));
  const runs: ReportedRun[] = [];
  let finishedAtMs = queued.addedAtMs;
  for (const { run, test, isChosen } of figures) {
    const runId = queued.outcomes[run.name]?.runId ?? '';
    const endedAtMs = here.get(runId);
    const history = endedAtMs === undefined ? [] : (await kept.record(runId)).result.history;
    finishedAtMs = Math.max(finishedAtMs, endedAtMs ?? 0);
    runs.push({ name: run.name, test, isChosen, history });
  }
  const plan = { ...study, base: withoutPaths(asRun(base)) };
  return fileOf(studyReportHtml({ name: study.name, about, finishedAtMs, runs, table, repeats, plan }));
}
