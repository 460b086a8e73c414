/** Weights of true size in the built page: bytes fetched, and how long they take to load the second time or from a file. */
import { chromium, type Page } from 'playwright-core';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FromWorker, ToWorker } from '../../../src/protocol/messages.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import { parseRecipe, type Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { build, DIST, isStale } from '../../serve/build.ts';
import { serveApp } from '../../serve/server.ts';
import { CHROMIUM_FLAGS, findChromium } from '../../setup/chromium.ts';
import { thisSystem } from '../../setup/system.ts';
import type { Bench, Row } from '../bench.ts';
import { FILES, startWeightsServer, type ImitatedName, type WeightsServer } from '../weights-server.ts';

const PORT = 5291;
const MEGABYTE = 1e6;

export const weights: Bench = {
  name: 'weights',
  help: 'weight files of true size: bytes fetched, load times from store and file (2 minutes)',
  async run({ say }) {
    const executablePath = await findChromium(thisSystem);
    if (isStale()) build();
    const app = await serveApp(PORT);
    const server = await startWeightsServer();
    const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS] });
    try {
      const page = await browser.newPage();
      await page.goto(app.url);
      const names = await readdir(join(DIST, 'engine'));
      const worker = `${app.url}engine/${names.find((name) => /^worker-.*\.js$/.test(name)) ?? ''}`;
      const rows: Row[] = [];
      for (const name of Object.keys(FILES) as ImitatedName[]) {
        say(name);
        rows.push(...(await measure(page, worker, server, name)));
      }
      return rows;
    } finally {
      await browser.close();
      await server.close();
      await app.close();
    }
  },
};

async function measure(
  page: Page,
  worker: string,
  server: WeightsServer,
  name: ImitatedName,
): Promise<readonly Row[]> {
  const url = `${server.origin}/${name}.safetensors`;
  const recipe = await recipeFor(name, url);
  server.sentBytes = 0;
  const fetched = await page.evaluate(load, { worker, recipe, file: null });
  const bytes = server.sentBytes;
  const stored = await page.evaluate(load, { worker, recipe, file: null });
  const picked = { ...recipe, backbone: { ...recipe.backbone, weights: { file: 'picked.safetensors' } } };
  const fromFile = await page.evaluate(load, { worker, recipe: picked as Recipe, file: url });
  const against = 'the first time, from a server on this machine';
  return [
    {
      what: `${name}: bytes fetched`,
      against: 'the whole file',
      unit: 'MB',
      mien: bytes / MEGABYTE,
      other: server.sizeOf(name) / MEGABYTE,
    },
    { what: `${name}: loaded from IndexedDB`, against, unit: 's', mien: stored, other: fetched },
    { what: `${name}: loaded from a picked file`, against, unit: 's', mien: fromFile, other: fetched },
  ];
}

/** Quick look with next to no pictures and one short phase: only what comes before training counts. */
async function recipeFor(name: ImitatedName, url: string): Promise<Recipe> {
  const quickLook: unknown = JSON.parse(await readFile('public/recipes/quick-look.json', 'utf8'));
  return parseRecipe({
    ...(quickLook as object),
    dataset: { source: 'sample', pictures: 80 },
    image: { size: 32, resize: 'bilinear' },
    backbone: { name, weights: { file: url } },
    phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }],
  });
}

/** Runs in the page; seconds that the weights took. No function in it may have a name, see page-run.ts. */
async function load(given: { worker: string; recipe: Recipe; file: string | null }): Promise<number> {
  const blob = given.file === null ? null : await (await fetch(given.file)).blob();
  const weightFiles = blob === null ? [] : [new File([blob], 'picked.safetensors')];
  const worker = new Worker(given.worker, { type: 'module' });
  const seconds = await new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === 'failed') reject(new Error(data.error.message));
      if (data.kind === 'ready') {
        worker.postMessage({ kind: 'chooseDevice', id: 1, input: { backend: 'wasm' } } satisfies ToWorker);
      }
      if (data.kind !== 'done') return;
      if (data.id === 2) resolve((data.output as RunResult).secondsByStage['weights'] ?? Number.NaN);
      else {
        const input = { recipe: given.recipe, weightFiles };
        worker.postMessage({ kind: 'train', id: 2, input } satisfies ToWorker);
      }
    };
  });
  worker.terminate();
  return seconds;
}
