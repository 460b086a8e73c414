/** Pictures are cut to faces by a setting in Data: the set is opened anew, its report tells which have none, and what is tried is cut alike. */
import { expect, it } from 'vitest';
import { twoFaces } from '../../support/sets/two-faces.ts';
import { barSays, finishTiny, TINY } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

it('cuts a set and what is tried on its network', { timeout: 5 * MINUTES }, async () => {
  const page = await newPage({ path: TINY, viewport: { width: 1440, height: 900 } });
  await barSays(page, /^Ready/);
  await page.getByText('Whole pictures, or faces alone').click();
  await page.getByLabel('Pictures are taken').selectOption('cut to the face');
  await page.getByText('Pictures are cut to faces').waitFor();
  await barSays(page, /^Ready/);
  await expect.poll(() => page.url()).toContain('image.crop=face');
  const room = page.getByLabel('Room around the face');
  await room.fill('7');
  await room.press('Enter');
  await page.getByText('A number from 0 to 2.').waitFor();
  await room.fill('0.4');
  await room.press('Enter');
  await expect.poll(() => page.url()).toContain('image.cropMargin=0.4');
  await barSays(page, /^Ready/);
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'face-crop-data');

  await page.getByRole('button', { name: /^Report/ }).click();
  const report = page.getByRole('dialog');
  await report.getByRole('heading', { name: 'Pictures without a face' }).waitFor();
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'face-crop-report');
  await page.keyboard.press('Escape');

  await finishTiny(page);
  await page.getByRole('button', { name: 'Try it' }).first().click();
  await page
    .getByText('Pictures are cut to the largest face, as this network was trained on them.')
    .waitFor();
  const png = { name: 'two.png', mimeType: 'image/png', buffer: Buffer.from(await twoFaces()) };
  await page.getByLabel('Pictures', { exact: true }).setInputFiles(png);
  await page.getByText('2 faces found; the network is shown the largest.').waitFor();
  await page.getByRole('button', { name: 'Face 2' }).click();
  await page.getByText('2 faces found; the network is shown face 2 by size.').waitFor();
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'face-crop-try');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 844 });
  await screenshot(page, 'face-crop-try-narrow-dark');
});
