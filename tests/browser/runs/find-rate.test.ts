/** The dialog that finds a learning rate, in a real browser: the curve, the rate it hands over, what stays as it was. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { barSays, finishTiny, openReady, openRecipe, TINY, train } from '../actions.ts';
import { axe } from '../axe.ts';
import { screenshot, sharedPage } from '../harness.ts';

/** Faces that the starter weights know how to see: here the loss does fall. */
const LEARNS =
  '#quick-look&dataset.pictures=200&batchSize=16&augmentation.views=1&phases.0.epochs=2&phases.1.epochs=1';

const onePage = sharedPage(() => openReady({ path: LEARNS }));

/** The page with a recipe, in a window of that width. */
async function openWith(recipe: string, width = 1440): Promise<Page> {
  const page = await onePage();
  await page.setViewportSize({ width, height: 900 });
  await openRecipe(page, recipe);
  await barSays(page, /^(Ready|Finished|Stopped)/);
  return page;
}

const findButton = (page: Page, phase: 'Head' | 'Fine-tune'): Locator =>
  page.getByRole('button', { name: `Find… a learning rate: ${phase}`, exact: true });

const rateField = (page: Page, phase: 'Head' | 'Fine-tune'): Locator =>
  page.getByRole('group', { name: phase, exact: true }).getByLabel('Learning rate');

/** Waits until the dialog offers a rate; gives it. */
async function offeredRate(page: Page): Promise<string> {
  const use = page.getByRole('dialog').getByRole('button', { name: /^Use 0\.\d+$/ });
  await use.waitFor({ timeout: 120_000 });
  return (await use.innerText()).replace('Use ', '');
}

it.each([1440, 400])('finds a rate, in a window %i wide', { timeout: 180_000 }, async (width) => {
  const page = await openWith(LEARNS, width);
  await findButton(page, 'Fine-tune').click();
  const dialog = page.getByRole('dialog', { name: 'Find a learning rate: Fine-tune' });
  await dialog.getByText('Trying rates').waitFor({ timeout: 120_000 });
  const height = (await dialog.boundingBox())?.height;
  await screenshot(page, `rates-going-${width}`);
  const rate = await offeredRate(page);
  // Nothing jumps when it ends.
  expect((await dialog.boundingBox())?.height).toBe(height);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  await dialog.getByText('Numbers').click();
  for (const [colorScheme, rules] of [
    ['dark', 'colours'],
    ['light', 'all'],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axe(page, rules)).toEqual([]);
    await screenshot(page, `rates-found-${colorScheme}-${width}`);
  }
  // Curve, words and table show the same sweep.
  const rows = await dialog.getByRole('row').count();
  const line = dialog.locator('.layer_0_marks path');
  await expect
    .poll(async () => (await line.getAttribute('d'))?.match(/[ML]/g)?.length, { timeout: 15_000 })
    .toBe(rows - 1);
  const summary = await dialog.getByRole('img').getAttribute('aria-label');
  expect(summary).toContain(`${rows - 1} rates from 0.0000001`);
  expect(summary).toContain(`Suggested is ${rate}.`);
  await dialog.getByRole('button', { name: `Use ${rate}` }).click();
  await expect.poll(() => dialog.count()).toBe(0);
  expect(await rateField(page, 'Fine-tune').inputValue()).toBe(rate);
  await expect.poll(() => page.url()).toContain(`phases.1.learningRate=${String(Number(rate))}`);
});

describe('a search', () => {
  it('that is cancelled leaves recipe, history and trained network', { timeout: 180_000 }, async () => {
    const page = await openWith(LEARNS);
    await finishTiny(page);
    const table = page.locator('.epoch-table');
    const [url, epochs] = [page.url(), await table.innerText()];
    await findButton(page, 'Fine-tune').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Trying rates').waitFor({ timeout: 120_000 });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await findButton(page, 'Head').click();
    await offeredRate(page);
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.count()).toBe(0);
    expect([page.url(), await table.innerText()]).toEqual([url, epochs]);
    await barSays(page, /^Finished/);
    const download = page.waitForEvent('download');
    await page.locator('#take-home button').first().click();
    expect((await download).suggestedFilename()).not.toBe('');
  });

  it('suggests nothing where nothing can be learnt, and says so', { timeout: 120_000 }, async () => {
    const page = await openWith(TINY);
    await findButton(page, 'Head').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/so none is suggested/).waitFor({ timeout: 120_000 });
    expect(await dialog.getByRole('button', { name: 'Use it' }).isDisabled()).toBe(true);
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.count()).toBe(0);
  });

  it('is not offered while a run goes on', { timeout: 120_000 }, async () => {
    const page = await openWith(`${TINY}&phases.0.epochs=2000&earlyStopping=null`);
    await train(page);
    await expect.poll(() => findButton(page, 'Head').isDisabled()).toBe(true);
    await page.getByText('Fixed while a run goes on').waitFor();
    // Stopped before its first phase it would be as if it had never been begun.
    await barSays(page, /^Head \d+ of/);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await barSays(page, /^(Stopped|Finished)/);
  });

  it('waits for a field that cannot be taken', async () => {
    const page = await openWith(TINY);
    const field = rateField(page, 'Head');
    await field.fill('fast');
    await findButton(page, 'Head').click();
    await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});
