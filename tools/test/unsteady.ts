/**
 * Names tests that passed only when they were tried once more: unsteady ones, which are defects of their own. A reporter
 * for Vitest, beside its default one.
 */
import type { Reporter, TestCase } from 'vitest/node';

export default class UnsteadyReporter implements Reporter {
  readonly #names: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true)
      this.#names.push(`${test.module.relativeModuleId} > ${test.fullName}`);
  }

  onTestRunEnd(): void {
    if (this.#names.length === 0) return;
    console.log(`\nUnsteady (failed once, passed when tried again):\n  ${this.#names.join('\n  ')}`);
  }
}
