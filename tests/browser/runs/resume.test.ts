/** A page that is closed in the middle of a run: the next one offers to go on, and ends as if it had not been closed. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { smallSet } from '../../support/sets/small-set.ts';
import { BEFORE, entriesBefore } from '../../support/stored-before.ts';
import { shows } from '../../support/shows.ts';
import { answered, barSays, finishTiny, noteAnswers, takeHome, TINY, train } from '../actions.ts';
import { axe } from '../axe.ts';
import { appUrl, newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;
const RECIPE = `?backend=wasm${TINY}&phases.0.epochs=2&phases.1.epochs=80&earlyStopping=null`;

const offer = (page: Page) => page.getByRole('region', { name: 'Unfinished run' });
const keyOf = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** The epochs' loss and accuracy as the page has them, without the seconds, and the trained weights, byte by byte. */
async function outcome(page: Page): Promise<unknown> {
  const all = page.getByRole('button', { name: /^Show all \d+ epochs/ });
  if (await all.isVisible()) await all.click();
  const rows = await page
    .getByRole('table', { name: /^Epochs/ })
    .getByRole('row')
    .evaluateAll((lines) =>
      (lines as HTMLTableRowElement[]).map((line) =>
        [...line.cells].slice(0, 5).map((cell) => cell.innerText),
      ),
    );
  const files = await takeHome(page);
  return { rows, weights: Buffer.from(files['weights.bin'] ?? []).toString('base64') };
}

it(
  'goes on after its page was closed, to the same figures and weights as one that was not',
  { timeout: 5 * MINUTES },
  async () => {
    const whole = await newPage({ path: RECIPE });
    await finishTiny(whole);
    const expected = await outcome(whole);

    const first = await newPage({ path: RECIPE });
    await train(first);
    await barSays(first, /Fine-tune .*[3-9] of 80/);
    await keyOf(first, 'Pause').click();
    await keyOf(first, 'Resume').waitFor();

    // While it is alive in one tab, no other is offered it.
    const second = await newPage({ path: null, beside: first });
    await noteAnswers(second);
    await second.goto(RECIPE);
    await keyOf(second, 'Train').waitFor({ timeout: MINUTES });
    const held = await second.evaluate(async () =>
      (await navigator.locks.query()).held?.filter(({ name }) => name?.startsWith('run/')),
    );
    expect(held).toHaveLength(1);
    await answered(second, 'listRuns');
    expect(await offer(second).count()).toBe(0);

    await first.close();
    await second.reload();
    await offer(second)
      .getByText(/Fine-tune, epoch \d+ of 80/)
      .waitFor({ timeout: MINUTES });
    expect(await axe(second)).toEqual([]);
    await screenshot(second, 'unfinished-run');
    await offer(second).getByRole('button', { name: 'Resume' }).click();
    await barSays(second, /^Finished/, 2 * MINUTES);
    expect(await outcome(second)).toEqual(expected);
    expect(await offer(second).count()).toBe(0);
    shows('browser Chromium goes on with a run that was closed, to the same weights');
  },
);

it('is there after an update of the page, as are shots', { timeout: 3 * MINUTES }, async () => {
  // A page of the same origin that is not the app.
  const page = await newPage({ path: 'recipes/paper.json', allow: [/favicon/] });
  await page.evaluate(
    async (entries) => {
      for (const { store, key, bytes } of entries) {
        const opening = indexedDB.open(`mien-kept-${store}`);
        opening.onupgradeneeded = () => opening.result.createObjectStore('bytes');
        await new Promise((resolve) => (opening.onsuccess = resolve));
        const writing = opening.result.transaction('bytes', 'readwrite');
        writing.objectStore('bytes').put(bytes.length, ['size', key]);
        writing.objectStore('bytes').put(Uint8Array.from(bytes), ['bytes', key]);
        await new Promise((resolve) => (writing.oncomplete = resolve));
        opening.result.close();
      }
    },
    await entriesBefore(),
  );
  await page.goto(appUrl() + RECIPE);
  await offer(page)
    .getByText(/Head, epoch 1 of 3/)
    .waitFor({ timeout: MINUTES });
  await keyOf(page, 'Stored downloads').click();
  const dialog = page.getByRole('dialog', { name: 'Stored on this machine' });
  await dialog.getByRole('row', { name: new RegExp(`${BEFORE.set}.*${BEFORE.shots} pictures`) }).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).first().click();
  await offer(page).getByRole('button', { name: 'Resume' }).click();
  await barSays(page, /^Finished/, 2 * MINUTES);
});

it('is forgotten when it is discarded', { timeout: 3 * MINUTES }, async () => {
  const page = await newPage({ path: `${RECIPE}&phases.0.epochs=2000` });
  await train(page);
  await page
    .getByRole('table', { name: /Epochs/ })
    .getByRole('row')
    .nth(4)
    .waitFor({ timeout: MINUTES });
  // The profile goes with its last page.
  const next = await newPage({ path: null, beside: page });
  await page.close();
  await next.goto(RECIPE);
  await offer(next).getByRole('button', { name: 'Discard' }).click({ timeout: MINUTES });
  await offer(next).waitFor({ state: 'detached' });
  await noteAnswers(next);
  await next.reload();
  await answered(next, 'listRuns');
  expect(await offer(next).count()).toBe(0);
});

it(
  'asks for the pictures that were picked, which a new page cannot reach',
  { timeout: 3 * MINUTES },
  async () => {
    const buffer = Buffer.from(await smallSet(80));
    const pictures = { name: 'mine.parquet', mimeType: '', buffer };
    const first = await newPage({ path: `${RECIPE}&phases.0.epochs=2000` });
    await first.getByRole('button', { name: 'Change' }).click({ timeout: MINUTES });
    await first.getByRole('radio', { name: /^Parquet/ }).check();
    await first.locator('input[type=file]').setInputFiles(pictures);
    await keyOf(first, 'Open').click();
    await first.getByText('80 pictures in eight classes').first().waitFor({ timeout: MINUTES });
    await train(first);
    await barSays(first, /Head ([3-9]|\d\d+) of 2000/);

    const second = await newPage({ path: null, beside: first });
    await first.close();
    await second.setViewportSize({ width: 400, height: 900 });
    await second.goto(RECIPE);
    const resume = offer(second).getByRole('button', { name: 'Resume' });
    await resume.waitFor({ timeout: MINUTES });
    expect(await resume.isDisabled()).toBe(true);
    expect(await axe(second)).toEqual([]);
    await offer(second).scrollIntoViewIfNeeded();
    await screenshot(second, 'unfinished-run-picked');
    await offer(second).getByLabel('To go on, pick “mine.parquet” again').setInputFiles(pictures);
    await resume.click();
    await barSays(second, /Head ([3-9]|\d\d+) of 2000/);
    await keyOf(second, 'Stop').click();
    await barSays(second, /^Stopped\s+\d/);
  },
);
