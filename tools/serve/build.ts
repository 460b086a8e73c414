/** Owns building the app when its sources changed, for `npm start` and the browser tests. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where `npm run build` writes. */
export const DIST = join(ROOT, 'dist');

/** The environment variable that names the folder of a build which several runs of tests share. */
export const SHARED_BUILD = 'MIEN_BUILD';

const SOURCES = ['src', 'public', 'index.html', 'vite.config.ts', 'tools/serve', 'package-lock.json'];

/** Whether a build is missing or older than any source. */
export function isStale(folder = DIST): boolean {
  const built = changedMs(join(folder, 'index.html'));
  return SOURCES.some((path) => newestMs(join(ROOT, path)) > built);
}

/**
 * Builds the app for production.
 * @param folder - where to; emptied first
 * @throws Error when the build failed; its own words were shown
 */
export function build(folder = DIST): void {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const args = ['build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn'];
  // A process of its own: whoever calls, the build is for production.
  const env = { ...process.env, NODE_ENV: 'production', VITEST: undefined };
  const { status } = spawnSync(process.execPath, [vite, ...args], { cwd: ROOT, stdio: 'inherit', env });
  if (status !== 0) throw new Error('The app could not be built.');
}

const changedMs = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newestMs(path: string): number {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry?.isDirectory() !== true) return entry?.mtimeMs ?? 0;
  // A folder's own time counts too: it changes when a file goes.
  return readdirSync(path).reduce(
    (newest, name) => Math.max(newest, newestMs(join(path, name))),
    entry.mtimeMs,
  );
}
