/**
 * Names tests that passed only when they were tried once more: unsteady ones, which are defects of their own. A reporter
 * for Vitest, beside its default one.
 */
import type { Reporter, TestCase } from 'vitest/node';

const TITLE = 'Unsteady (failed once, passed when tried again):';

/** What a run's output says of unsteady tests, to its end; '' where there is none. */
export const unsteadyIn = (output: string): string =>
  output.includes(TITLE) ? output.slice(output.indexOf(TITLE)).trimEnd() : '';

export default class UnsteadyReporter implements Reporter {
  readonly #names: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true)
      this.#names.push(`${test.module.relativeModuleId} > ${test.fullName}`);
  }

  onTestRunEnd(): void {
    if (this.#names.length === 0) return;
    console.log(`\n${TITLE}\n  ${this.#names.join('\n  ')}`);
  }
}
