/** What benchmarks of the built page share: a browser with a profile. */
import { chromium, type BrowserContext } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../setup/chromium.ts';
import { thisSystem } from '../setup/system.ts';

/** Opens Chromium with a profile's folder, and closes it at the end. */
export async function withBrowser<Result>(
  profile: string,
  use: (context: BrowserContext) => Promise<Result>,
): Promise<Result> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: await findChromium(thisSystem),
    args: [...CHROMIUM_FLAGS],
  });
  try {
    return await use(context);
  } finally {
    await context.close();
  }
}
