/**
 * Measures opening a large Parquet file, in Chromium through the page and in Node: pictures a second the first time and the
 * second, and the most memory taken. `node tools/setup/run.mjs tools/bench/import.ts FILE [chromium|node]`; the file comes
 * from large-set.ts.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { openDataset } from '../../src/data/open-dataset.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { parseRecipe } from '../../src/protocol/recipe.ts';
import { build } from '../serve/build.ts';
import { serveApp } from '../serve/server.ts';
import { CHROMIUM_FLAGS } from '../setup/chromium.ts';
import { chromiumEnv } from '../setup/find.ts';

const MB = 1e6;
const PORT = 5373;

/** Memory of a process and all below it that is its own and not shared, in bytes: the most of what was seen. */
function watchMemory(root: number): () => number {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, ...familyOf(root).map(privateBytes));
  }, 200);
  return () => {
    clearInterval(timer);
    return most;
  };
}

function familyOf(root: number): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const family = new Set([root]);
  for (let before = 0; before < family.size;) {
    before = family.size;
    for (const [pid, parent] of pairs) if (family.has(parent ?? 0)) family.add(pid ?? 0);
  }
  return [...family];
}

/** Linux only: resident memory that no file backs. Of a process that has ended, nothing. */
function privateBytes(pid: number): number {
  try {
    const [, kilobytes] = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return 0;
    throw error;
  }
}

function say(where: string, seconds: number, pictures: number, mostBytes: number): void {
  const rate = Math.round(pictures / seconds);
  const memory = Math.round(mostBytes / MB);
  console.log(`${where}: ${seconds.toFixed(1)} s, ${rate} pictures/s, at most ${memory} MB in one process`);
}

async function inNode(path: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mien-import-'));
  const quickLook = JSON.parse(readFileSync('public/recipes/paper.json', 'utf8')) as object;
  const recipe = parseRecipe({ ...quickLook, dataset: { source: 'parquet', path: resolve(path) } });
  for (const time of ['first', 'second']) {
    const most = watchMemory(process.pid);
    const start = performance.now();
    const { pictures } = await openDataset(recipe, createPlatform({ dataFolder: folder }), {
      onProgress: () => undefined,
    });
    say(`Node, ${time} opening`, (performance.now() - start) / 1000, pictures.count, most());
  }
  rmSync(folder, { recursive: true });
}

/** Runs in the page: counts its memory, workers included, over and over, and keeps the most. */
function countOwnMemory(): void {
  const page = globalThis as unknown as { mostBytes: number; performance: MemoryCounter };
  page.mostBytes = 0;
  setInterval(() => {
    void page.performance.measureUserAgentSpecificMemory().then(({ bytes }) => {
      page.mostBytes = Math.max(page.mostBytes, bytes);
    });
  }, 500);
}

interface MemoryCounter {
  measureUserAgentSpecificMemory(): Promise<{ bytes: number }>;
}

async function inChromium(path: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mien-import-'));
  build(join(folder, 'app'));
  const server = await serveApp(PORT, join(folder, 'app'));
  const { CHROMIUM_PATH } = await chromiumEnv();
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: CHROMIUM_PATH,
    // Else the browser counts its memory twice a minute at most.
    args: [...CHROMIUM_FLAGS, '--enable-blink-features=ForceEagerMeasureMemory'],
  });
  try {
    for (const time of ['first', 'second']) {
      const page = await context.newPage();
      await page.goto(`${server.url}#paper&dataset={"source":"sample"}`);
      await page.getByRole('button', { name: 'Change' }).click({ timeout: 60_000 });
      await page.getByRole('radio', { name: /^Parquet/ }).check();
      await page.locator('input[type=file]').setInputFiles(path);
      const most = watchMemory(process.pid);
      await page.evaluate(countOwnMemory);
      const start = performance.now();
      await page.getByRole('button', { name: 'Open', exact: true }).click();
      const counted = page.getByText(/[\d,]+ pictures in \w+ classes/).first();
      await counted.waitFor({ timeout: 600_000 });
      const seconds = (performance.now() - start) / 1000;
      const pictures = Number(/[\d,]+/.exec(await counted.innerText())?.[0].replaceAll(',', ''));
      say(`Chromium, ${time} opening`, seconds, pictures, most());
      const { mostBytes } = await page.evaluate(() => ({
        mostBytes: (globalThis as unknown as { mostBytes: number }).mostBytes,
      }));
      console.log(
        `  at most ${Math.round(mostBytes / MB)} MB by the browser's own count of the page and its workers`,
      );
      await page.close();
    }
  } finally {
    await context.close();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

const [path, where] = process.argv.slice(2);
if (path === undefined) throw new TypeError('import: expected the path of a Parquet file');
if (where !== 'chromium') await inNode(path);
if (where !== 'node') await inChromium(path);
