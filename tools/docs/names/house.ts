/**
 * Owns what there is to be mentioned: the project's files, the words of its code without its comments, its commands and
 * the fields of a recipe; and the prose that mentions them, comments and Markdown.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { parseSync } from 'vite';

/** Text that people read: a comment, or a Markdown file. */
export interface Prose {
  readonly file: string;
  /** Of its first line, from 1. */
  readonly line: number;
  readonly text: string;
}

/** What a mention is held against. */
export interface House {
  /** Every file, by its path from the root. */
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
  /** All code without its comments. */
  readonly code: string;
  /** Every word of the code: identifiers, and what stands in its strings. */
  readonly words: ReadonlySet<string>;
  /** Names of `npm run`. */
  readonly scripts: ReadonlySet<string>;
  /** As {@link recipeFields} gives them. */
  readonly fields: ReadonlySet<string>;
  readonly prose: readonly Prose[];
}

const LEFT_OUT = new Set(['fixtures', 'goldens']);
const IGNORED = new Set(['node_modules', 'dist', '.git', '.cache']);
/** What the parser reads. */
const PARSED = new Set(['.ts', '.tsx', '.mjs', '.js', '.cjs']);
/** What has names, but comments that are not looked at. */
const PLAIN = new Set(['.py', '.css', '.html']);

/** Its strings are names of others, so that they prove nothing. */
const OF_OTHERS = 'tools/docs/names/foreign.ts';

/** Reads all of it. @param fields of a recipe, which are known only by running the code */
export function readHouse(root: string, fields: ReadonlySet<string>): House {
  const files = new Set<string>();
  const folders = new Set<string>();
  walk(root, '', files, folders);
  const code: string[] = [];
  const prose: Prose[] = [];
  for (const file of files) {
    const kind = extname(file);
    if (PARSED.has(kind)) {
      const parts = partsOf(file, readFileSync(join(root, file), 'utf8'));
      if (file !== OF_OTHERS) code.push(parts.code);
      prose.push(...parts.comments);
    } else if (kind === '.md') prose.push({ file, line: 1, text: readFileSync(join(root, file), 'utf8') });
    else if (PLAIN.has(kind)) code.push(readFileSync(join(root, file), 'utf8'));
  }
  const all = code.join('\n');
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  return {
    files,
    folders,
    code: all,
    words: new Set(all.match(/[A-Za-z_$][\w$]*/gu)),
    scripts: new Set(Object.keys(scripts)),
    fields,
    prose,
  };
}

function walk(root: string, folder: string, files: Set<string>, folders: Set<string>): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile()) files.add(path);
    if (!entry.isDirectory()) continue;
    // What git ignores is there on some machines alone.
    if (IGNORED.has(entry.name)) continue;
    folders.add(path);
    if (!LEFT_OUT.has(entry.name)) walk(root, path, files, folders);
  }
}

/** A file's comments, and its code with blanks in their place. */
export function partsOf(file: string, text: string): { code: string; comments: Prose[] } {
  const comments: Prose[] = [];
  let code = '';
  let [at, line] = [0, 1];
  for (const { start, end } of parseSync(file, text).comments) {
    code += `${text.slice(at, start)} `;
    line += linesIn(text, at, start);
    comments.push({ file, line, text: text.slice(start, end) });
    line += linesIn(text, start, end);
    at = end;
  }
  return { code: code + text.slice(at), comments };
}

function linesIn(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
