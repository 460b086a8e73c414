/** A set of 500 classes, some of them named in markup, on the real page: shown as text, and nothing runs over. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { startTestHub } from '../../support/sets/local-hub.ts';
import { greyPicture } from '../../unit/data/test-recipe.ts';
import { newPage, screenshot } from '../harness.ts';

const CLASSES = 500;
const MARKUP = '<img src=x onerror="document.title=1">';

it('shows 500 classes and labels that hold markup as what they are', { timeout: 120_000 }, async () => {
  const picture = await greyPicture(90);
  const labels = Array.from({ length: CLASSES * 5 }, (_, row) => {
    const name = `class ${String(row % CLASSES).padStart(3, '0')}`;
    return row % CLASSES === 0 ? MARKUP : row % CLASSES === 1 ? `<b>${name}</b></td><script>` : name;
  });
  const table = parquetWriteBuffer({
    columnData: [
      { name: 'image', data: labels.map(() => picture), type: 'BYTE_ARRAY' },
      { name: 'label', data: labels, type: 'STRING' },
    ],
  });
  const hub = await startTestHub({}, { 'odd.parquet': new Uint8Array(table) });
  const page = await newPage({
    viewport: { width: 1440, height: 900 },
    path: `#quick-look&dataset={"source":"hub","repo":"classroom/odd","endpoint":"${hub.origin}"}&image.size=32`,
  });
  await page.getByText('2,500 pictures in 500 classes').first().waitFor({ timeout: 60_000 });
  await page.getByText(MARKUP).first().waitFor();
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1440);
  expect(await page.title()).not.toBe('1');
  await page.getByText('A label is somebody’s guess').waitFor();
  // What the starter weights have seen is not what these pictures are.
  const note = page.locator('.starter-note');
  expect(await note.innerText()).toMatch(/seen drawn faces only/);
  await screenshot(page, 'odd-set');
  await note.getByRole('button').click();
  await expect.poll(() => page.url()).toMatch(/backbone\.weights=imagenet/);
  expect(await note.count()).toBe(0);
  await hub.close();
});
