/** Lets a test say what it shows to work when it passes; .github/WHAT-WORKS.md is made of that. */
import { it, TestRunner, type RunnerTestCase } from 'vitest';
import type { Fact } from '../../tools/docs/works/facts.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** What the test shows, if it passes. */
    shows?: string[];
    /** Whether what the file tests is not on this machine. */
    isPassedOver?: true;
  }
}

/**
 * Says by name that what a file tests is not on this machine; in CI it always is. What the record has of the file stands
 * then.
 */
export function passOver(name: string): void {
  it(`passes over ${name}, which is not here`, ({ task }) => {
    task.meta.isPassedOver = true;
  });
}

/** Call it in a test, once or more; the facts count only if that test passes. */
export function shows(...facts: readonly Fact[]): void {
  const test = TestRunner.getCurrentTest<RunnerTestCase | undefined>();
  if (test === undefined) throw new TypeError('shows was expected to be called in a test.');
  test.meta.shows = [...(test.meta.shows ?? []), ...facts];
}
