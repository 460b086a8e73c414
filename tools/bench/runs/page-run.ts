/** Carries a recipe out in the worker of the built page, in Chromium: what a user without a GPU gets, threads and all. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { FromWorker, ToWorker } from '../../../src/protocol/messages.ts';
import type { Backend } from '../../../src/protocol/device.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { build, DIST, isStale } from '../../serve/build.ts';
import { serveApp } from '../../serve/server.ts';
import { CHROMIUM_FLAGS, findChromium } from '../../setup/chromium.ts';
import { thisSystem } from '../../setup/system.ts';

const PORT = 5290;

/** @throws Error with the worker's own words when the run fails */
export async function runInPage(recipe: Recipe, backend: Backend): Promise<RunResult> {
  const executablePath = await findChromium(thisSystem);
  if (isStale()) build();
  const server = await serveApp(PORT);
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const files = await readdir(join(DIST, 'engine'));
    const worker = files.find((name) => /^worker-.*\.js$/.test(name));
    if (worker === undefined) throw new Error(`A worker was expected in ${DIST}; there is none.`);
    return await page.evaluate(train, { worker: `${server.url}engine/${worker}`, recipe, backend });
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Runs in the page. No function in it may have a name: esbuild then calls a helper that the page does not have. */
async function train(given: { worker: string; recipe: Recipe; backend: Backend }): Promise<RunResult> {
  const worker = new Worker(given.worker, { type: 'module' });
  return await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === 'failed') reject(new Error(data.error.message));
      if (data.kind === 'ready') {
        const input = { backend: given.backend };
        worker.postMessage({ kind: 'chooseDevice', id: 1, input } satisfies ToWorker);
      }
      if (data.kind !== 'done') return;
      if (data.id === 2) resolve(data.output as RunResult);
      else worker.postMessage({ kind: 'train', id: 2, input: { recipe: given.recipe } } satisfies ToWorker);
    };
  });
}
