/** `npm run size`: gzipped sizes of what a visitor loads, and the limit on what the page loads first. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Manifest } from 'vite';
import { build, DIST, isStale } from './build.ts';
import { ENGINE_FOLDER } from './headers.ts';

/** What the page may load before it shows, in kB gzipped. */
const SHELL_LIMIT_KB = 130;

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
const rows: [name: string, kb: number][] = [['page shell', sumKb([...shell, 'index.html'])]];
for (const [key, chunk] of Object.entries(manifest)) {
  if (chunk.isDynamicEntry === true)
    rows.push([`later: ${key}`, sumKb(without(filesOf(manifest, key), shell))]);
}
const engine = join(DIST, ENGINE_FOLDER);
for (const file of existsSync(engine) ? readdirSync(engine) : []) {
  if (file.endsWith('.js')) rows.push([`worker: ${file}`, gzipKb(join(engine, file))]);
}
for (const [name, kb] of rows) console.log(`${kb.toFixed(1).padStart(8)} kB gzipped  ${name}`);

const shellKb = rows[0]?.[1] ?? 0;
if (shellKb > SHELL_LIMIT_KB) {
  console.error(`The page shell is ${shellKb.toFixed(1)} kB gzipped; the limit is ${SHELL_LIMIT_KB} kB.`);
  process.exitCode = 1;
}
