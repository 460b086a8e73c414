/** Writes the report of a study beside its tables, from what lies in its folder. */
import { asRun } from '../../src/engine/catalog.ts';
import { withoutPaths } from '../../src/exporters/package/without-paths.ts';
import type { HistoryLine } from '../../src/exporters/record/figures.ts';
import { studyReportHtml, type ReportedRun } from '../../src/exporters/report/study-report.ts';
import { variedFields } from '../../src/protocol/runs/study.ts';
import type { StudyFolder } from './folder.ts';
import { repeatsTable, runsTable, type RunFigures } from './table.ts';

/** @param about what was asked of whom, in a sentence */
export async function writeReport(
  figures: readonly RunFigures[],
  folder: StudyFolder,
  about: string,
): Promise<void> {
  const { study, base } = await folder.read();
  const fields = variedFields(study);
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
    table: runsTable(figures, fields),
    repeats: repeatsTable(figures, fields),
    plan: { ...study, base: withoutPaths(asRun(base)) },
  });
  await folder.writeText('report.html', html);
}
