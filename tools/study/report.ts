/** Writes the report of a study beside its tables, from what lies in its folder. */
import { asRun } from '../../src/engine/catalog.ts';
import { withoutPaths } from '../../src/exporters/package/without-paths.ts';
import type { HistoryLine } from '../../src/exporters/record/figures.ts';
import { studyReportHtml, type ReportedRun } from '../../src/exporters/report/study-report.ts';
import type { RunFigures, StudyTables } from '../../src/protocol/runs/study-figures.ts';
import type { StudyFolder } from './folder.ts';

export async function writeReport(
  figures: readonly RunFigures[],
  { about, runs: table, repeats }: StudyTables,
  folder: StudyFolder,
): Promise<void> {
  const { study, base } = await folder.read();
  const runs: ReportedRun[] = [];
  for (const { run, test, isChosen } of figures) {
    const history = (await folder.json(run.name, 'history.json')) as readonly HistoryLine[] | null;
    runs.push({ name: run.name, test, isChosen, history: history ?? [] });
  }
  const html = studyReportHtml({
    name: study.name,
    about,
    finishedAtMs: Date.now(),
    runs,
    table,
    repeats,
    plan: { ...study, base: withoutPaths(asRun(base)) },
  });
  await folder.writeText('report.html', html);
}
