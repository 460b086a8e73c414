/** Files that are dropped on the page: recognised, asked about, picked again after a reload; and dialogs that are left one by one. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { smallSet } from '../../support/sets/small-set.ts';
import { barSays, drop, openRecipe, TINY, writtenAddress } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

/** A picture that the page draws itself. */
const pictureOf = async (page: Page): Promise<Uint8Array> => {
  const address = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d')?.fillRect(20, 30, 90, 60);
    return canvas.toDataURL('image/png');
  });
  return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64');
};

describe('what is dropped', () => {
  it('is never opened in the page’s place; a picture is added to the set', { timeout: MINUTES }, async () => {
    const page = await newPage({ path: TINY });
    await barSays(page, /^Ready/);
    const dialog = page.getByRole('dialog', { name: 'What came' });
    expect(await drop(page, 'notes.txt', Buffer.from('milk, eggs'))).toBe(true);
    await dialog.getByText('Nothing that Mien knows', { exact: false }).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();

    expect(await drop(page, 'me.png', await pictureOf(page))).toBe(true);
    await dialog.getByRole('button', { name: 'Add 1 picture to the set that is open' }).click();
    await dialog.getByLabel('Class').fill('happy');
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'drop-picture');
    await dialog.getByRole('button', { name: 'Add them' }).click();
    await page.locator('#data').getByText('1 edit by you: 1 added.').waitFor();
    await page.getByText('81 faces in eight classes').first().waitFor();
  });

  it(
    'is opened as a set; after a reload the page says which file to pick, and Train waits',
    { timeout: 2 * MINUTES },
    async () => {
      const page = await newPage({ path: TINY });
      await barSays(page, /^Ready/);
      const buffer = Buffer.from(await smallSet(80));
      await drop(page, 'mine.parquet', buffer);
      await page.getByRole('button', { name: 'Open it as a set of pictures (Parquet file)' }).click();
      await page.getByText('80 pictures in eight classes').first().waitFor({ timeout: MINUTES });
      await expect.poll(() => page.url()).toMatch(/mine\.parquet/);
      await page.reload();
      await barSays(page, /^Waiting for mine\.parquet/);
      const key = page.getByRole('button', { name: 'Train', exact: true });
      expect(await key.isDisabled()).toBe(true);
      await screenshot(page, 'pick-again');
      const file = { name: 'mine.parquet', mimeType: '', buffer };
      await page.getByLabel('Pick the file “mine.parquet” again').setInputFiles(file);
      await barSays(page, /^Ready/);
      expect(await key.isDisabled()).toBe(false);
    },
  );
});

describe('a dialog', () => {
  it('is left by Back, and the page with its recipe stays', { timeout: MINUTES }, async () => {
    const page = await newPage({ path: TINY });
    await barSays(page, /^Ready/);
    await page.getByRole('button', { name: 'Your own pictures' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pictures from' });
    await dialog.waitFor();
    await page.evaluate(() => history.back());
    await dialog.waitFor({ state: 'detached' });
    // What is changed while one is open is not taken back with it.
    const before = page.url();
    await page.getByRole('button', { name: 'Edit the set' }).click();
    const inside = page.getByRole('dialog', { name: 'Inside the set' });
    await inside.getByRole('button', { name: 'Leave out sad' }).click();
    await expect.poll(() => page.url()).toMatch(/edits/);
    await page.keyboard.press('Escape');
    await inside.waitFor({ state: 'detached' });
    const leftOut = page.locator('#data').getByText('“sad” is left out', { exact: false });
    await leftOut.waitFor();
    await expect.poll(() => page.url()).toMatch(/edits/);
    await barSays(page, /^Ready/);
    // The link at which it was opened is a link like any other.
    await openRecipe(page, new URL(before).hash);
    await leftOut.waitFor({ state: 'detached' });
    await barSays(page, /^Ready/);
  });

  it('leaves a link alone that is opened while its entry is taken back', { timeout: MINUTES }, async () => {
    const page = await newPage({ path: TINY });
    await barSays(page, /^Ready/);
    const before = new URL(await writtenAddress(page)).hash;
    const dialog = page.getByRole('dialog', { name: 'Pictures from' });
    const leaveFor = async (link: string): Promise<void> => {
      await page.getByRole('button', { name: 'Your own pictures' }).click();
      await dialog.waitFor();
      await page.evaluate((to) => {
        const back = history.back.bind(history);
        history.back = () => {
          history.back = back;
          back();
          location.hash = to;
        };
      }, link);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    };
    await leaveFor(before.replace('pictures=80', 'pictures=64'));
    await page.getByText('64 faces in eight classes').first().waitFor();
    await expect.poll(() => page.url()).toMatch(/pictures=64/);
    await leaveFor(before);
    await page.getByText('80 faces in eight classes').first().waitFor();
    await expect.poll(() => new URL(page.url()).hash).toBe(before);
    // Back has its entries, and dialogs theirs.
    await page.getByRole('button', { name: 'Your own pictures' }).click();
    await dialog.waitFor();
    await page.evaluate(() => history.back());
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => new URL(page.url()).hash).toBe(before);
  });

  it(
    'keeps what it has done where the address was written while it was open',
    { timeout: MINUTES },
    async () => {
      const page = await newPage({ path: TINY });
      // In the very moment in which the button is there: the address still says what was opened, and not all of the recipe.
      await page.evaluate(
        () =>
          new Promise<void>((resolve) => {
            const press = (): void => {
              const button = [...document.querySelectorAll('button')].find(
                ({ textContent, disabled }) => textContent.startsWith('Change') && !disabled,
              );
              if (button === undefined) return;
              observer.disconnect();
              button.click();
              resolve();
            };
            const observer = new MutationObserver(press);
            observer.observe(document, { subtree: true, childList: true, attributes: true });
            press();
          }),
      );
      const opened = page.url();
      await expect.poll(() => page.url()).not.toBe(opened);
      await page.getByLabel('Pictures', { exact: true }).fill('64');
      await page.getByLabel('Pictures', { exact: true }).press('Enter');
      await page.getByRole('button', { name: 'Open', exact: true }).click();
      await page.locator('#data').getByText('64 faces in eight classes').waitFor();
      await expect.poll(() => page.url()).toMatch(/pictures=64/);
    },
  );

  it('is closed alone by Escape, and asks before it throws shots away', { timeout: MINUTES }, async () => {
    const flags = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
    const page = await newPage({ path: TINY, flags });
    await barSays(page, /^Ready/);
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('radio', { name: /^Camera/ }).check();
    await page.getByRole('button', { name: 'Take pictures' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pictures from the camera' });
    const hold = dialog.getByRole('button', { name: /^Hold to take/ }).first();
    await expect.poll(() => hold.isEnabled()).toBe(true);
    await hold.focus();
    await page.keyboard.down('Space');
    await expect.poll(() => dialog.getByRole('img').count()).toBeGreaterThan(0);
    await page.keyboard.up('Space');

    await page.keyboard.press('Escape');
    const question = dialog.getByRole('alertdialog', { name: /^Throw \d+ pictures? away/ });
    await question.waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(await dialog.getByRole('img').count()).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    await question.getByRole('button', { name: 'Throw away' }).click();
    await dialog.waitFor({ state: 'detached' });
    // The dialog below is still there, and goes with its own Escape.
    const below = page.getByRole('dialog', { name: 'Pictures from', exact: true });
    expect(await below.count()).toBe(1);
    await page.keyboard.press('Escape');
    await below.waitFor({ state: 'detached' });
  });
});
