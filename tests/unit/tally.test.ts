/** Counting a test run: what is skipped, missing or broken counts as failed. */
import { describe, expect, it } from 'vitest';
import { sum, tallyOfReport } from '../../tools/test/tally.ts';

const report = (...files: { status: string; tests: string[] }[]): string =>
  JSON.stringify({
    testResults: files.map(({ status, tests }) => ({
      name: 'x.test.ts',
      status,
      assertionResults: tests.map((result) => ({ status: result })),
    })),
  });

describe('the tally of a test run', () => {
  it('counts each test', () => {
    const text = report({ status: 'failed', tests: ['passed', 'failed', 'passed'] });
    expect(tallyOfReport(text, false)).toEqual({ passed: 2, failed: 1 });
  });

  it('does not let a skipped test pass', () => {
    expect(tallyOfReport(report({ status: 'passed', tests: ['passed', 'skipped', 'todo'] }), true)).toEqual({
      passed: 1,
      failed: 2,
    });
  });

  it('counts a file that could not run, a missing report and an unexplained exit code', () => {
    expect(tallyOfReport(report({ status: 'failed', tests: [] }), false)).toEqual({ passed: 0, failed: 1 });
    expect(tallyOfReport('', true)).toEqual({ passed: 0, failed: 1 });
    expect(tallyOfReport(report({ status: 'passed', tests: ['passed'] }), false)).toEqual({
      passed: 1,
      failed: 1,
    });
  });

  it('adds up', () => {
    expect(
      sum([
        { passed: 2, failed: 0 },
        { passed: 3, failed: 1 },
      ]),
    ).toEqual({ passed: 5, failed: 1 });
  });
});
