/** A run with the pictures that it was trained on, in one file: found again in a profile that has never seen them. */
import { readFile, rm } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { makeFruitFolder } from '../../support/sets/fruit-folder.ts';
import { barSays, finishTiny, openKept, TINY } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

it('takes its pictures along where the box is ticked', { timeout: 4 * MINUTES }, async () => {
  const folder = await makeFruitFolder(20);
  const page = await newPage({ path: TINY });
  await page.getByRole('button', { name: 'Change' }).click({ timeout: MINUTES });
  await page.getByRole('radio', { name: /^Folder/ }).check();
  await page.locator('input[type=file]').setInputFiles(folder);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByText('40 pictures in two classes').first().waitFor({ timeout: MINUTES });
  await finishTiny(page);

  const kept = await openKept(page);
  await kept.getByRole('button', { name: /^MobileNetV2/ }).click();
  await kept.getByLabel('With the pictures').check();
  await kept.getByText(/more: all pictures of/).waitFor();
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'run-with-pictures');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    kept.getByRole('button', { name: 'Save for another machine' }).click(),
  ]);
  const path = await file.path();
  expect(
    Object.keys(unzipSync(await readFile(path))).filter((name) => name.endsWith('.parquet')),
  ).toHaveLength(1);
  await rm(folder, { recursive: true });

  const other = await newPage({ path: TINY });
  await other.getByRole('button', { name: 'Studies' }).waitFor({ timeout: MINUTES });
  await other.getByRole('button', { name: 'Kept runs' }).click();
  const there = other.getByRole('dialog', { name: 'Kept runs' });
  await there.getByLabel('Runs from a file').setInputFiles(path);
  const found = other.getByRole('dialog', { name: 'Runs from a file' });
  await found.getByText(/^The pictures of .* are in it/).waitFor();
  expect(await axe(other)).toEqual([]);
  await screenshot(other, 'run-with-pictures-found');
  await found.getByRole('button', { name: 'Keep it here' }).click();
  await found.getByText(/Their pictures are stored as the set/).waitFor({ timeout: MINUTES });
  await found.getByRole('button', { name: 'Close' }).click();
  await there.getByRole('button', { name: /^MobileNetV2/ }).click();
  await there.getByRole('button', { name: 'Open in the studio' }).click();
  await barSays(other, /^Finished on/);
  await other.getByText('40 pictures in two classes').first().waitFor({ timeout: MINUTES });
  // Its test pictures are there to be looked at.
  await other.locator('.mistakes-of-cell').waitFor({ timeout: MINUTES });
  await screenshot(other, 'run-with-pictures-there');
});
