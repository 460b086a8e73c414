/** On a shared computer: everything is forgotten when the user says so, now or at the end of the visit, after it was offered as files. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { barSays, finishTiny, TINY } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

/** How many entries all databases of the page hold, but for notes of versions. */
const entriesOf = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const found = (await indexedDB.databases()).filter(({ name }) => name !== 'mien-kept-versions');
    const counts = found.map(
      ({ name = '' }) =>
        new Promise<number>((resolve, reject) => {
          const opening = indexedDB.open(name);
          opening.onerror = () => reject(new Error(name));
          opening.onsuccess = () => {
            const database = opening.result;
            const counting = database.transaction('bytes').objectStore('bytes').count();
            counting.onsuccess = () => {
              database.close();
              resolve(counting.result);
            };
          };
        }),
    );
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  });

it('everything is forgotten, now and at the end of a visit', { timeout: 4 * MINUTES }, async () => {
  const page = await newPage({ path: TINY });
  await finishTiny(page);
  await page.getByRole('button', { name: 'The kept run' }).waitFor();
  expect(await entriesOf(page)).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Stored' }).click();
  const stored = page.getByRole('dialog', { name: 'Stored on this machine' });
  await stored.getByText(/The browser has (not )?promised to keep it/).waitFor();
  await stored.getByRole('button', { name: 'Forget everything here' }).click();
  const question = page.getByRole('alertdialog', { name: 'Forget everything here?' });
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'forget');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    question.getByRole('button', { name: 'Save the run' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/\.mien\.zip$/);
  await question.getByRole('button', { name: 'Keep' }).click();
  expect(await question.count()).toBe(0);
  await stored.getByRole('button', { name: 'Forget everything here' }).click();
  await Promise.all([
    page.waitForEvent('load'),
    question.getByRole('button', { name: 'Delete all of it' }).click(),
  ]);
  await barSays(page, /^Ready/);
  expect(await page.getByRole('button', { name: 'The kept run' }).count()).toBe(0);

  await page.goto('about:blank');
  await page.goto(TINY);
  await finishTiny(page);
  await page.getByRole('button', { name: 'Stored' }).click();
  await stored.getByRole('checkbox', { name: 'Forget everything at the end of this visit' }).check();
  // Loaded anew, and beside another tab of it, the visit goes on.
  await page.reload();
  await page.getByRole('button', { name: 'The kept run' }).waitFor({ timeout: MINUTES });
  const other = await newPage({ path: TINY, beside: page });
  await other.getByRole('button', { name: 'The kept run' }).waitFor({ timeout: MINUTES });
  await page.close();
  await other.goto('about:blank');
  const next = await newPage({ path: null, beside: other });
  await other.close();
  await next.goto(TINY);
  await barSays(next, /^Ready/);
  expect(await next.getByRole('button', { name: 'The kept run' }).count()).toBe(0);
});
