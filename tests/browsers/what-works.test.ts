/**
 * The main jobs in Firefox and in WebKit, the engine of Safari, by one list: what Chromium is tested for in depth
 * (tests/browser) works elsewhere too.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { resizePicture } from '../../src/data/resize.ts';
import { TINY } from '../browser/actions.ts';
import fixtures from '../parity/data/fixtures/pictures.json';
import type { RunningBrowser } from './browser.ts';
import { downloaded } from './download.ts';
import { startFirefox } from './firefox.ts';
import { Tab } from './tab.ts';
import { startWebKit } from './webkit.ts';

const BASE = `?backend=wasm${TINY}&earlyStopping=null`;
const RECIPE = `${BASE}&phases.0.epochs=2&phases.1.epochs=6`;
const LONG = `${BASE}&phases.0.epochs=2000`;

const { firefox, webkit } = inject('browsers');

/** Those that are here, with how each is started. */
const present = [
  { name: 'Firefox', start: firefox === null ? null : () => startFirefox(firefox) },
  { name: 'WebKit', start: webkit === null ? null : () => startWebKit(webkit, 'as Safari') },
].flatMap(({ name, start }) => (start === null ? [] : [{ name, start }]));

/** By how many levels of 255 pictures differ from what Pillow, and Chromium, make of them; those of other kinds do not. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // It has its own way from the halved colours of AVIF to RGB: far off beside hard edges of colour alone.
  Firefox: { avif: 66 },
  WebKit: {},
};

/** One of every kind, with Pillow's RGB of it (tests/parity/data/make_picture_fixtures.py). */
const pictures = Object.entries(fixtures.pictures).map(([kind, picture]) => ({ kind, ...picture }));
/** To which they are resized, in pixels: their width, so that only their height is changed. */
const SIZE = 23;

it('finds what it tests in', () => {
  expect(present).not.toEqual([]);
});

describe.each(present)('$name', ({ name, start }) => {
  let browser: RunningBrowser;
  let tabs: Tab[] = [];

  beforeAll(async () => {
    browser = await start();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    const open = tabs;
    tabs = [];
    const problems: string[] = [];
    for (const tab of open) {
      problems.push(...(await tab.takeProblems()));
      await tab.close();
    }
    expect(problems, 'problems in the page').toEqual([]);
  });

  const open = async (path: string): Promise<Tab> => {
    const tab = new Tab(await browser.newTab(), inject('appUrl'));
    tabs.push(tab);
    await tab.open(path);
    return tab;
  };

  /** The user closes the browser, or its tab where nothing outlives the browser, and comes back. */
  const comeBack = async (path: string): Promise<Tab> => {
    const before = tabs;
    tabs = [];
    const next = browser.restart === null ? await open(path) : null;
    for (const tab of before) await tab.close();
    if (next !== null) return next;
    await browser.restart?.();
    return open(path);
  };

  /** What is taken home of a run that has ended. */
  const takeHome = async (tab: Tab): Promise<Record<string, Uint8Array>> => {
    await tab.says(/^Finished/u, '.now');
    await tab.press('button', 'Take home');
    return unzipSync(
      await downloaded(browser.downloads, () => tab.press('button', { pattern: '^Download' })),
    );
  };

  /** The weights of RECIPE that was trained in one go. */
  let whole: Uint8Array | undefined;

  it('opens isolated and under its policy, and says what it runs on', async () => {
    const tab = await open(BASE);
    expect(await tab.evaluate(() => crossOriginIsolated)).toBe(true);
    await tab.says(/80 faces in eight classes/u);
    expect(await tab.says(/wasm · .*/u, '.device')).toMatch(/^wasm · (one thread|\d+ threads)$/u);
    const ran = await tab.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ranInline = true';
      document.body.append(script);
      return 'ranInline' in globalThis;
    });
    expect(ran).toBe(false);
    expect(await tab.takeProblems()).toEqual([expect.stringMatching(/^policy: script-src/u)]);
    const png = await sharp(await tab.driver.screenshot()).stats();
    // Something is drawn.
    expect(png.entropy).toBeGreaterThan(0.5);
  });

  it('trains, draws, and hands over the network', async () => {
    const tab = await open(RECIPE);
    await tab.press('button', 'Train');
    const files = await takeHome(tab);
    expect(Object.keys(files).sort()).toEqual(['model.json', 'weights.bin']);
    whole = files['weights.bin'];
    await tab.says(/^/u, '.drawing svg');
    const rows = await tab.evaluate(
      ({ named }) =>
        named({ role: 'table', name: { pattern: '^Confusion matrix, test' } })?.querySelectorAll('tr').length,
    );
    expect(rows).toBe(9);
  });

  it('gives up opening a set, pauses, goes on and stops', async () => {
    const tab = await open(`${LONG}&dataset.pictures=1200&image.size=224`);
    await tab.press('button', 'Cancel opening the set');
    await tab.says(/Not opened/u);
    await tab.open(LONG);
    await tab.press('button', 'Train');
    await tab.says(/^Head [3-9] of/u, '.now');
    await tab.press('button', 'Pause');
    await tab.says(/^Paused/u, '.now');
    await tab.press('button', 'Resume');
    await tab.press('button', 'Stop');
    await tab.says(/^Stopped/u, '.now');
  });

  it('goes on with a run after it was closed, to the same weights', async () => {
    const tab = await open(RECIPE);
    await tab.press('button', 'Train');
    await tab.says(/^Fine-tune [2-5] of/u, '.now');
    await tab.press('button', 'Pause');
    await tab.says(/^Paused/u, '.now');
    const next = await comeBack(RECIPE);
    await next.says(/left unfinished .* epoch \d of 6/u);
    await next.press('button', 'Resume');
    const files = await takeHome(next);
    expect(Buffer.from(files['weights.bin'] ?? []).equals(whole ?? new Uint8Array(1))).toBe(true);
  });

  it('opens a folder of folders with pictures of every kind, and trains on it', async () => {
    const tab = await open(BASE);
    await tab.press('button', { pattern: '^Change' });
    await tab.press('radio', { pattern: '^Folder' });
    const files = pictures.map(({ kind, data }, index) => ({
      path: `mine/${index % 2 === 0 ? 'apples' : 'limes'}/${index}.${kind.split(' ', 1)[0] ?? ''}`,
      bytes: Buffer.from(data, 'base64'),
    }));
    await tab.pick(files);
    await tab.press('button', 'Open');
    await tab.says(new RegExp(`${pictures.length} pictures in two classes`, 'u'));
    await tab.press('button', 'Train');
    await tab.says(/^Finished/u, '.now');
  });

  it('gives the network the pixels of Pillow', async () => {
    const tab = await open(BASE);
    const engine = readdirSync(join(inject('appFolder'), 'engine'));
    const script = engine.find((file) => file.startsWith('picture-worker')) ?? '';
    const given = await tab.preparedPictures(`engine/${script}`, pictures, SIZE);
    const differences: Record<string, number> = {};
    for (const [index, { kind, width, height, rgb }] of pictures.entries()) {
      const golden = { width, height, channels: 3, data: Buffer.from(rgb, 'base64') } as const;
      const expected = resizePicture(golden, SIZE, 'lanczos');
      const found = given[index] ?? [];
      const largest = Math.max(...expected.map((level, at) => Math.abs(level - (found[at] ?? Infinity))));
      if (largest > 0) differences[kind] = largest;
    }
    expect(differences).toEqual(DIFFERENCES[name]);
  });
});
