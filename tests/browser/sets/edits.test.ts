/** Working on the set that is open: from the wall by keys, from the list of classes, from the mistakes; undone, saved, reloaded. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { parseEditsFile } from '../../../src/protocol/set/edits.ts';
import { barSays, finishTiny, TINY } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

const inside = (page: Page) => page.getByRole('dialog', { name: 'Inside the set' });

it('edits a set by keys, by its classes and from the mistakes', { timeout: 4 * MINUTES }, async () => {
  const page = await newPage({ viewport: { width: 1440, height: 900 }, path: TINY });
  await finishTiny(page);
  const mistakes = page.locator('.mistakes-of-cell');
  const before = await mistakes.locator('figure').count();

  // From the mistakes: what was found of the run stays, and the picture has its new class.
  await mistakes.getByRole('combobox').first().selectOption('fear');
  const data = page.locator('#data');
  await data.getByText('1 edit by you: 1 relabelled.').waitFor();
  expect(await mistakes.locator('figure').count()).toBe(before);
  await expect.poll(() => mistakes.getByRole('combobox').first().inputValue()).toBe('fear');
  await barSays(page, /^Finished/);

  // From the wall, by keys: the next picture takes the place of one that is left out.
  await page.getByRole('button', { name: 'All 80 pictures' }).click();
  const wall = inside(page).getByRole('grid', { name: 'Pictures' });
  await wall.getByRole('gridcell').first().focus();
  await page.keyboard.press('Delete');
  await inside(page).getByText('79 pictures').waitFor();
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-place') ?? null))
    .toBe('0');
  await page.keyboard.press('1');
  await inside(page)
    .getByText(/is labelled “.*” now/)
    .waitFor();
  await page.keyboard.press('Control+z');
  await inside(page).getByText('The last edit is taken back.').waitFor();
  await inside(page).getByLabel('Part').selectOption('leftOut');
  await inside(page).getByText('1 picture', { exact: true }).waitFor();
  await screenshot(page, 'edits-wall');

  // From the list of classes: two become one.
  await inside(page).getByRole('button', { name: 'Edits' }).click();
  const name = inside(page).getByLabel('Name of fear');
  await name.fill('Anger');
  await name.press('Enter');
  await inside(page).getByText('“fear” is part of “anger” now.').waitFor();
  expect(
    await inside(page)
      .getByLabel(/^Name of/)
      .count(),
  ).toBe(7);
  await inside(page).getByRole('button', { name: 'Leave out sad' }).click();
  await inside(page).getByRole('button', { name: 'Bring back sad' }).waitFor();
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'edits-classes');

  // As a file, and by the address on the next visit.
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    inside(page).getByRole('button', { name: 'Save the edits' }).click(),
  ]);
  const { edits } = parseEditsFile(await readFile(await download.path(), 'utf8'));
  expect(edits.map((edit) => edit.do)).toEqual(['relabel', 'leaveOut', 'rename', 'leaveOutClass']);
  await expect.poll(() => page.url()).toMatch(/dataset\.edits=.*count%22%3A4/);
  await page.keyboard.press('Escape');
  const said = await data.getByText(/^4 edits by you/).innerText();
  await page.reload();
  await data.getByText(said).waitFor({ timeout: MINUTES });

  // A set that is saved as a file is without them, which is said.
  await data.getByRole('button', { name: 'Stored' }).click();
  await page.getByText('the set is as it came: your 4 edits stay a list beside it').waitFor();
});

it('says which edits a link names that are not here, and goes on without', { timeout: MINUTES }, async () => {
  const page = await newPage({ path: `${TINY}&dataset.edits.hash=1-a-b&dataset.edits.count=3` });
  await page.getByText('The recipe names a list of 3 edits', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Go on without them' }).click();
  await barSays(page, /^Ready/);
});
