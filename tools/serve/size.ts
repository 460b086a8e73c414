/** `npm run size`: gzipped sizes of what a visitor loads, and the limit on what the page loads first. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Manifest } from 'vite';
import { build, DIST, isStale } from './build.ts';
import { ENGINE_FOLDER } from './headers.ts';

/** What the page may load before it shows, and what beside the engine, in kB gzipped. */
const LIMITS_KB = { 'page shell': 120, columns: 40 };
const COLUMNS = 'src/ui/Columns.tsx';

const gzipKb = (path: string): number => gzipSync(readFileSync(path)).byteLength / 1000;

const sumKb = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipKb(join(DIST, file)), 0);

/** Files of an entry, its styles and all that it imports at once. */
function filesOf(manifest: Manifest, key: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[key];
  if (chunk === undefined || seen.has(chunk.file)) return seen;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) seen.add(file);
  for (const imported of chunk.imports ?? []) filesOf(manifest, imported, seen);
  return seen;
}

const without = (files: Set<string>, known: Set<string>): string[] =>
  [...files].filter((file) => !known.has(file));

if (isStale()) build();
const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8')) as Manifest;
const shell = filesOf(manifest, 'index.html');
const atOnce = filesOf(manifest, COLUMNS);
const rows: [name: string, kb: number][] = [
  ['page shell', sumKb([...shell, 'index.html'])],
  ['columns', sumKb(without(atOnce, shell))],
];
const known = new Set([...shell, ...atOnce]);
for (const [key, chunk] of Object.entries(manifest)) {
  if (chunk.isDynamicEntry === true && key !== COLUMNS)
    rows.push([`later: ${key}`, sumKb(without(filesOf(manifest, key), known))]);
}
const engine = join(DIST, ENGINE_FOLDER);
for (const file of existsSync(engine) ? readdirSync(engine) : []) {
  if (file.endsWith('.js')) rows.push([`worker: ${file}`, gzipKb(join(engine, file))]);
}
for (const [name, kb] of rows) console.log(`${kb.toFixed(1).padStart(8)} kB gzipped  ${name}`);

for (const [name, limitKb] of Object.entries(LIMITS_KB)) {
  const kb = rows.find(([row]) => row === name)?.[1] ?? NaN;
  if (kb <= limitKb) continue;
  console.error(`${kb.toFixed(1)} kB gzipped are more than the ${name} may be: ${limitKb} kB.`);
  process.exitCode = 1;
}
