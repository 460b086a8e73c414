/**
 * Comments and READMEs speak of what is there: every path, `npm run` command, recipe field, error code and name in
 * code's spelling exists. What a rule cannot tell from ours is listed in tools/docs/names/foreign.ts.
 */
import { describe, expect, it } from 'vitest';
import { recipeFields } from '../../tools/docs/names/fields.ts';
import { FOREIGN_FILES, FOREIGN_NAMES } from '../../tools/docs/names/foreign.ts';
import { partsOf, readHouse, type House } from '../../tools/docs/names/house.ts';
import { missingIn, type Missing } from '../../tools/docs/names/mentions.ts';
import { ROOT } from '../../tools/serve/build.ts';

const house = readHouse(ROOT, recipeFields());

const inComment = (text: string, file = 'src/engine/session.ts', of: House = house): readonly Missing[] =>
  missingIn({ file, line: 1, text }, of);
const inReadme = (text: string): readonly Missing[] => inComment(text, 'README.md');
const named = (missing: readonly Missing[]): readonly string[] =>
  missing.map(({ kind, name }) => `${kind} ${name}`);

describe('what comments and READMEs mention', () => {
  it('is there', () => {
    expect(house.prose.length).toBeGreaterThan(1000);
    const missing = house.prose.flatMap((prose) => missingIn(prose, house));
    expect(missing.map(({ file, line, kind, name }) => `${file}:${line}: no ${kind} ${name}`)).toEqual([]);
  });

  it('is foreign only where our code does not have it', () => {
    expect([...FOREIGN_NAMES].filter((name) => house.words.has(name))).toEqual([]);
    expect([...FOREIGN_FILES].filter((file) => house.files.has(file))).toEqual([]);
    const prose = house.prose.map(({ text }) => text).join('\n');
    expect([...FOREIGN_NAMES, ...FOREIGN_FILES].filter((name) => !prose.includes(name))).toEqual([]);
  });
});

// Put together here, so that this file's own strings do not have them.
const madeUp = (...parts: string[]): string => parts.join('Unheard');

describe('what is not there is found', () => {
  const symbol = madeUp('of', 'Of');
  const file = madeUp('no', '.ts');

  it('as a path: in backticks or not, from the root or from beside, with a folder or without', () => {
    for (const path of [file, `engine/${file}`, `src/engine/${file}`, `./${file}`]) {
      expect(named(inComment(`/** As ${path} says. */`))).toEqual([`path ${path}`]);
      expect(inComment(`/** As \`${path}\` says. */`)).toHaveLength(1);
    }
    expect(named(inComment(`// In \`src/${madeUp('a', 'b')}\`.`))).toEqual([`path src/${madeUp('a', 'b')}`]);
    expect(named(inReadme(`[how](tools/${file})`))).toContain(`path tools/${file}`);
    expect(
      inReadme('[how](tools/hub/README.md), src/engine/session.ts, `session.ts`, `src/engine/`'),
    ).toEqual([]);
  });

  it('as a command', () => {
    expect(named(inReadme('```sh\nnpm run unheard-of -- --help\n```'))).toEqual(['script unheard-of']);
    expect(inReadme('`npm run check`, npm start, npm test')).toEqual([]);
  });

  it('as a field of the recipe', () => {
    for (const field of [
      `augmentation.${symbol}`,
      `phases[].${symbol}`,
      `phases[1].${symbol}`,
      `split.${symbol}`,
    ])
      expect(named(inReadme(`The field \`${field}\``))).toEqual([`field ${field}`]);
    expect(named(inReadme(`\`{ "${symbol}": 1 }\``))).toEqual([`symbol ${symbol}`]);
    const fields = 'augmentation.views phases[].schedule.name phases[1].epochs backbone.alpha dataset.repo';
    expect(inReadme(fields.replace(/\S+/gu, '`$&`'))).toEqual([]);
  });

  it('as a symbol, also as a member, in a call and behind a link', () => {
    for (const text of [`\`${symbol}\``, `\`${symbol}(a, b)\``, `{@link ${symbol}}`, `@see ${symbol}`]) {
      const [found, ...more] = inComment(`/**\n * ${text}\n */`);
      expect(found).toMatchObject({ kind: 'symbol', file: 'src/engine/session.ts', line: 2 });
      expect(more).toEqual([]);
    }
    expect(named(inComment(`// \`RecipeSchema.${symbol}\``))).toEqual([`symbol RecipeSchema.${symbol}`]);
    expect(
      inComment('// `RecipeSchema`, `parseRecipe(value)`, `keras.layers.Dense`, `image`, `Array.from`'),
    ).toEqual([]);
  });

  it('as the code of an error', () => {
    expect(named(inComment('/** @throws StudioError `data/unheard-of` */'))).toEqual([
      'code data/unheard-of',
    ]);
    expect(inComment('/** @throws StudioError `recipe/invalid`, `net/…` */')).toEqual([]);
  });

  it('in comments alone: code and strings are no prose, and keep their places behind them', () => {
    const text = "// “One” `a`\nconst b = '// `no`'; /* two\n`c` */ const d = `/* ${b} */`;\n";
    const { code, comments } = partsOf('x.ts', text);
    expect(comments.map((comment) => [comment.line, comment.text])).toEqual([
      [1, '// “One” `a`'],
      [2, '/* two\n`c` */'],
    ]);
    expect(code).toBe(" \nconst b = '// `no`';   const d = `/* ${b} */`;\n");
  });
});

it('every source file begins with what it owns', () => {
  const own = [...house.files].filter((path) => /^(?:src|tools|tests)\/.*\.(?:tsx?|mjs)$/u.test(path));
  const first = new Map(house.prose.filter(({ line }) => line === 1).map(({ file, text }) => [file, text]));
  expect(own.length).toBeGreaterThan(500);
  expect(own.filter((path) => (first.get(path)?.length ?? 0) < 30)).toEqual([]);
});
