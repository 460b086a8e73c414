/** Sets that are stored in the browser: open again after a reload, without their files, saved as Parquet, deleted. */
import { readFile, rm } from 'node:fs/promises';
import { parquetReadObjects } from 'hyparquet';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { makeFruitFolder } from '../../support/sets/fruit-folder.ts';
import { finishTiny, TINY } from '../actions.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

async function openStored(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Stored downloads' }).click({ timeout: MINUTES });
  const dialog = page.getByRole('dialog', { name: 'Stored on this machine' });
  await dialog
    .getByRole('status')
    .getByText(/In all|Nothing/)
    .waitFor();
  return dialog;
}

/** Whether the list offers prepared pictures to be deleted; it is closed again. */
async function offersPictures(page: Page): Promise<boolean> {
  const dialog = await openStored(page);
  const rows = await dialog.getByRole('row', { name: /^Pictures ready for training/ }).count();
  await dialog.getByRole('button', { name: 'Close' }).first().click();
  return rows > 0;
}

it(
  'a picked folder is stored, opens after a reload, is saved and deleted',
  { timeout: 3 * MINUTES },
  async () => {
    const folder = await makeFruitFolder(100);
    const page = await newPage({ path: TINY });
    await page.getByRole('button', { name: 'Change' }).click({ timeout: MINUTES });
    await page.getByRole('radio', { name: /^Folder/ }).check();
    await page.locator('input[type=file]').setInputFiles(folder);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    const isOpen = (): Promise<void> =>
      page.getByText('200 pictures in two classes').first().waitFor({ timeout: MINUTES });
    await isOpen();

    let dialog = await openStored(page);
    await dialog.getByRole('button', { name: 'Store the open set' }).click();
    const line = (): Locator => dialog.getByRole('row', { name: /Stored set, 200 pictures, from: Folder/ });
    await line().waitFor();
    await screenshot(page, 'kept-set');
    await rm(folder, { recursive: true });

    await page.goto('about:blank');
    await page.goto(TINY);
    dialog = await openStored(page);
    await line().getByRole('button', { name: /^Open/ }).click();
    await isOpen();
    await expect.poll(() => page.url()).toContain('stored');

    dialog = await openStored(page);
    const download = page.waitForEvent('download');
    await line().getByRole('button', { name: /^Save/ }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toMatch(/\.parquet$/);
    const file = new Uint8Array(await readFile(await saved.path())).buffer;
    const rows = await parquetReadObjects({ file });
    expect(rows).toHaveLength(200);
    expect(rows[150]).toMatchObject({ label: 1n, image: { path: 'limes/050.png' } });
    const remove = (): Promise<void> =>
      line()
        .getByRole('button', { name: /^Delete/ })
        .click();
    await remove();
    await dialog.getByText('storage/in-use').waitFor();
    await page.goto('about:blank');
    await page.goto(TINY);
    dialog = await openStored(page);
    await remove();
    await line().waitFor({ state: 'detached' });
  },
);

it('a set that was opened before opens without reading its pictures', { timeout: 2 * MINUTES }, async () => {
  const page = await newPage({ path: null });
  // Everything that the page says while it opens a set.
  await page.addInitScript(() => {
    const said = new Set<string>();
    Object.assign(window, { said });
    new MutationObserver(() => {
      const text = document.querySelector('#data')?.textContent ?? '';
      if (text.includes('Reading the pictures')) said.add('reading');
    }).observe(document, { childList: true, subtree: true, characterData: true });
  });
  const whole = TINY.replace('dataset.pictures=80', 'dataset.pictures=1200').replace('size=32', 'size=64');
  const open = async (): Promise<boolean> => {
    await page.goto('about:blank');
    await page.goto(whole);
    await page.getByText('1,200 faces in eight classes').first().waitFor({ timeout: MINUTES });
    return page.evaluate(() => (window as unknown as { said: Set<string> }).said.has('reading'));
  };
  expect(await open()).toBe(true);
  expect(await open()).toBe(false);
  // Those of the open set are not offered to be deleted.
  expect(await offersPictures(page)).toBe(false);

  // Nor are they in another tab that has another set open, until this one is closed.
  const other = await newPage({ path: TINY, beside: page });
  await other.getByText('80 faces in eight classes').first().waitFor({ timeout: MINUTES });
  expect(await offersPictures(other)).toBe(false);

  // Whatever deletes them all the same, they are read again, and that is said.
  await other.evaluate(async () => {
    const opening = indexedDB.open('mien-kept-pictures');
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const clearing = opening.result.transaction('bytes', 'readwrite').objectStore('bytes').clear();
    await new Promise((resolve) => (clearing.onsuccess = resolve));
    opening.result.close();
  });
  await page.bringToFront();
  await finishTiny(page);
  await page.getByText(/They are read again from where the set comes from/).waitFor();

  await other.bringToFront();
  await page.close();
  // The browser lets go of them a moment after the tab is gone.
  await expect.poll(() => offersPictures(other), { timeout: MINUTES }).toBe(true);
});
