/** Lets a test say what it shows to work when it passes; .github/WHAT-WORKS.md is made of that. */
import { TestRunner, type RunnerTestCase } from 'vitest';
import type { Fact } from '../../tools/docs/works/facts.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** What the test shows, if it passes. */
    shows?: string[];
  }
}

/** Call it in a test, once or more; the facts count only if that test passes. */
export function shows(...facts: readonly Fact[]): void {
  const test = TestRunner.getCurrentTest<RunnerTestCase | undefined>();
  if (test === undefined) throw new TypeError('shows was expected to be called in a test.');
  test.meta.shows = [...(test.meta.shows ?? []), ...facts];
}
