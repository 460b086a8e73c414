/** Builds the app once for all tests in browsers, into a folder of its own, and serves it as `npm start` does. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { build, SHARED_BUILD } from '../../tools/serve/build.ts';
import { serveApp } from '../../tools/serve/server.ts';
import { chromiumEnv } from '../../tools/setup/find.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the served build, with a trailing slash. */
    appUrl: string;
    /** Folder of that build, for tests that serve it in another way. */
    appFolder: string;
    /** Path of the Chromium to test in. */
    chromium: string;
  }
}

/** First port to try; beside the one of `npm start`. */
const PORT = 5273;

/** @returns what stops the server and removes the build */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { CHROMIUM_PATH } = await chromiumEnv();
  project.provide('chromium', CHROMIUM_PATH);
  return serveBuild(project);
}

/**
 * Builds and serves for all projects of a run that ask.
 *
 * @returns what stops the server and removes the build, where this project was the first
 */
export async function serveBuild({ vitest }: TestProject): Promise<() => Promise<void>> {
  if ('appUrl' in vitest.getRootProject().getProvidedContext()) return async () => undefined;
  const { folder, remove } = builtApp();
  const server = await serveApp(PORT, folder);
  vitest.provide('appUrl', server.url);
  vitest.provide('appFolder', folder);
  return async () => {
    await server.close();
    remove();
  };
}

/** The build that `npm test` has made for several runs, or one of this run's own. */
function builtApp(): { readonly folder: string; readonly remove: () => void } {
  const shared = process.env[SHARED_BUILD] ?? '';
  if (shared !== '' && existsSync(join(shared, 'index.html')))
    return { folder: shared, remove: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'mien-build-'));
  build(folder);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
