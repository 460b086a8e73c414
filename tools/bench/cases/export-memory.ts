/**
 * How much memory the page and its workers take while a large network is written. A page that trained VGG16 is left, and
 * another one, which has computed nothing yet, takes the kept network home.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { build, isStale } from '../../serve/build.ts';
import { serveApp } from '../../serve/server.ts';
import type { Bench, Row, Settings } from '../bench.ts';
import { withBrowser } from '../in-page.ts';
import { privateBytesOfPages, watchMost } from '../processes.ts';

const PORT = 5383;
const MEGABYTE = 1e6;
const WAIT = { timeout: 1_200_000 };

/** Of VGG16 without its top: 14,714,688 numbers. */
const WEIGHT_BYTES = 14_714_688 * 4;
const AIM_MEGABYTES = 200;

/** As the page calls them. */
const FORMATS = ['TensorFlow.js', 'Keras', 'safetensors', 'ONNX', 'LiteRT'];

export const exportMemory: Bench = {
  name: 'export-memory',
  help: 'memory of page and workers while VGG16 is written, format by format (15 minutes; Linux)',
  async run(settings) {
    const folder = await mkdtemp(join(os.tmpdir(), 'mien-export-memory-'));
    if (isStale()) build();
    const server = await serveApp(PORT);
    try {
      return await withBrowser(folder, (context) => measure(context, server.url, settings));
    } finally {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(
  context: BrowserContext,
  url: string,
  { quick, parts, say }: Settings,
): Promise<readonly Row[]> {
  const address = `${url}#quick-look&dataset.pictures=80&image.size=${quick ? '32' : '224'}&augmentation.views=1&backbone={"name":"vgg16","weights":"random"}&phases=[{"name":"head","epochs":1,"learningRate":0.001}]`;
  await trained(context, address);
  say('trained');
  const rows: Row[] = [];
  const unknown = parts.find((part) => !FORMATS.includes(part));
  if (unknown !== undefined)
    throw new RangeError(`--part takes one of: ${FORMATS.join(', ')}. Came: ${unknown}.`);
  const asked = parts.length > 0 ? parts : quick ? FORMATS.slice(0, 2) : FORMATS;
  for (const format of asked) {
    const { row, seconds } = await taken(context, address, format);
    say(`${format}: ${row.mien.toFixed(0)} MB above its weights, ${seconds.toFixed(0)} s; ${row.note ?? ''}`);
    rows.push(row);
  }
  return rows;
}

/** Trains its head for an epoch, which keeps the network. */
async function trained(context: BrowserContext, address: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(address);
  await page.getByRole('button', { name: 'Train', exact: true }).click(WAIT);
  await page
    .locator('.now')
    .getByText(/^Finished/)
    .waitFor(WAIT);
  await page.getByRole('button', { name: /kept runs?$/ }).waitFor(WAIT);
  await page.close();
}

async function taken(
  context: BrowserContext,
  address: string,
  format: string,
): Promise<{ row: Row; seconds: number }> {
  const page = await context.newPage();
  await page.goto(address);
  await page.getByRole('button', { name: /kept runs?$/ }).click(WAIT);
  const dialog = page.getByRole('dialog', { name: 'Kept runs' });
  await dialog.getByRole('button', { name: /^VGG16/ }).click();
  await dialog.getByLabel('Format').selectOption({ label: format });
  const before = privateBytesOfPages(process.pid);
  const mostBytes = watchMost(() => privateBytesOfPages(process.pid), 100);
  const start = performance.now();
  const fileBytes = await download(page, () =>
    dialog.getByRole('button', { name: 'Take the network home' }).click(),
  );
  const seconds = (performance.now() - start) / 1000;
  const grown = mostBytes() - before;
  await page.close();
  const note = `The private memory of the page’s process, its workers, buffers, wasm and garbage included, by how much it grew at most. The file has ${(fileBytes / MEGABYTE).toFixed(0)} MB.`;
  return {
    seconds,
    row: {
      what: `VGG16 written as ${format} in Chromium: most memory above its weights`,
      against: 'its weights',
      unit: 'MB',
      mien: (grown - WEIGHT_BYTES) / MEGABYTE,
      other: WEIGHT_BYTES / MEGABYTE,
      aimFigure: AIM_MEGABYTES,
      note,
    },
  };
}

/** Bytes of what is taken home. */
async function download(page: Page, press: () => Promise<void>): Promise<number> {
  const [file] = await Promise.all([page.waitForEvent('download', WAIT), press()]);
  return (await stat(await file.path())).size;
}
