/** Opens a large set twice in the built page, in Chromium, as a user does who picks the file. */
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { build, isStale } from '../../serve/build.ts';
import { serveApp } from '../../serve/server.ts';
import { withBrowser } from '../in-page.ts';
import type { Opening, Openings } from './opening.ts';
import { cpuSecondsBelow, mostPrivateBytesBelow, privateBytesOfPages, watchMost } from '../processes.ts';

const PORT = 5373;

/** @param folder for profiles of the browser */
export async function openInPage(path: string, folder: string): Promise<Openings> {
  if (isStale()) build();
  const server = await serveApp(PORT);
  try {
    const { first, second } = await withBrowser(join(folder, 'profile'), async (context) => ({
      first: await open(context, server.url, path),
      second: await open(context, server.url, path),
    }));
    return { first, second, heapBytes: first.grownBytes, batchMs: null, otherSize: null };
  } finally {
    await server.close();
  }
}

async function open(
  context: BrowserContext,
  url: string,
  path: string,
): Promise<Opening & { readonly grownBytes: number }> {
  const page = await context.newPage();
  await page.goto(`${url}#paper&dataset={"source":"sample"}`);
  // The page opens with another set, which must not count.
  await page
    .getByText(/[\d,]+ faces in \w+ classes/)
    .first()
    .waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('radio', { name: /^Parquet/ }).check();
  await page.locator('input[type=file]').setInputFiles(path);
  const before = privateBytesOfPages(process.pid);
  const mostOfPages = watchMost(() => privateBytesOfPages(process.pid), 250);
  const mostBytes = watchMost(() => mostPrivateBytesBelow(process.pid), 250);
  const cpuBefore = cpuSecondsBelow(process.pid);
  const start = performance.now();
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  const counted = page.getByText(/[\d,]+ pictures in \w+ classes/).first();
  await counted.waitFor({ timeout: 1_200_000 });
  const seconds = (performance.now() - start) / 1000;
  const cpuSeconds = cpuSecondsBelow(process.pid) - cpuBefore;
  const pictures = Number(/[\d,]+/.exec(await counted.innerText())?.[0].replaceAll(',', ''));
  const grownBytes = mostOfPages() - before;
  const processBytes = mostBytes();
  await page.close();
  return { pictures, seconds, cpuSeconds, processBytes, decoded: null, grownBytes };
}
