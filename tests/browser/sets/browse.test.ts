/** Looking inside a set: the wall of all pictures, one of them large, the cleaning report and its choices. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { MARKUP, messySet } from '../../support/sets/messy-set.ts';
import { barSays } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot, sharedPage } from '../harness.ts';

const MINUTES = 60_000;
const SMALL = '#quick-look&image.size=32&augmentation.views=8&backbone.alpha=0.35&backbone.weights=random';

const onePage = sharedPage(() => newPage({ path: SMALL }));

async function openReady(viewport = { width: 1440, height: 900 }): Promise<Page> {
  const page = await onePage();
  await page.setViewportSize(viewport);
  await barSays(page, /^Ready/);
  return page;
}

const focused = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('data-place') ?? null);

/** Whether every canvas that is in sight has its picture. */
const isPainted = (wall: Locator): Promise<boolean> =>
  wall.evaluate((element) => {
    const sight = element.getBoundingClientRect();
    return [...element.querySelectorAll('canvas')].every((canvas) => {
      const { top, bottom } = canvas.getBoundingClientRect();
      return bottom < sight.top || top > sight.bottom || canvas.width === 32;
    });
  });

describe('the wall of pictures', () => {
  it('has all of them, of which only what is in sight exists', { timeout: 2 * MINUTES }, async () => {
    const page = await openReady();
    await page.getByRole('button', { name: 'All 1,200 pictures' }).click();
    const wall = page.getByRole('grid', { name: 'Pictures' });
    await wall.waitFor();
    const columns = Number(await wall.getAttribute('aria-colcount'));
    expect(Number(await wall.getAttribute('aria-rowcount'))).toBe(Math.ceil(1200 / columns));
    await expect.poll(() => isPainted(wall)).toBe(true);
    expect(await wall.getByRole('gridcell').count()).toBeLessThan(20 * columns);
    expect(await axe(page)).toEqual([]);

    // By keys to the last one, which was not there before.
    await wall.getByRole('gridcell').first().focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => focused(page)).toBe(String(columns));
    await page.keyboard.press('Control+End');
    await expect.poll(() => focused(page)).toBe('1199');
    await expect.poll(() => isPainted(wall)).toBe(true);
    expect(await wall.getByRole('gridcell').count()).toBeLessThan(20 * columns);

    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Inside the set' });
    await dialog.getByText('1,200 of 1,200').waitFor();
    await dialog.getByText(/^JPEG, 128 × 128 pixels/).waitFor();
    await dialog.getByText('face-1199.jpg').waitFor();
    await expect
      .poll(() =>
        dialog.locator('canvas').evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).width)),
      )
      .toEqual(Array.from({ length: 9 }, () => 32));
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'browse-picture');
    await page.keyboard.press('ArrowLeft');
    await dialog.getByText('face-1198.jpg').waitFor();
    // Back to where it was in the wall.
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('1198');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('is filtered by class and by part', { timeout: MINUTES }, async () => {
    const page = await openReady({ width: 400, height: 850 });
    const happy = page.getByRole('table', { name: 'Pictures by class' }).getByRole('row', { name: /^happy/ });
    const [train, , test] = await happy
      .getByRole('cell')
      .evaluateAll((cells) => cells.slice(1).map((cell) => Number(cell.textContent)));
    await page.getByRole('button', { name: 'All 1,200 pictures' }).click();
    await page.getByRole('dialog').getByLabel('Class').selectOption({ index: 5 });
    await page.getByRole('dialog').getByLabel('Part').selectOption('test');
    const dialog = page.getByRole('dialog');
    await expect
      .poll(() => dialog.getByRole('status').filter({ hasText: 'pictures' }).innerText())
      .toBe(`${String(test)} pictures`);
    // They are drawn a moment after they were counted.
    await dialog.getByRole('gridcell').first().waitFor();
    const names = await dialog
      .getByRole('gridcell')
      .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('aria-label') ?? ''));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(name).toMatch(/^happy, test, row \d+$/);
    await page.getByRole('dialog').getByLabel('Part').selectOption('train');
    await expect
      .poll(() => dialog.getByRole('status').filter({ hasText: 'pictures' }).innerText())
      .toBe(`${String(train)} pictures`);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'browse-wall-400');
    await page.keyboard.press('Escape');
  });
});

describe('the cleaning report', () => {
  it(
    'shows what is wrong with a set, and what a choice does about it',
    { timeout: 2 * MINUTES },
    async () => {
      const page = await openReady();
      await page.getByRole('button', { name: 'Change' }).click();
      await page.getByRole('radio', { name: /^Parquet/ }).check();
      const file = { name: 'messy.parquet', mimeType: '', buffer: await messySet() };
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByRole('button', { name: 'Open', exact: true }).click();
      await page.getByText('66 pictures in four classes').first().waitFor({ timeout: MINUTES });
      await page.getByText('Pictures that look the same: 1 set.').waitFor();
      await page.getByRole('button', { name: 'Report of cleaning' }).click();
      const dialog = page.getByRole('dialog', { name: 'Inside the set' });
      await dialog.getByText('Of 70 rows 66 are used; 4 are left out.').waitFor();
      for (const text of ['without a picture', 'without a label', 'with a label unlike the others'])
        await dialog.getByText(`1 row ${text}`).waitFor();
      await dialog.getByText('1 row with a picture that cannot be read').waitFor();
      await dialog.getByText('Which rows').last().click();
      await dialog.getByText(/what came is an HTML page/).waitFor();
      await dialog.getByText('2 pictures in 1 set.').waitFor();
      await dialog.getByText('rare, 6 pictures').waitFor();
      await dialog.getByText('Which rows').nth(2).click();
      await dialog.getByText('“{"torn”: no label, while other labels are plain text').waitFor();
      // The pictures without a label, or with an odd one, are there to be seen after the sets of copies and the small class.
      await expect
        .poll(() =>
          dialog.locator('canvas').evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).width)),
        )
        .toEqual(Array.from({ length: 2 + 2 + 3 + 6 }, () => 32));
      expect(await axe(page)).toEqual([]);

      const near = dialog.getByLabel('Near copies');
      await near.selectOption({ label: 'keep the first' });
      await dialog.getByText('3 pictures in 1 set; 2 left out.').waitFor({ timeout: MINUTES });
      await dialog.getByText('Of 70 rows 64 are used; 6 are left out, 2 by the choices below.').waitFor();
      await expect.poll(() => page.url()).toMatch(/nearDuplicates/);
      await dialog.getByLabel('Least pictures of a class').fill('10');
      await dialog.getByLabel('Least pictures of a class').press('Enter');
      await dialog.getByText(/^Of 70 rows 58 are used/).waitFor({ timeout: MINUTES });
      // Its pictures are still there to be looked at.
      await dialog.getByText('rare, 6 pictures').waitFor();
      await dialog
        .getByRole('button', { name: /^rare left out/ })
        .first()
        .click();
      await dialog.getByText(/left out with its class/).waitFor();
      await page.keyboard.press('Escape');
      // A class named like markup is text wherever it stands.
      await dialog.getByRole('button', { name: 'Pictures' }).click();
      await dialog
        .getByRole('gridcell', { name: new RegExp(`^${MARKUP}`) })
        .first()
        .waitFor();
      expect(await page.locator('b', { hasText: /^bold$/ }).count()).toBe(0);
      await screenshot(page, 'browse-report');
    },
  );
});
