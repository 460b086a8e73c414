/**
 * The generated parts of Markdown files are what `npm run docs` would write now, and the record of what tests have shown
 * speaks of what there is. That it says no more than the tests do, `npm test` holds at each run.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markdownTable, withPart } from '../../tools/docs/generated.ts';
import { PARTS } from '../../tools/docs/parts.ts';
import { differences, shownIn } from '../../tools/docs/works/record.ts';
import { Shown, unasked } from '../../tools/docs/works/tables.ts';
import { ROOT } from '../../tools/serve/build.ts';

const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe.each(PARTS.map((part) => [part.name, part] as const))('the part %s', (_name, part) => {
  it('is as npm run docs writes it', () => {
    expect(withPart(textOf(part.file), part)).toBe(textOf(part.file));
  });
});

describe('a generated part', () => {
  const part = { name: 'list', file: 'a.md', write: () => 'new' };

  it('is written between its marks, and nothing else is touched', () => {
    const before = '# A\n\n<!-- docs: list -->\n\nold\n\n<!-- /docs -->\n\nmine\n';
    expect(withPart(before, part)).toBe(before.replace('old', 'new'));
    expect(() => withPart('# A\n', part)).toThrow(/<!-- docs: list -->/u);
    expect(() => withPart('<!-- docs: list -->\n', part)).toThrow(/<!-- \/docs -->/u);
  });

  it('may be a table, with its bars escaped', () => {
    expect(markdownTable(['a', 'long'], [['b|c', 'd']])).toBe(
      ['| a    | long |', '| ---- | ---- |', '| b\\|c | d    |'].join('\n'),
    );
  });
});

describe('what is shown to work', () => {
  it('is of what the registries have', () => {
    expect(unasked()).toEqual([]);
    const shown = new Shown(['device wasm carries out runs', 'device abacus carries out runs']);
    expect(shown.has('device wasm carries out runs')).toBe(true);
    expect(shown.unasked).toEqual(['device abacus carries out runs']);
  });

  it('is what tests say that passed, and a run that says otherwise is told', () => {
    const report = (status: string): string =>
      JSON.stringify({
        testResults: [
          {
            name: join(ROOT, 'tests/gpu/a.test.ts'),
            status: 'passed',
            assertionResults: [
              { status: 'passed', meta: { shows: ['two', 'one'] } },
              { status, meta: { shows: ['one'] } },
              { status: 'passed', meta: {} },
            ],
          },
        ],
      });
    expect(shownIn(report('passed'))).toEqual({ 'tests/gpu/a.test.ts': ['one', 'two'] });
    expect(shownIn(report('failed'))).toEqual({});
    const record = { 'tests/gpu/a.test.ts': ['one', 'three'], 'tests/gpu/b.test.ts': ['four'] };
    expect(differences(record, shownIn(report('passed')))).toEqual([
      'tests/gpu/a.test.ts no longer shows: three',
      'tests/gpu/a.test.ts shows, unrecorded: two',
    ]);
  });
});
