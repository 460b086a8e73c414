/** Owns the sizes of what a visitor loads, gzipped, and the limits on what the page loads first. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Manifest } from 'vite';
import { ENGINE_FOLDER } from './headers.ts';

/** What the page may load before it shows, and what beside the engine, in kB gzipped. */
export const LIMITS_KB = { 'page shell': 120, columns: 40 };
const COLUMNS = 'src/ui/Columns.tsx';

const gzipKb = (path: string): number => gzipSync(readFileSync(path)).byteLength / 1000;

const sumKb = (folder: string, files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipKb(join(folder, file)), 0);

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

/** What is loaded together, by what it is called, in kB gzipped. @param folder of a build */
export function sizesOf(folder: string): ReadonlyMap<string, number> {
  const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')) as Manifest;
  const shell = filesOf(manifest, 'index.html');
  const atOnce = filesOf(manifest, COLUMNS);
  const sizes = new Map([
    ['page shell', sumKb(folder, [...shell, 'index.html'])],
    ['columns', sumKb(folder, without(atOnce, shell))],
  ]);
  const known = new Set([...shell, ...atOnce]);
  for (const [key, chunk] of Object.entries(manifest)) {
    if (chunk.isDynamicEntry === true && key !== COLUMNS)
      sizes.set(`later: ${key}`, sumKb(folder, without(filesOf(manifest, key), known)));
  }
  const engine = join(folder, ENGINE_FOLDER);
  for (const file of existsSync(engine) ? readdirSync(engine) : []) {
    if (file.endsWith('.js')) sizes.set(`worker: ${file}`, gzipKb(join(engine, file)));
  }
  return sizes;
}
