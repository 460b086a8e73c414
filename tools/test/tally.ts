/** Owns counting: from Vitest's JSON report, and from exit codes, to passed and failed. */
import { z } from 'zod';

/** What came of a stage, or of several. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

/** The sum of tallies. */
export const sum = (tallies: readonly Tally[]): Tally =>
  tallies.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }), {
    passed: 0,
    failed: 0,
  });

/** A check that counts as one. */
export const one = (succeeded: boolean): Tally => ({ passed: Number(succeeded), failed: Number(!succeeded) });

/**
 * Counts a Vitest run. A test that was skipped did not pass; a file that could not run, a report that is missing and
 * an exit code without a failed test count as one failure each.
 * @param report - text of Vitest's JSON report, '' when there is none
 */
export function tallyOfReport(report: string, succeeded: boolean): Tally {
  if (report === '') return one(false);
  const { testResults } = Report.parse(JSON.parse(report));
  let passed = 0;
  let failed = 0;
  for (const file of testResults) {
    const ok = file.assertionResults.filter(({ status }) => status === 'passed').length;
    const bad = file.assertionResults.length - ok;
    passed += ok;
    failed += bad === 0 && file.status === 'failed' ? 1 : bad;
  }
  return { passed, failed: failed === 0 && !succeeded ? 1 : failed };
}
