/**
 * A Chromium as users have it. Those that Playwright starts keep hidden pages awake, by flags and by making every page
 * believe that it has the focus: no page is ever hidden in them.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../../../tools/setup/chromium.ts';

/** Timers of a hidden page fire once a minute: after seconds, where users wait five minutes for it. */
const SLEEPY = '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/2';

/** The one window of a new browser, with a profile of its own; closing it ends the browser. */
export async function plainWindow(path: string): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), 'mien-profile-'));
  const flags = [...CHROMIUM_FLAGS, SLEEPY, '--remote-debugging-port=0', `--user-data-dir=${profile}`];
  const child = spawn(path, [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  // Also where a test was given up.
  process.on('exit', () => child.kill());
  child.on('exit', () => rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said += data.toString();
      const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`${path} ended at once: ${said}`)));
  });
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  const [context] = browser.contexts();
  if (context === undefined) throw new Error('The browser has no window.');
  browser.on('disconnected', () => child.kill());
  return context;
}
