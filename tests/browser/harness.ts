/**
 * Owns the browser that tests drive: real Chromium with WebGPU on the built app. A test fails when its page logs an
 * error, throws, breaks the content security policy, or asks anything of the network beyond this machine.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  type Worker,
} from 'playwright-core';
import { afterAll, afterEach, expect, inject } from 'vitest';
import { CHROMIUM_FLAGS } from '../../tools/setup/chromium.ts';
import { plainWindow } from './page/plain-browser.ts';

const SCREENSHOTS = fileURLToPath(new URL('./screenshots', import.meta.url));

/** How a page is opened. */
export interface PageOptions extends BrowserContextOptions {
  /** Path, query and fragment to open; `null` to open nothing yet. Default: the app's start. */
  readonly path?: string | null;
  /** Problems that the test provokes: those that match are not held against it. */
  readonly allow?: readonly RegExp[];
  /** A page whose profile it shares, as another tab of the same browser. */
  readonly beside?: Page;
  /** A tab in a browser of its own that lets hidden pages sleep, as users' do; it takes no options of a context. */
  readonly isPlain?: boolean;
  /** Flags of a browser of its own, beside those that every test has. */
  readonly flags?: readonly string[];
}

interface Open {
  readonly page: Page;
  readonly allow: readonly RegExp[];
  readonly problems: string[];
}

/** By their flags. */
const browsers = new Map<string, Promise<Browser>>();
let opened: Open[] = [];
/** Those that outlive a test. */
const shared = new WeakSet<Page>();

/** The served build's address, with a trailing slash. */
export const appUrl = (): string => inject('appUrl');

/** The folder of the build under test. `dist` is not it: that may be old, or missing. */
export const appFolder = (): string => inject('appFolder');

/** Opens a page, in a profile of its own unless told otherwise. It is closed, and its problems counted, after the test. */
export async function newPage({
  path = '',
  allow = [],
  flags = [],
  beside,
  isPlain = false,
  ...options
}: PageOptions = {}): Promise<Page> {
  const context =
    beside?.context() ?? (isPlain ? await plainWindow(inject('chromium')) : await newContext(flags, options));
  const page = await context.newPage();
  opened.push({ page, allow, problems: watch(page) });
  if (path !== null) await page.goto(new URL(path, appUrl()).href);
  return page;
}

/**
 * A page for the tests of a file or of a `describe`, whoever calls this: opened by the first that asks for it, and anew
 * after one that failed. What goes wrong in it is held against the test in which it came. A test that uses it begins by
 * saying what it needs of it, such as a recipe and a size, and leaves no run going on.
 *
 * @param open opens it and brings it to where every test may begin
 */
export function sharedPage(open: () => Promise<Page>): () => Promise<Page> {
  let page: Page | null = null;
  afterAll(async () => {
    opened = opened.filter((each) => each.page !== page);
    await page?.context().close();
  });
  return async () => {
    if (page === null || page.isClosed()) {
      page = await open();
      shared.add(page);
    }
    return page;
  };
}

async function newContext(flags: readonly string[], options: BrowserContextOptions): Promise<BrowserContext> {
  const browser = browsers.get(flags.join(' ')) ?? launch(flags);
  browsers.set(flags.join(' '), browser);
  return (await browser).newContext({ baseURL: appUrl(), ...options });
}

const launch = (flags: readonly string[]): Promise<Browser> =>
  chromium.launch({ executablePath: inject('chromium'), args: [...CHROMIUM_FLAGS, ...flags] });

/** Notes what goes wrong in a page and its workers. */
function watch(page: Page): string[] {
  const problems: string[] = [];
  // A page's violations of its policy are logged as errors.
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => problems.push(`thrown: ${error.message}`));
  page.on('worker', (worker) => {
    reportViolations(worker).catch((error: unknown) => problems.push(`worker: ${String(error)}`));
  });
  page.on('crash', () => problems.push('the page crashed'));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // Leaving a page or cancelling a run aborts what it was loading.
    if (reason !== 'net::ERR_ABORTED') problems.push(`request: ${request.url()} ${reason}`);
  });
  return problems;
}

/** A worker's violations are logged nowhere that Playwright sees: the worker itself has to tell. */
async function reportViolations(worker: Worker): Promise<void> {
  try {
    await worker.evaluate(() => {
      self.addEventListener('securitypolicyviolation', (event) => {
        console.error(
          `Content Security Policy of the worker: ${event.violatedDirective} ${event.blockedURI}`,
        );
      });
    });
  } catch (error) {
    // Threads of wasm come and go, and pages are closed while they start.
    if (!/closed|destroyed|crashed/i.test(String(error))) throw error;
  }
}

/** The problems so far of all pages of this test, less the allowed. */
const problemsOf = (pages: readonly Open[]): string[] =>
  pages.flatMap(({ problems, allow }) =>
    problems.filter((text) => !allow.some((pattern) => pattern.test(text))),
  );

/** Writes a picture of the page to a folder that git ignores, for somebody to look at: where nobody does, it is not taken. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (process.env['CI'] === undefined) await writePicture(page, name);
}

async function writePicture(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

afterEach(async ({ task }) => {
  const pages = opened;
  const problems = problemsOf(pages);
  const failed = problems.length > 0 || task.result?.state === 'fail';
  opened = failed ? [] : pages.filter(({ page }) => shared.has(page));
  for (const { problems: told } of opened) told.length = 0;
  for (const [index, { page }] of pages.entries()) {
    try {
      if (failed && !page.isClosed()) await writePicture(page, `failed-${task.id}-${index}`);
    } finally {
      await end(page);
    }
  }
  expect(problems, 'problems in the page').toEqual([]);
});

/** Closes a page with its profile, unless tests to come use it, or another tab of that profile. */
async function end(page: Page): Promise<void> {
  if (opened.some((lasting) => lasting.page === page)) return;
  if (opened.some((lasting) => lasting.page.context() === page.context())) await page.close();
  else await page.context().close();
}

afterAll(async () => {
  for (const browser of browsers.values()) await (await browser).close();
  browsers.clear();
});
