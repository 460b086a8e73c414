/** The page in each of its states: what the bar says, nothing that axe finds, in light and dark. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { newPage, screenshot } from './harness.ts';
import { runEvents } from './ui-made-up.ts';
import { emit, fail, useScript, type ScriptOptions } from './ui-script.ts';
import { states } from './ui-states.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function open(options: Parameters<typeof newPage>[0] = {}, script: ScriptOptions = {}): Promise<Page> {
  const { path = '', ...rest } = options;
  const page = await newPage({ viewport: { width: 1440, height: 900 }, ...rest, path: null });
  await useScript(page, script);
  await page.goto(path ?? '');
  return page;
}

async function openReady(options: Parameters<typeof newPage>[0] = {}): Promise<Page> {
  const page = await open(options);
  await page.locator('.title', { hasText: 'Ready' }).waitFor();
  return page;
}

/** What axe finds, one line a rule and element. Colours are measured once things have stopped moving. */
async function axe(page: Page): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(axeSource);
  const results = await page.evaluate(async () => {
    const { axe: runner } = window as unknown as {
      axe: { run: (on: Document, how: RunOptions) => Promise<AxeResults> };
    };
    return runner.run(document, { resultTypes: ['violations'] });
  });
  return results.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  it.each(states)('is $name', async ({ name, bar, reach }) => {
    const page = await openReady({ colorScheme });
    await reach(page);
    await expect.poll(() => page.locator('.now').innerText()).toMatch(bar);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, `ui-${name}-${colorScheme}`);
  });
});

it.each([
  [1100, 1400],
  [400, 850],
])('fits a window %i wide, with nothing beyond its edge', async (width, height) => {
  const page = await openReady({ viewport: { width, height } });
  await states.find(({ name }) => name === 'finished')?.reach(page);
  await page.locator('.title', { hasText: 'Finished' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  expect(await axe(page)).toEqual([]);
  await screenshot(page, `ui-finished-${width}`);
});

describe('the cut', () => {
  it('moves a layer with an arrow, a block with a page key, and is in the address', async () => {
    const page = await openReady();
    const cut = page.getByRole('slider');
    await cut.focus();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => cut.getAttribute('aria-valuetext')).toMatch(/^last 31 of 154 layers/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => cut.getAttribute('aria-valuetext')).toMatch(/^last 29 of 154 layers/);
    await page.keyboard.press('PageUp');
    await expect.poll(() => cut.getAttribute('aria-valuetext')).not.toMatch(/^last 29 /);
    await expect.poll(() => page.url()).toMatch(/phases\.1\.unfreeze=\d+/);
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('.clause').nth(1).innerText()).toMatch(/its last layer open/);
  });

  it('follows the pointer', async () => {
    const page = await openReady();
    const box = await page.locator('.strip svg').boundingBox();
    if (box === null) return expect.unreachable();
    await page.mouse.move(box.x + box.width / 3, box.y + box.height * 0.6);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 3, box.y + box.height * 0.3, { steps: 4 });
    await page.mouse.up();
    await expect
      .poll(() => page.locator('.clause').nth(1).innerText())
      .toMatch(/its last (9\d|1\d\d) layers/);
  });
});

describe('the matrix', () => {
  it('is one tab stop, is walked with arrows, and a cell opens its pictures', async () => {
    const page = await openReady();
    await states.find(({ name }) => name === 'finished')?.reach(page);
    await page.locator('.title', { hasText: 'Finished' }).waitFor();
    await expect.poll(() => page.locator('.matrix button[tabindex="0"]').count()).toBe(1);
    await page.locator('.matrix [data-cell="2.5"]').click();
    await expect.poll(() => page.locator('#mistakes').innerText()).toBe('Disgust, predicted neutral');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#mistakes').innerText()).toBe('Disgust, predicted fear');
  });
});

describe('settings', () => {
  it('say what is wrong with what was typed, and Train shows it instead of training', async () => {
    const page = await openReady();
    const batch = page.getByLabel('Batch', { exact: true });
    await batch.fill('many');
    await expect.poll(() => batch.getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await expect.poll(() => batch.evaluate((field) => field === document.activeElement)).toBe(true);
    await batch.fill('16');
    await expect.poll(() => page.url()).toMatch(/batchSize=16/);
    await expect.poll(() => page.getByLabel('Recipe').inputValue()).toBe('edited');
  });

  it('are fixed while a run goes on', async () => {
    const page = await openReady();
    await states.find(({ name }) => name === 'running')?.reach(page);
    await expect.poll(() => page.getByLabel('Batch', { exact: true }).getAttribute('readonly')).toBe('');
    await expect.poll(() => page.getByRole('slider').isDisabled()).toBe(true);
  });
});

describe('a link', () => {
  it('that is broken is said, and the first recipe is there', async () => {
    const page = await openReady({ path: '#paper&batchSize=lots' });
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/batchSize/);
    expect(await page.getByLabel('Recipe').inputValue()).toBe('quick-look');
    expect(await axe(page)).toEqual([]);
  });

  it('brings its recipe', async () => {
    const page = await openReady({ path: '#quick-look&batchSize=8' });
    await expect.poll(() => page.getByLabel('Batch', { exact: true }).inputValue()).toBe('8');
  });
});

it('says why a set could not be opened, and what to do', async () => {
  const page = await open({}, { held: ['openDataset'] });
  await page.locator('.clause', { hasText: 'MobileNetV2' }).waitFor();
  await fail(page, {
    code: 'data/not-parquet',
    message: 'Expected a Parquet file; it begins with PK.',
    hint: 'Choose another file.',
    retryable: false,
    cause: null,
  });
  await expect
    .poll(() => page.getByRole('alert').innerText())
    .toMatch(/begins with PK[\s\S]*Choose another file/);
  expect(await axe(page)).toEqual([]);
});

it('has every device with its reason, and dialogs that axe likes', async () => {
  const page = await openReady();
  await page.getByRole('button', { name: /Runs on/ }).click();
  const dialog = page.getByRole('dialog');
  await expect.poll(() => dialog.getByRole('radio').count()).toBe(5);
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'ui-device');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Change/ }).click();
  await expect.poll(() => dialog.getByRole('radio').count()).toBeGreaterThan(1);
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'ui-source');
});

it('reads aloud phases and epochs, not steps', async () => {
  const page = await openReady();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  const status = page.getByRole('status');
  const [phase, ...epochs] = runEvents(3, 0, false);
  if (phase === undefined) return expect.unreachable();
  await emit(page, phase);
  await expect.poll(() => status.innerText()).toBe('Head 1 of 12');
  await emit(page, ...epochs);
  await expect.poll(() => status.innerText()).toBe('Head 4 of 12');
});

it('draws the curves under the policy, in as many points as epochs', async () => {
  const page = await openReady();
  await states.find(({ name }) => name === 'running')?.reach(page);
  const train = page.locator('.plot.loss .layer_0_marks path');
  await expect
    .poll(async () => (await train.getAttribute('d'))?.match(/[ML]/g)?.length, { timeout: 15_000 })
    .toBe(17);
  await expect.poll(() => page.locator('.matrices svg').count(), { timeout: 15_000 }).toBe(1);
  expect(await page.locator('[data-failed]').count()).toBe(0);
});
