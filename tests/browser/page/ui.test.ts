/** The page while it does its work: what the bar says, nothing that axe finds, in light and dark, wide and narrow. */
import jsQR from 'jsqr';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { shows } from '../../support/shows.ts';
import { axe } from '../axe.ts';
import { appUrl, newPage, screenshot, sharedPage } from '../harness.ts';
import { barSays, finishTiny, openRecipe, TINY, train } from '../actions.ts';

const WIDE = { width: 1440, height: 900 };
/** It goes on until it is stopped. */
const ENDLESS = `${TINY}&phases.0.epochs=10000&earlyStopping=null`;

/** What the page has asked for. */
let asked: string[] = [];

const onePage = sharedPage(async () => {
  asked = [];
  const page = await newPage({ viewport: WIDE, path: null });
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(new URL(`${TINY}&batchSize=8`, appUrl()).href);
  return page;
});

/** The page with a recipe, as wide as a desk has it. */
async function openWith(recipe = TINY): Promise<Page> {
  const page = await onePage();
  await page.setViewportSize(WIDE);
  await barSays(page, /^(Ready|Finished|Stopped)/);
  await openRecipe(page, recipe);
  await barSays(page, /^(Ready|Finished|Stopped)/);
  return page;
}

const stop = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await barSays(page, /^(Stopped|Finished)/);
};

describe('a link', () => {
  it('brings its recipe', async () => {
    const page = await onePage();
    await barSays(page, /^Ready/);
    await expect.poll(() => page.getByLabel('Batch', { exact: true }).inputValue()).toBe('8');
  });

  it('that is broken is said, and the first recipe is there', async () => {
    const page = await newPage({ viewport: WIDE, path: '#paper&batchSize=lots' });
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/batchSize/);
    expect(await page.getByLabel('Recipe').inputValue()).toBe('quick-look');
    expect(await axe(page)).toEqual([]);
  });

  it('is a code that a camera reads, for another screen', async () => {
    const page = await openWith();
    await page.getByRole('button', { name: 'Recipe for another screen' }).click();
    const dialog = page.getByRole('dialog', { name: 'The recipe for another screen' });
    const address = await dialog.getByRole('textbox', { name: 'Address' }).inputValue();
    expect(address).toContain('#quick-look&');
    const shot = await dialog.getByRole('img', { name: 'QR code of the address' }).screenshot();
    const { data, info } = await sharp(shot).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(jsQR(new Uint8ClampedArray(data), info.width, info.height)?.data).toBe(address);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'recipe-code');
    await page.keyboard.press('Escape');
  });
});

it('has every device with its reason, and dialogs that axe likes', async () => {
  const page = await openWith();
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
  await page.keyboard.press('Escape');
  await page.getByText('Weights and size').click();
  await page.getByLabel('Weights', { exact: true }).selectOption('another');
  await dialog.getByLabel('Folder').waitFor();
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Escape');
});

describe('the cut', () => {
  it('is the new network’s own after the backbone was changed, and the recipe still runs', async () => {
    const page = await openWith();
    const clause = page.locator('main .clause').nth(1);
    await page.getByRole('slider').press('Home');
    await expect.poll(() => clause.innerText()).toMatch(/all of it open/);
    await page.getByLabel('Backbone', { exact: true }).selectOption('vgg16');
    await expect.poll(() => clause.innerText()).toMatch(/VGG16, its last 10 layers open/);
    await barSays(page, /^Ready/);
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByRole('slider').press('ArrowUp');
    await expect.poll(() => page.url()).toMatch(/phases\.1\.unfreeze=11/);
  });

  it('follows the pointer', async () => {
    const page = await openWith();
    const clause = page.locator('main .clause').nth(1);
    await expect.poll(() => clause.innerText()).toMatch(/MobileNetV2/);
    const box = await page.locator('.strip svg').boundingBox();
    if (box === null) return expect.unreachable();
    await page.mouse.move(box.x + box.width / 3, box.y + box.height * 0.6);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 3, box.y + box.height * 0.3, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => clause.innerText()).toMatch(/its last (9\d|1\d\d) layers/);
  });
});

describe('settings', () => {
  it('say what is wrong with what was typed, and Train shows it instead of training', async () => {
    const page = await openWith();
    const batch = page.getByLabel('Batch', { exact: true });
    await batch.fill('many');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await expect.poll(() => batch.getAttribute('aria-invalid')).toBe('true');
    await expect.poll(() => batch.evaluate((field) => field === document.activeElement)).toBe(true);
    await batch.fill('16');
    await batch.press('Enter');
    await expect.poll(() => page.url()).toMatch(/batchSize=16/);
    await expect.poll(() => page.getByLabel('Recipe').inputValue()).toBe('edited');

    await page.getByText('More settings').click();
    const steps = page.getByRole('group', { name: 'Fine-tune: how steps are taken' });
    await steps.getByLabel('Optimizer').selectOption({ label: 'SGD' });
    await steps.getByLabel('Momentum', { exact: true }).fill('0.5');
    // Leaving the field takes what was typed.
    const clip = steps.getByLabel('Gradient clip');
    await clip.fill('0');
    await clip.press('Enter');
    await expect.poll(() => clip.getAttribute('aria-invalid')).toBe('true');
    await clip.fill('2');
    await clip.press('Enter');
    await page.getByLabel('Class weights').selectOption({ label: 'balanced' });
    const link = (): string => decodeURIComponent(page.url());
    await expect.poll(link).toMatch(/&classWeights=balanced/);
    expect(link()).toMatch(/&phases\.1\.optimizer=\{[^&]*"momentum":0\.5/);
    expect(link()).toMatch(/&phases\.1\.gradientClip=2(&|$)/);
    expect(await axe(page)).toEqual([]);
  });
});

it('draws the curves under the policy, in as many points as epochs', { timeout: 120_000 }, async () => {
  const page = await openWith(`${TINY}&phases.0.epochs=3&phases.1.epochs=2`);
  // While there is nothing to draw nothing is drawn, however often the page renders.
  await page.getByRole('slider').press('ArrowUp');
  await expect.poll(() => page.url()).toMatch(/unfreeze=31/);
  expect(asked.filter((url) => url.includes('tfvis'))).toEqual([]);
  await finishTiny(page);
  const line = page.locator('.plot.loss .layer_0_marks path');
  await expect
    .poll(async () => (await line.getAttribute('d'))?.match(/[ML]/g)?.length, { timeout: 15_000 })
    .toBe(5);
  await expect.poll(() => page.locator('.matrices .cell').count()).toBe(2 * 8 * 8);
  expect(await page.locator('[data-failed]').count()).toBe(0);
});

it('fits windows of several widths, with nothing beyond their edges', { timeout: 120_000 }, async () => {
  const page = await openWith();
  await finishTiny(page);
  for (const [width, height] of [
    [1100, 1400],
    [400, 850],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, `ui-finished-${width}`);
  }
  // As a page at four times its size on a screen of 1280 pixels is.
  await page.setViewportSize({ width: 320, height: 850 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await screenshot(page, 'ui-finished-320');
});

describe('a run', () => {
  it('is ready, trains, pauses, goes on, stops and finishes', { timeout: 180_000 }, async () => {
    // Another set: nothing is left of the run before.
    const page = await openWith(ENDLESS.replace('pictures=80', 'pictures=88'));
    await barSays(page, /^Ready/);
    const looksRight = async (name: string): Promise<void> => {
      for (const [colorScheme, rules] of [
        ['light', 'all'],
        ['dark', 'colours'],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await axe(page, rules)).toEqual([]);
        await screenshot(page, `ui-${name}-${colorScheme}`);
      }
    };
    await looksRight('ready');
    await train(page);
    await barSays(page, /^Head \d+ of 10,?000/);
    await looksRight('running');
    await page.getByRole('button', { name: 'Pause' }).click();
    await barSays(page, /^Paused/);
    await looksRight('paused');
    await page.getByRole('button', { name: 'Resume' }).click();
    await barSays(page, /^Head \d+ of/);
    await stop(page);
    await looksRight('stopped');
    shows('browser Chromium has no fault that axe finds');
  });

  it('is read aloud by phases and epochs, not steps; settings are fixed meanwhile', async () => {
    const page = await openWith(ENDLESS);
    await train(page);
    const status = page.getByRole('status');
    await expect.poll(() => status.innerText()).toMatch(/^Head \d+ of 10,?000$/);
    await expect.poll(() => page.getByLabel('Batch', { exact: true }).getAttribute('readonly')).toBe('');
    await expect.poll(() => page.getByRole('slider').isDisabled()).toBe(true);
    await stop(page);
  });
});

it(
  'the cut moves a layer with an arrow, a block with a page key, is in the address, and runs wherever it is put',
  { timeout: 120_000 },
  async () => {
    const page = await openWith();
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
    await expect.poll(() => page.locator('main .clause').nth(1).innerText()).toMatch(/all of it frozen/);
    // As far up as it goes the recipe still runs.
    await page.keyboard.press('Home');
    await page.keyboard.press('PageUp');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => cut.getAttribute('aria-valuetext')).toMatch(/^last 154 of 154 layers/);
    await finishTiny(page);
  },
);

it(
  'settings take what was typed when it is whole, and not each key on the way',
  { timeout: 120_000 },
  async () => {
    const page = await openWith();
    await finishTiny(page);
    const size = page.getByLabel('Picture size');
    await size.selectText();
    // Another size opens the set anew and clears the results; 64 is no size that was asked for.
    await size.pressSequentially('64');
    await size.press('Escape');
    expect(await size.inputValue()).toBe('32');
    await size.selectText();
    await size.pressSequentially('64');
    expect(await page.locator('.now').innerText()).toMatch(/^Finished/);
    await size.press('0');
    await size.press('Enter');
    await barSays(page, /^Ready/);
    await expect.poll(() => decodeURIComponent(page.url())).toMatch(/image\.size=640/);
    const picture = page.locator('.pictures canvas').first();
    await expect.poll(() => picture.getAttribute('width')).toBe('640');
  },
);
