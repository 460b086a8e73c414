/** Builds the app once for all browser tests, into a folder of its own, and serves it as `npm start` does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { build } from '../../tools/serve/build.ts';
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
  const folder = mkdtempSync(join(tmpdir(), 'mien-build-'));
  build(folder);
  const server = await serveApp(PORT, folder);
  project.provide('appUrl', server.url);
  project.provide('appFolder', folder);
  project.provide('chromium', CHROMIUM_PATH);
  return async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  };
}
