/** The page on a phone, on paper and in the user's own colours, over one run on it. */
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { TINY, barSays, train } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

/** Controls in sight that are lower or narrower than a finger needs (WCAG 2.2, 2.5.8), with what they say. */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = document.querySelectorAll('button, a[href], input, select, textarea, summary');
    return [...controls].flatMap((control) => {
      // The label around a box or a button is its target too.
      const target = control instanceof HTMLInputElement ? (control.closest('label') ?? control) : control;
      if (!target.checkVisibility({ visibilityProperty: true })) return [];
      const { width, height } = target.getBoundingClientRect();
      if (width === 0 || (width >= 24 && height >= 24)) return [];
      const name = control.getAttribute('aria-label') ?? control.textContent;
      return [`${control.tagName} “${name.trim()}” ${width.toFixed(0)} x ${height.toFixed(0)}`];
    });
  });
}

/** What makes the page scroll sideways. */
function reachingOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((part) => part.checkVisibility() && part.getBoundingClientRect().right > clientWidth + 0.5)
      .map((part) => `${part.tagName}.${part.getAttribute('class') ?? ''} ${part.textContent.slice(0, 40)}`);
  });
}

/** Where parts of the Data column stand, so that a jump is seen. */
const placesIn = (page: Page): Promise<number[]> =>
  page.$$eval('#data > *, #data .source > *, #data .set-parts > *', (parts) =>
    parts.map((part) => (part as HTMLElement).offsetTop),
  );

it(
  'on a phone: controls for fingers, the chart in view after Train, a way to the result; then paper and own colours',
  { timeout: 4 * MINUTES },
  async () => {
    const page = await newPage({
      path: `${TINY}&phases.0.epochs=3&phases.1.learningRate=0.3&split.validation=0.3&split.test=0.1`,
      viewport: { width: 390, height: 844 },
      reducedMotion: 'reduce',
    });
    await page.getByText('80 faces in eight classes').first().waitFor({ timeout: MINUTES });
    expect(await smallTargets(page)).toEqual([]);
    for (const summary of await page.locator('details > summary').all()) await summary.click();
    expect(await smallTargets(page)).toEqual([]);
    for (const summary of await page.locator('details > summary').all()) await summary.click();
    const before = await placesIn(page);

    // Before it trains: so short a run may be over by the time that somebody listens.
    const heard: string[] = [];
    await page.exposeFunction('hear', (text: string) => heard.push(text));
    await page.evaluate(() => {
      const region = document.querySelector('.transport [role=status]');
      const hear = (globalThis as unknown as { hear: (text: string) => void }).hear;
      if (region !== null) {
        new MutationObserver(() => hear(region.textContent)).observe(region, {
          ...{ childList: true, characterData: true, subtree: true },
        });
      }
    });
    await train(page);
    const chart = page.locator('.curves');
    await expect.poll(() => chart.evaluate((part) => part.getBoundingClientRect().top)).toBeLessThan(500);
    expect(await placesIn(page)).toEqual(before);
    await barSays(page, /^Finished/, 2 * MINUTES);
    await expect.poll(() => heard.at(-1)).toMatch(/^Finished: [\d.]+\s% of the test pictures are right$/);
    expect(heard.join('\n')).toMatch(/Head ended: [\d.]+\s% of the validation pictures are right/);
    await screenshot(page, 'phone-finished');
    for (const width of [320, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await expect.poll(() => reachingOut(page)).toEqual([]);
    }
    expect(await smallTargets(page)).toEqual([]);

    await page.getByRole('button', { name: /right\s*: show the results/ }).click();
    await expect
      .poll(() => page.locator('#results').evaluate((part) => Math.abs(part.getBoundingClientRect().top)))
      .toBeLessThan(60);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('results-heading');

    await takeOtherPhase(page);
    await explain(page);
    expect(await axe(page)).toEqual([]);
    await inOwnColours(page);
    await onPaper(page);
  },
);

/** The head's network in place of the one that fine-tuning has spoilt. */
async function takeOtherPhase(page: Page): Promise<void> {
  const offer = page.getByRole('group', { name: 'Another phase’s network' });
  await offer.getByRole('button', { name: 'Take the network of Head' }).click();
  await offer.getByText('You chose it after the test was seen').waitFor();
  await page.getByText(/Of Head, epoch \d, chosen after the test was seen/).waitFor();
  await screenshot(page, 'other-phase');
}

/** A term says what it means by focus, by hover and by touch, and is quiet again. */
async function explain(page: Page): Promise<void> {
  const term = page.getByRole('button', { name: 'macro F1' });
  const note = page.getByRole('tooltip').filter({ hasText: /^The mean of the classes’ F1/ });
  // Those in charts too.
  for (const [name, means] of [
    ['F1', /^Of one class/],
    ['Loss', /^How far/],
    ['Accuracy', /^The share of pictures that are right/],
  ] as const) {
    await page.getByRole('button', { name, exact: true }).first().focus();
    await page.getByRole('tooltip').filter({ hasText: means }).filter({ visible: true }).waitFor();
    await screenshot(page, `explained-${name}`);
  }
  await term.focus();
  await note.waitFor();
  const box = await note.boundingBox();
  expect(box).not.toBeNull();
  expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 999) <= 390).toBe(true);
  expect(await term.evaluate((part) => part.getAttribute('aria-describedby'))).not.toBeNull();
  await screenshot(page, 'explained');
  await page.keyboard.press('Escape');
  await note.waitFor({ state: 'hidden' });
  await term.hover();
  await note.waitFor();
  await page.mouse.move(0, 0);
  await note.waitFor({ state: 'hidden' });
}

/** Bars, whiskers and shades are still told apart where the system's few colours take over. */
async function inOwnColours(page: Page): Promise<void> {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.setViewportSize({ width: 1400, height: 900 });
  const colours = await page.evaluate(() => {
    const of = (selector: string): string[] =>
      [...document.querySelectorAll(selector)].map((part) => {
        const { backgroundColor, backgroundImage, boxShadow } = getComputedStyle(part);
        return [backgroundColor, backgroundImage, boxShadow].join();
      });
    return {
      bars: [...new Set(of('.bar-of i[class]'))].length,
      cells: [...new Set(of('.matrix tbody td:has(button)'))].length,
      whisker: [...new Set(of('.whisker .here, .whisker .interval'))],
    };
  });
  // Three parts of the set, and a shade for each share that there is.
  expect(colours.bars).toBe(3);
  expect(colours.cells).toBeGreaterThan(1);
  expect(colours.whisker).not.toContain('rgba(0, 0, 0, 0),none,none');
  await screenshot(page, 'forced-colours');
  await page.emulateMedia({ forcedColors: null });
}

/** What is printed is a report: words, charts, tables and the recipe, and nothing to press. */
async function onPaper(page: Page): Promise<void> {
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 718, height: 1000 });
  const pressed = await page.evaluate(() =>
    [...document.querySelectorAll('button, input, summary, .mistakes select')]
      .filter((part) => part.closest('.matrix, .explained') === null && part.checkVisibility())
      .map((part) => part.textContent),
  );
  expect(pressed).toEqual([]);
  const order = await page.$$eval('main > section', (parts) =>
    parts
      .toSorted((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
      .map(({ id }) => id),
  );
  expect(order).toEqual(['results', 'training', 'model', 'data']);
  expect(await page.locator('.print-recipe').innerText()).toContain('"keep": "lastPhase"');
  await screenshot(page, 'print');
  const folder = new URL('../screenshots/', import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  const pdf = await page.pdf({ path: `${folder}print.pdf`, format: 'A4' });
  expect(pdf.length).toBeGreaterThan(20_000);
}
