/** A network of 2 classes, and one of 100: it is tried, its errors are understood, and the map is drawn, wide and narrow. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { startTestHub } from '../../support/sets/local-hub.ts';
import { noisePicture } from '../../unit/data/test-recipe.ts';
import { agree, finishTiny } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';
import { open } from './try-actions.ts';

const MINUTES = 60_000;

/** What a page is wider for than its window. */
const tooWide = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((part) => part.checkVisibility() && part.getBoundingClientRect().right > clientWidth + 0.5)
      .map((part) => `${part.tagName}.${part.getAttribute('class') ?? ''} ${part.textContent.slice(0, 40)}`);
  });

const EACH = 5;

it.each([2, 100])('%i classes', { timeout: 5 * MINUTES }, async (classes) => {
  const names = Array.from({ length: classes }, (_, index) => `kind ${String(index).padStart(3, '0')}`);
  const labels = Array.from({ length: classes * EACH }, (_, row) => names[row % classes] ?? '');
  const pictures = await Promise.all(
    labels.map(
      async (_, row) => new Uint8Array(await (await noisePicture(row)).resize(32, 32).png().toBuffer()),
    ),
  );
  const table = parquetWriteBuffer({
    columnData: [
      { name: 'image', data: pictures, type: 'BYTE_ARRAY' },
      { name: 'label', data: labels, type: 'STRING' },
    ],
  });
  const hub = await startTestHub({}, { 'kinds.parquet': new Uint8Array(table) });
  try {
    const set = `dataset={"source":"hub","repo":"classroom/kinds","endpoint":"${hub.origin}"}`;
    const page = await newPage({
      viewport: { width: 1440, height: 900 },
      path: `#quick-look&${set}&image.size=32&augmentation.views=1&phases.0.epochs=1&phases.1.epochs=1&backbone.alpha=0.35&backbone.weights=random`,
    });
    await agree(page);
    await finishTiny(page);
    await page.getByRole('button', { name: 'Try it' }).first().click();
    await open(page, { name: 'one.png', mimeType: 'image/png', buffer: Buffer.from(pictures[0] ?? []) });
    const bars = page.getByRole('table', { name: 'Probability of each class' });
    const rows = bars.getByRole('row');
    await rows.first().waitFor();
    // Of many the likeliest are shown, and all when they are asked for.
    if (classes > 12) {
      expect(await rows.count()).toBe(8);
      await page.getByRole('button', { name: 'All 100, likeliest first' }).click();
    }
    expect(await rows.count()).toBe(classes);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, `try-${String(classes)}-classes`);
    await page.setViewportSize({ width: 390, height: 844 });
    await expect.poll(() => tooWide(page)).toEqual([]);
    await screenshot(page, `try-${String(classes)}-classes-narrow`);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Understand the errors' }).click();
    const errors = page.getByRole('dialog');
    const report = await page.getByLabel('Classification report').innerText();
    expect(report.split('\n').filter((line) => line.trim().startsWith('kind '))).toHaveLength(classes);
    await errors.getByRole('button', { name: 'Map', exact: true }).click();
    await errors.getByRole('button', { name: `Ask it about ${String(classes * EACH)} pictures` }).click();
    await errors
      .getByText(/^Neighbours stay neighbours/)
      .first()
      .waitFor({ timeout: MINUTES });
    expect(await axe(page)).toEqual([]);
    await expect.poll(() => tooWide(page)).toEqual([]);
    await screenshot(page, `errors-map-${String(classes)}-classes-narrow`);
    await page.setViewportSize({ width: 1440, height: 900 });
    await screenshot(page, `errors-map-${String(classes)}-classes`);
  } finally {
    await hub.close();
  }
});
