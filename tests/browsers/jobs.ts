/**
 * The main jobs on the page, as one list of tests for any browser: what Chromium is tested for in depth (tests/browser)
 * works elsewhere too.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { resizePicture } from '../../src/data/resize/resize.ts';
import type { BrowserName } from '../../tools/docs/works/facts.ts';
import { TINY } from '../browser/actions.ts';
import fixtures from '../parity/data/fixtures/pictures.json';
import { shows } from '../support/shows.ts';
import type { RunningBrowser } from './browser.ts';
import { downloaded } from './download.ts';
import { Tab } from './tab.ts';

const BASE = `?backend=wasm${TINY}&earlyStopping=null`;
const RECIPE = `${BASE}&phases.0.epochs=2&phases.1.epochs=60`;
const LONG = `${BASE}&phases.0.epochs=2000`;

/** One picture of every kind, with Pillow's RGB of it (tests/parity/data/make_picture_fixtures.py). */
const pictures = Object.entries(fixtures.pictures).map(([kind, picture]) => ({ kind, ...picture }));
/** To which they are resized, in pixels: their width, so that only their height is changed. */
const SIZE = 23;

/** A browser of which the tests of a file make use. */
export interface Tested {
  readonly name: Exclude<BrowserName, 'Chromium'>;
  readonly start: () => Promise<RunningBrowser>;
  /**
   * By how many levels of 255, at most, pictures of some kinds differ from what Pillow and Chromium make of them; those of
   * all other kinds do not differ.
   */
  readonly differences: Readonly<Record<string, number>>;
}

/** What is open in a browser. */
class Visit {
  browser!: RunningBrowser;
  #tabs: Tab[] = [];

  async open(path: string): Promise<Tab> {
    const tab = new Tab(await this.browser.newTab(), inject('appUrl'));
    this.#tabs.push(tab);
    await tab.open(path);
    return tab;
  }

  /** The user closes the browser, or its tab where nothing outlives the browser, and comes back. */
  async comeBack(path: string): Promise<Tab> {
    const { restart } = this.browser;
    if (restart !== null) {
      await this.leave();
      await restart();
      return this.open(path);
    }
    // What is stored lasts as long as one page of it is open.
    const left = this.#tabs.splice(0);
    const next = await this.open(path);
    await close(left);
    // With another query, or it would be a way within the page: the page has written its recipe into the address by now.
    await next.open(path.replace('?', '?again&'));
    return next;
  }

  /** Closes all tabs. */
  leave(): Promise<void> {
    return close(this.#tabs.splice(0));
  }

  /** What is taken home of a run that ends. */
  async takeHome(tab: Tab): Promise<Readonly<Record<string, Uint8Array>>> {
    await tab.says(/^Finished/u, '.now');
    const zip = await downloaded(this.browser.downloads, () => tab.press('button', 'Take home'));
    return unzipSync(zip);
  }
}

/** Closes tabs in which nothing went wrong. */
async function close(tabs: readonly Tab[]): Promise<void> {
  const problems: string[] = [];
  for (const tab of tabs) {
    problems.push(...(await tab.takeProblems()));
    await tab.close();
  }
  expect(problems, 'problems in the page').toEqual([]);
}

/** Starts the browser for the tests of a file, and ends it after them. */
export function visiting(start: Tested['start']): Visit {
  const visit = new Visit();
  beforeAll(async () => {
    visit.browser = await start();
  });
  afterEach(() => visit.leave());
  afterAll(() => visit.browser.close());
  return visit;
}

/** The list. */
export function doesTheMainJobs({ name, start, differences }: Tested): void {
  const visit = visiting(start);
  /** The weights of RECIPE, trained in one go. */
  let whole: Uint8Array | undefined;

  it('opens isolated and under its policy, and says what it runs on', async () => {
    const tab = await visit.open(BASE);
    expect(await tab.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await tab.says(/wasm · .*/u, '.device')).toMatch(/^wasm · (one thread|\d+ threads)$/u);
    await tab.says(/80 faces in eight classes/u);
    const ran = await tab.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ranInline = true';
      const violated = new Promise((resolve) => addEventListener('securitypolicyviolation', resolve));
      document.body.append(script);
      await violated;
      return 'ranInline' in globalThis;
    });
    expect(ran).toBe(false);
    expect(await tab.takeProblems()).toEqual([expect.stringMatching(/^policy: script-src/u)]);
    // Something is drawn: one colour alone has no entropy.
    expect((await sharp(await tab.driver.screenshot()).stats()).entropy).toBeGreaterThan(0.5);
    shows(`browser ${name} opens isolated, under its policy`);
  });

  it('trains, draws, and hands over the network', async () => {
    const tab = await visit.open(RECIPE);
    await tab.press('button', 'Train');
    const files = await visit.takeHome(tab);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['model.json', 'weights.bin']));
    whole = files['weights.bin'];
    await tab.sees('.drawing svg');
    const matrix = { role: 'table', name: { pattern: '^Confusion matrix, test' } } as const;
    const rows = await tab.evaluate(
      ({ named }, table) => named(table)?.querySelectorAll('tr').length,
      matrix,
    );
    expect(rows).toBe(9);
    shows(`browser ${name} trains on WebAssembly`, `browser ${name} hands over the trained network`);
  });

  it('gives up opening a set, pauses, goes on and stops', async () => {
    const tab = await visit.open(`${LONG}&dataset.pictures=1200&image.size=224`);
    await tab.press('button', 'Cancel opening the set');
    await tab.says(/Not opened/u);
    await tab.open(LONG);
    await tab.press('button', 'Train');
    await tab.says(/^Head \d+ of/u, '.now');
    await tab.press('button', 'Pause');
    await tab.says(/^Paused/u, '.now');
    await tab.press('button', 'Resume');
    await tab.press('button', 'Stop');
    await tab.says(/^Stopped/u, '.now');
    shows(`browser ${name} gives up opening a set when told to`, `browser ${name} pauses, goes on and stops`);
  });

  it('goes on with a run that was closed, to the same weights', async () => {
    const tab = await visit.open(RECIPE);
    await tab.press('button', 'Train');
    await tab.says(/^Fine-tune \d*[2-9] of/u, '.now');
    await tab.press('button', 'Pause');
    await tab.says(/^Paused/u, '.now');
    const next = await visit.comeBack(RECIPE);
    await next.says(/left unfinished .* epoch \d+ of 60/u);
    await next.press('button', 'Resume');
    const files = await visit.takeHome(next);
    expect(Buffer.from(files['weights.bin'] ?? []).equals(whole ?? new Uint8Array(1))).toBe(true);
    shows(`browser ${name} goes on with a run that was closed, to the same weights`);
  });

  it('trains by relaxed SIMD, or says that there is none', async () => {
    const tab = await visit.open(`${BASE}&simd=relaxed`);
    await tab.press('button', { pattern: '^Runs on' });
    const help = await tab.says(/Often faster|This browser has none/u);
    await tab.press('button', 'Close');
    await tab.press('button', 'Train');
    await visit.takeHome(tab);
    const text = await tab.evaluate(() => document.body.innerText);
    expect(text.includes('Relaxed SIMD was asked for')).toBe(help.includes('has none'));
  });

  it('opens a picked folder of folders with pictures of every kind, and trains on it', async () => {
    const tab = await visit.open(BASE);
    await tab.press('button', { pattern: '^Change' });
    await tab.press('radio', { pattern: '^Folder' });
    const files = pictures.map(({ kind, data }, index) => ({
      path: `mine/${index % 2 === 0 ? 'apples' : 'limes'}/${index}.${kind.split(' ', 1)[0] ?? ''}`,
      bytes: Buffer.from(data, 'base64'),
    }));
    // What Windows leaves between people's pictures, and a phone's that no browser here reads.
    const heic = Buffer.concat([
      Buffer.of(0, 0, 0, 24),
      Buffer.from('ftypheic\0\0\0\0mif1heic'),
      Buffer.alloc(99),
    ]);
    const beside = [
      { path: 'mine/apples/Thumbs.db', bytes: Buffer.alloc(300, 7) },
      { path: 'mine/limes/desktop.ini', bytes: Buffer.from('[.ShellClassInfo]\r\n') },
      { path: 'mine/limes/IMG_2006.HEIC', bytes: heic },
    ];
    await tab.pick([...files, ...beside]);
    await tab.press('button', 'Open');
    await tab.says(new RegExp(`${pictures.length} pictures in two classes`, 'u'));
    await tab.says(/Left out: 2 files that are no pictures, 1 unreadable\./u);
    await tab.press('button', 'Train');
    await tab.says(/^Finished/u, '.now');
    shows(`browser ${name} opens a picked folder`);
  });

  it('gives the network the pixels of Pillow', async () => {
    const tab = await visit.open(BASE);
    const engine = readdirSync(join(inject('appFolder'), 'engine'));
    const script = engine.find((file) => file.startsWith('picture-worker')) ?? '';
    const made = await tab.preparedPictures(`engine/${script}`, pictures, SIZE);
    const unlike = pictures.map(({ kind, width, height, rgb }, index) => {
      const golden = { width, height, channels: 3, data: Buffer.from(rgb, 'base64') } as const;
      const expected = resizePicture(golden, SIZE, 'lanczos');
      const off = Array.from(expected, (level, at) => Math.abs(level - (made[index]?.[at] ?? Infinity)));
      return { kind, largest: Math.max(...off) };
    });
    expect(unlike.filter(({ kind, largest }) => largest > (differences[kind] ?? 0))).toEqual([]);
    shows(`browser ${name} gives the network the pixels of Pillow: JPEG, PNG, GIF, lossy WebP`);
    if (differences['avif'] === undefined)
      shows(`browser ${name} gives the network the pixels of Pillow: AVIF`);
    if (differences['webp rgba'] === undefined)
      shows(`browser ${name} gives the network the pixels of Pillow: lossless WebP with transparency`);
  });
}
