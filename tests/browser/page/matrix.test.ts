/** The confusion matrix by keyboard and by pointer: where it is entered, how it is walked, and what a cell opens. */
import { describe, expect, it } from 'vitest';
import { finishTiny, openReady, openRecipe, TINY } from '../actions.ts';

describe('the matrix', () => {
  it(
    'is one tab stop, is walked with arrows, and a cell opens its pictures',
    { timeout: 120_000 },
    async () => {
      const page = await openReady({ path: TINY.replace('pictures=80', 'pictures=400') });
      await finishTiny(page);
      await expect.poll(() => page.locator('.matrix button[tabindex="0"]').count()).toBe(1);
      await page.locator('.matrix [data-cell="2.5"]').click();
      await expect.poll(() => page.locator('#mistakes').innerText()).toBe('Disgust, predicted neutral');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('#mistakes').innerText()).toBe('Disgust, predicted fear');
      // Four stand in a line; more are there when they are asked for.
      const most = await page
        .locator('.matrix td button')
        .evaluateAll(
          (cells) =>
            cells.toSorted((a, b) => Number(b.textContent) - Number(a.textContent))[0]?.dataset['cell'],
        );
      await page.locator(`.matrix [data-cell="${most ?? ''}"]`).click();
      const pictures = page.locator('.mistakes figure');
      await expect.poll(() => pictures.count()).toBe(4);
      const all = page.getByRole('button', { name: /^Show all / });
      const count = Number((await all.innerText()).slice('Show all '.length));
      await all.click();
      await expect.poll(() => pictures.count()).toBe(count);
      expect(await page.locator('.mistakes-of-cell .small').first().innerText()).toMatch(`${count} pictures`);
    },
  );

  it('can be reached by keyboard after another set has fewer classes', { timeout: 120_000 }, async () => {
    const page = await openReady();
    await finishTiny(page);
    await page.locator('.matrix [data-cell="7.7"]').click();
    await openRecipe(page, `${TINY}&dataset.leastPictures=10`);
    await page.getByText('faces in four classes').first().waitFor();
    await finishTiny(page);
    const stop = page.locator('.matrix button[tabindex="0"]');
    await expect.poll(() => stop.count()).toBe(1);
    await stop.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#mistakes').innerText()).toMatch(/, predicted \w+$/);
  });
});
