/**
 * Owns what counts as a mention of something that must exist, and whether it does. Held are: in backticks, names in
 * code's spelling, recipe fields, error codes and paths; anywhere, names of source files, `npm run` commands, links of
 * Markdown and what `{@link …}` or `@see` names. A word of small letters alone is a word, and claims nothing.
 */
import { posix } from 'node:path';
import { FOREIGN_FILES, FOREIGN_NAMES, FOREIGN_ROOTS } from './foreign.ts';
import type { House, Prose } from './house.ts';

/** What a name claims to be. */
type Kind = 'path' | 'script' | 'field' | 'code' | 'symbol';

/** A name that nothing has. */
export interface Missing {
  readonly file: string;
  readonly line: number;
  readonly kind: Kind;
  readonly name: string;
}

const TICKED = /`([^`\n]+)`/gu;
const SOURCE_FILE = /(?<![\w./<>*{}-])[\w.-][\w./-]*\.(?:tsx?|mjs|cjs|py|wat|css|md)\b(?![<*{(])/gu;
const IS_SOURCE_FILE = /\.(?:tsx?|mjs|cjs|py|wat|css|md)$/u;
const SCRIPT = /\bnpm run (?:-s |--silent )?([a-z][\w:-]*)/gu;
const LINK = /\]\(([^)#\s]+)[^)]*\)/gu;
const POINTER = /(?:\{@link |@see )`?([A-Za-z_$][\w$.#]*)/gu;
const NAME = /^#?[A-Za-z_$][\w$]*(?:[.#][A-Za-z_$][\w$]*)*$/u;
const CODE = /^(?:gpu|net|data|storage|model|train|export|recipe|bug)\/[a-z-]*…?$/u;
const FIELD = /^[a-z]\w*(?:\[\d*\]|\.\w+)+$/u;
const KEY = /"(\w+)":/gu;

/** A how-to speaks of files that are still to be written, as `my-format.ts`; a usage of a place, as `DIR/NAME.md`. */
const MADE_UP = /(?:^|\/)(?:my-|your|their)[\w-]*\.\w+$|^[A-Z]+\//u;

/** Finds every name in a text that nothing in the house and no list of foreign names has. */
export function missingIn(prose: Prose, house: House): readonly Missing[] {
  const found: Missing[] = [];
  const hold = (kind: Kind, name: string, index: number): void => {
    if (exists(kind, name, prose.file, house)) return;
    const line = prose.line + prose.text.slice(0, index).split('\n').length - 1;
    found.push({ file: prose.file, line, kind, name });
  };
  const each = (pattern: RegExp, of: (name: string, index: number) => void): void => {
    for (const match of prose.text.matchAll(pattern)) of(match[1] ?? match[0], match.index);
  };
  each(SCRIPT, (name, at) => hold('script', name, at));
  each(SOURCE_FILE, (name, at) => hold('path', name, at));
  if (prose.file.endsWith('.md'))
    each(LINK, (to, at) => {
      if (!/^https?:/u.test(to)) hold('path', to, at);
    });
  each(POINTER, (name, at) => {
    if (isSpelledAsCode(name)) hold('symbol', name, at);
  });
  each(TICKED, (token, at) => {
    const kind = claimOf(token, house);
    if (kind !== null) hold(kind, token, at);
    for (const [, key = ''] of token.matchAll(KEY)) hold('symbol', key, at);
  });
  return found;
}

/** What a token in backticks claims to be; null where it claims nothing, or is held as the name of a source file. */
function claimOf(token: string, house: House): Kind | null {
  if (IS_SOURCE_FILE.test(token)) return null;
  if (CODE.test(token)) return 'code';
  if (isPathLike(token, house)) return 'path';
  if (FIELD.test(token) && house.fields.has(headOf(token))) return 'field';
  return isSpelledAsCode(withoutArguments(token)) ? 'symbol' : null;
}

function exists(kind: Kind, token: string, from: string, house: House): boolean {
  switch (kind) {
    case 'code':
      return hasCode(token, house) || isPath(token, from, house);
    case 'path':
      return isPath(token, from, house);
    case 'field':
      // Or a value of the code that is called as that part of a recipe is, as `split.train`.
      return (
        house.fields.has(token.replace(/\[\d*\]/gu, '[]')) || isName(token.replace(/\[\d*\]/gu, ''), house)
      );
    case 'symbol':
      return isName(withoutArguments(token), house);
    case 'script':
      return house.scripts.has(token);
    default:
      return kind satisfies never;
  }
}

const headOf = (field: string): string => field.split(/[.[]/u)[0] ?? '';

/** `open(options, context)` to `open`. */
const withoutArguments = (token: string): string => token.replace(/\(.*\)$/u, '');

/** Whether it has a hump, an underscore or a dot, or nothing but capitals: no word of English has. */
const isSpelledAsCode = (name: string): boolean => NAME.test(name) && !/^[A-Za-z]?[a-z]*$/u.test(name);

function isName(name: string, { words }: House): boolean {
  if (FOREIGN_FILES.has(name)) return true;
  const parts = name.split(/[.#]/u).filter((part) => part !== '');
  if (parts.length > 1 && FOREIGN_ROOTS.has(parts[0] ?? '')) return true;
  return isOfJavaScript(parts) || parts.every((part) => words.has(part) || FOREIGN_NAMES.has(part));
}

/** Whether it is a global of JavaScript or of the web, or leads there from one, as `crypto.randomUUID`. */
function isOfJavaScript(parts: readonly string[]): boolean {
  let at: unknown = globalThis;
  for (const part of parts) {
    if (at === null || at === undefined || !(part in Object(at))) return false;
    at = (at as Record<string, unknown>)[part];
  }
  return true;
}

/** `data/…` speaks of all of an area. */
function hasCode(code: string, { code: text }: House): boolean {
  return text.includes(code.endsWith('…') ? `'${code.slice(0, -1)}` : `'${code}'`);
}

/** In backticks, a path begins with a folder of ours. */
function isPathLike(token: string, { folders }: House): boolean {
  if (!/^[\w./-]+$/u.test(token) || !token.includes('/')) return false;
  const first = headSegment(token.replace(/^(?:\.\.?\/)+/u, ''));
  return folders.has(first) || folders.has(`src/${first}`);
}

const headSegment = (path: string): string => path.split('/')[0] ?? '';

/**
 * Whether it is a file or folder: from the root, from `src`, from the mentioning file's folder, or the end of a longer
 * path; or a file of another project, or one that Mien itself writes or reads, whose name its code then has.
 */
function isPath(path: string, from: string, { files, folders, code }: House): boolean {
  const plain = path.replace(/\/$/u, '').replace(/^\.\//u, '');
  const places = [plain, `src/${plain}`, posix.join(posix.dirname(from), plain)];
  if (places.some((place) => files.has(place) || folders.has(place))) return true;
  if (FOREIGN_FILES.has(plain) || MADE_UP.test(plain)) return true;
  const ending = `/${plain.replace(/^(?:\.\.\/)+/u, '')}`;
  for (const known of path.endsWith('/') ? folders : files) if (known.endsWith(ending)) return true;
  return [`'${plain}'`, `"${plain}"`, `/${plain}'`, `/${plain}\``].some((quoted) => code.includes(quoted));
}
