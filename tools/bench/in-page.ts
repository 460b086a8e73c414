/** What benchmarks of the built page share: a browser with a profile, and its own count of the page's memory. */
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../setup/chromium.ts';
import { thisSystem } from '../setup/system.ts';

/** Opens Chromium with a profile's folder, and closes it at the end. */
export async function withBrowser<Result>(
  profile: string,
  use: (context: BrowserContext) => Promise<Result>,
): Promise<Result> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: await findChromium(thisSystem),
    // Else the browser counts its memory twice a minute at most.
    args: [...CHROMIUM_FLAGS, '--enable-blink-features=ForceEagerMeasureMemory'],
  });
  try {
    return await use(context);
  } finally {
    await context.close();
  }
}

interface MemoryCounter {
  measureUserAgentSpecificMemory(): Promise<{ bytes: number }>;
}

/** Runs in the page: counts its memory, workers included, over and over, and keeps the most. */
export function countOwnMemory(): void {
  const page = globalThis as unknown as { mostBytes: number; performance: MemoryCounter };
  page.mostBytes = 0;
  setInterval(() => {
    void page.performance.measureUserAgentSpecificMemory().then(({ bytes }) => {
      page.mostBytes = Math.max(page.mostBytes, bytes);
    });
  }, 500);
}

/** The most that was counted since. @throws RangeError where the browser has counted nothing */
export async function mostCounted(page: Page): Promise<number> {
  const bytes = await page.evaluate(() => (globalThis as { mostBytes?: number }).mostBytes ?? null);
  if (bytes === 0) throw new RangeError('The browser was to count the memory of its page; it has not yet.');
  return bytes ?? 0;
}
