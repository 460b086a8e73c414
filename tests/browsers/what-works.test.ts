/**
 * The main jobs in Firefox and in WebKit, the engine of Safari, by one list: what Chromium is tested for in depth
 * (tests/browser) is here shown to work elsewhere.
 */
import { unzipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { TINY } from '../browser/actions.ts';
import type { RunningBrowser } from './browser.ts';
import { downloaded } from './download.ts';
import { startFirefox } from './firefox.ts';
import { Tab } from './tab.ts';
import { startWebKit } from './webkit.ts';

const RECIPE = `?backend=wasm${TINY}&phases.0.epochs=2&phases.1.epochs=6&earlyStopping=null`;

const found = inject('browsers');

const STARTS: Readonly<Record<string, (() => Promise<RunningBrowser>) | null>> = {
  Firefox: found.firefox === null ? null : () => startFirefox(found.firefox!),
  WebKit: found.webkit === null ? null : () => startWebKit(found.webkit!, true),
};

const present = Object.entries(STARTS).flatMap(([name, start]) => (start === null ? [] : [{ name, start }]));

describe.each(present)('$name', ({ start }) => {
  let browser: RunningBrowser;
  let tabs: Tab[] = [];

  beforeAll(async () => {
    browser = await start();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    const problems: string[] = [];
    for (const tab of tabs) {
      problems.push(...(await tab.problems()));
      await tab.close();
    }
    tabs = [];
    expect(problems, 'problems in the page').toEqual([]);
  });

  const open = async (path: string): Promise<Tab> => {
    const tab = new Tab(await browser.newTab(), inject('appUrl'));
    tabs.push(tab);
    await tab.open(path);
    return tab;
  };

  const takeHome = async (tab: Tab): Promise<Record<string, Uint8Array>> => {
    await tab.press('button', 'Take home');
    return unzipSync(await downloaded(browser.downloads, () => tab.press('button', { pattern: '^Download' })));
  };

  it('opens', async () => {
    const tab = await open('');
    expect(await tab.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await tab.says(/Runs on\s*(.* · .*)/u, '.device')).toMatch(/./);
  });

  it('trains', async () => {
    const tab = await open(RECIPE);
    await tab.press('button', 'Train');
    await tab.says(/^Finished/u, '.now');
    const files = await takeHome(tab);
    expect(Object.keys(files).sort()).toEqual(['model.json', 'weights.bin']);
  });
});
