/** A study's report: what its drawings and tables say of runs that hardly differ. */
import { expect, it } from 'vitest';
import { studyReportHtml } from '../../../src/exporters/report/study-report.ts';

const run = (name: string, losses: readonly number[]) => ({
  name,
  test: null,
  isChosen: false,
  history: losses.map((valLoss) => ({ valLoss })),
});

const html = (...losses: readonly (readonly number[])[]): string =>
  studyReportHtml({
    ...{ name: 'Which?', about: 'None was asked.', finishedAtMs: 0, plan: {}, repeats: null },
    runs: losses.map((each, index) => run(`run ${index.toString()}`, each)),
    table: { head: ['run', 'test accuracy', 'test loss'], rows: [['one', '0.125', '2.0790']] },
  });

it('the ends of the axis of losses differ where the losses do', () => {
  expect(html([2.0794, 2.0791], [2.0793, 2.079])).toContain('from 2.0790 to 2.0794.');
  expect(html([2.1, 0.4])).toContain('from 0.40 to 2.10.');
  expect(html([2.0794])).toContain('from 2.08 to 2.08.');
});

it('says shares as percentages, and losses as they are', () => {
  expect(html([1])).toContain('<td>12.5\u00a0%</td><td>2.0790</td>');
});

it('the table of runs, which has a column for each field and figure, has a sheet of its own across', () => {
  const page = html([1]);
  expect(page).toContain('@page wide{size:A4 landscape}');
  expect(page).toMatch(/<div class="wide"[^>]*><table>/u);
});
