/**
 * `npm run docs -- --picture`: takes the README's picture anew, of the page in Chromium after a *Quick look* run on the
 * built-in faces. It trains on wasm, so that the figures on it are the same on every machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build, ROOT } from '../serve/build.ts';
import { serveApp } from '../serve/server.ts';
import { CHROMIUM_FLAGS } from '../setup/chromium.ts';
import { chromiumEnv } from '../setup/find.ts';

/** First port to try. */
const PORT = 5373;
/** How long the run may take, in ms. */
const LIMIT_MS = 20 * 60_000;

/** Writes the picture: 1440 x 900 pixels, light. */
export async function takePicture(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mien-picture-'));
  build(folder);
  const server = await serveApp(PORT, folder);
  const { CHROMIUM_PATH } = await chromiumEnv();
  const browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: [...CHROMIUM_FLAGS] });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
    await page.goto(`${server.url}?backend=wasm#quick-look`);
    await page.getByRole('button', { name: 'Train', exact: true }).click({ timeout: LIMIT_MS });
    await page
      .locator('.now')
      .filter({ hasText: /^Finished/u })
      .waitFor({ timeout: LIMIT_MS });
    const path = join(ROOT, '.github/studio.png');
    await page.screenshot({ path });
    return path;
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
