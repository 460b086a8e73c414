/**
 * Owns the record of what tests have shown, tests/shown.json: by test file, the facts that its passing tests state
 * (`shows` of tests/support/shows.ts). `npm test` holds each run against it, so that it never says more than the tests do.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../../serve/build.ts';

/** Facts by test file, both sorted. */
export type FactsByFile = Readonly<Record<string, readonly string[]>>;

const FILE = join(ROOT, 'tests/shown.json');

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          meta: z.optional(
            z.object({ shows: z.optional(z.array(z.string())), isPassedOver: z.optional(z.boolean()) }),
          ),
        }),
      ),
    }),
  ),
});

/** The record as it is committed. */
export const readRecord = (): FactsByFile =>
  z.record(z.string(), z.array(z.string())).parse(JSON.parse(readFileSync(FILE, 'utf8')));

/** Writes it anew. */
export function writeRecord(record: FactsByFile): void {
  const files = Object.entries(record).filter(([, facts]) => facts.length > 0);
  const sorted = Object.fromEntries(files.sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify(sorted, null, 2)}\n`);
}

/**
 * What each file of a Vitest run has shown; files with a test that did not pass, or that pass over what is not here, are
 * left out, for they say nothing of what they would show.
 *
 * @param report text of Vitest's JSON report
 */
export function shownIn(report: string): FactsByFile {
  const { testResults } = Report.parse(JSON.parse(report));
  const passed = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'passed' &&
      assertionResults.every((test) => test.status === 'passed' && test.meta?.isPassedOver !== true),
  );
  return Object.fromEntries(
    passed.map(({ name, assertionResults }) => {
      const facts = assertionResults.flatMap(({ meta }) => meta?.shows ?? []);
      return [relative(ROOT, name).replaceAll('\\', '/'), [...new Set(facts)].sort()];
    }),
  );
}

/** Where a run and the record differ, in words; of files that ran and passed alone. */
export function differences(record: FactsByFile, shown: FactsByFile): readonly string[] {
  return Object.entries(shown).flatMap(([file, facts]) => {
    const recorded = record[file] ?? [];
    return [
      ...recorded.filter((fact) => !facts.includes(fact)).map((fact) => `${file} no longer shows: ${fact}`),
      ...facts.filter((fact) => !recorded.includes(fact)).map((fact) => `${file} shows, unrecorded: ${fact}`),
    ];
  });
}
