/** What a user does on the page, for tests. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Locator, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { RequestKind } from '../../src/protocol/messages.ts';
import { appUrl, newPage, type PageOptions } from './harness.ts';

/** A recipe of seconds: few small pictures, two short phases, on the real engine. */
export const TINY =
  '#quick-look&dataset.pictures=80&image.size=32&augmentation.views=1&phases.0.epochs=1&phases.1.epochs=1&backbone.alpha=0.35&backbone.weights=random';

/** Waits until the transport bar says something. */
export async function barSays(page: Page, pattern: RegExp, timeout = 60_000): Promise<void> {
  await expect.poll(() => page.locator('.now').innerText(), { timeout }).toMatch(pattern);
}

/** Opens a page with a small set, or as it is told to, and waits until it can train. */
export async function openReady(options: PageOptions = {}): Promise<Page> {
  const page = await newPage({ path: TINY, ...options });
  await barSays(page, /^Ready/);
  return page;
}

/** The address of a page with a small set once the page itself has written the recipe into it, a moment after it is ready. */
export async function writtenAddress(page: Page): Promise<string> {
  await expect.poll(() => page.url()).not.toBe(new URL(TINY, appUrl()).href);
  return page.url();
}

/** Opens a link to another recipe in the page that is open, by its fragment. */
export async function openRecipe(page: Page, fragment: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, fragment);
}

/** Trains, for the first time or again. */
export async function train(page: Page): Promise<void> {
  const key = page.locator('.keys').getByRole('button', { name: /^Train( again)?$/ });
  await key.click({ timeout: 60_000 });
  // The bar says no more how the run before has ended.
  await key.waitFor({ state: 'detached' });
}

/** Trains whatever short recipe is open and waits for its end. */
export async function finishTiny(page: Page, timeout = 120_000): Promise<void> {
  await train(page);
  await barSays(page, /^Finished/, timeout);
}

/** Takes the trained network home, in the first format or by its place in the list, and opens its zip: the files by name. */
export async function takeHome(page: Page, place?: number): Promise<Record<string, Uint8Array>> {
  const buttons = page.getByRole('button', { name: place === undefined ? 'Take home' : /Download/ });
  const [download] = await Promise.all([page.waitForEvent('download'), buttons.nth(place ?? 0).click()]);
  return unzipSync(await readFile(await download.path()));
}

/**
 * Drops files and folders of this machine onto an element, as a hand would: the browser itself reads them.
 *
 * @returns whether the browser was kept from opening them in the page's place
 */
export async function dropPaths(page: Page, paths: readonly string[], onto = 'main'): Promise<boolean> {
  const session = await page.context().newCDPSession(page);
  const { x, y } = await page.evaluate((selector) => {
    const { left, top, width, height } = document.querySelector(selector)!.getBoundingClientRect();
    return { x: left + width / 2, y: Math.max(1, top) + Math.min(height, innerHeight - top) / 2 };
  }, onto);
  const kept = await page.evaluateHandle(() => ({
    // The page's own listener is older, so it is heard first.
    whole: new Promise<boolean>((resolve) => {
      addEventListener('drop', ({ defaultPrevented }) => resolve(defaultPrevented), { once: true });
    }),
  }));
  // The mask allows to copy.
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x, y, data });
  const isKept = await kept.evaluate(({ whole }) => whole);
  await session.detach();
  return isKept;
}

/** Drops a file of that name and content. @returns as `dropPaths` does */
export async function drop(page: Page, name: string, bytes: Uint8Array): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'mien-drop-'));
  // It is read as long as the page is open.
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), bytes);
  return dropPaths(page, [join(folder, name)]);
}

/** From the page's next load on, `answered` knows what its engine has answered. */
export async function noteAnswers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const noted = globalThis as unknown as { answered: string[] };
    noted.answered = [];
    const kinds = new Map<number, string>();
    const heard = new WeakSet<Worker>();
    const post = Reflect.get(Worker.prototype, 'postMessage') as (...args: unknown[]) => void;
    Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
      const { kind, id } = args[0] as { kind: string; id: number };
      if (kind !== 'control') kinds.set(id, kind);
      if (!heard.has(this)) {
        heard.add(this);
        this.addEventListener('message', ({ data }: MessageEvent<{ kind: string; id: number }>) => {
          if (data.kind === 'done') noted.answered.push(kinds.get(data.id) ?? '');
        });
      }
      post.apply(this, args);
    };
  });
}

/** Waits until the engine has answered a kind of request, and the page has shown what it heard. */
export async function answered(page: Page, kind: RequestKind): Promise<void> {
  await page.waitForFunction(
    (wanted) => (globalThis as unknown as { answered: string[] }).answered.includes(wanted),
    kind,
    { timeout: 60_000 },
  );
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

/** Agrees to have the set fetched that the opened link names. */
export async function agree(page: Page): Promise<Page> {
  await page.getByRole('button', { name: 'Fetch it' }).click({ timeout: 60_000 });
  return page;
}

/** Goes to a link that names a set on a server, and agrees to it. */
export async function openLink(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await agree(page);
}

/** Opens the list of kept runs. */
export async function openKept(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: /kept runs?$/ }).click({ timeout: 60_000 });
  const dialog = page.getByRole('dialog', { name: 'Kept runs' });
  await dialog.waitFor();
  return dialog;
}
