/** How a study searches, chosen on the page: every run on each fold, and losing runs ended early, also after a reload. */
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { barSays, TINY } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

async function openStudies(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Studies' }).click({ timeout: MINUTES });
  const dialog = page.getByRole('dialog', { name: 'Studies' });
  await dialog.waitFor();
  return dialog;
}

it('the recipe at hand is tested on every fold', { timeout: 4 * MINUTES }, async () => {
  const page = await newPage({ path: TINY });
  const studies = await openStudies(page);
  await studies.getByRole('button', { name: 'This recipe' }).click();
  await studies.getByText(/^One run on Drawn faces/).waitFor();
  await studies.getByLabel('How').selectOption('Each on every fold (k-fold)');
  await studies.getByText(/^Five runs on Drawn faces/).waitFor();
  await studies.getByLabel('Folds').fill('1');
  await studies.getByLabel('Folds').press('Enter');
  await studies.getByText('A whole number from 2 to 100 is expected.').waitFor();
  await studies.getByLabel('Folds').fill('2');
  await studies.getByLabel('Folds').press('Enter');
  await studies.getByText(/^Two runs on Drawn faces/).waitFor();
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'folds');
  await studies.getByRole('button', { name: 'Add 2 runs to the queue' }).click();
  await studies.getByRole('button', { name: 'Start the queue' }).click();
  await studies.getByText('Both runs are done.').waitFor({ timeout: 2 * MINUTES });
  await studies.getByText('Means of repeats').waitFor();
  await screenshot(page, 'folds-done');
});

const study = {
  name: 'Rates',
  base: {
    dataset: { source: 'sample', pictures: 80 },
    image: { size: 32 },
    augmentation: { views: 1 },
    backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'random' },
    phases: [{ name: 'head', epochs: 4, learningRate: 0.001 }],
    earlyStopping: null,
  },
  vary: { 'phases.0.learningRate': [0.1, 0.01, 0.001, 0.0001] },
};

it('losing runs are ended early, and promotions go on after a reload', { timeout: 5 * MINUTES }, async () => {
  const page = await newPage({ path: TINY });
  let studies = await openStudies(page);
  await studies.getByLabel('A study of your own').setInputFiles({
    ...{ name: 'study.json', mimeType: 'application/json' },
    buffer: Buffer.from(JSON.stringify(study)),
  });
  await studies.getByText(/^Four runs on Drawn faces/).waitFor();
  await studies.getByLabel('How').selectOption('Losing runs end early (ASHA)');
  await studies.getByLabel('One goes on of').fill('2');
  await studies.getByLabel('One goes on of').press('Enter');
  await studies.getByText(/Only the one with the best validation loss is asked/).waitFor();
  await studies.getByLabel('First look after').fill('4');
  await studies.getByLabel('First look after').press('Enter');
  await studies.getByText('least has to be below').waitFor();
  // What was typed stands by its message, and nothing can be added that is not what is shown.
  expect(await studies.getByLabel('First look after').inputValue()).toBe('4');
  expect(await studies.getByRole('button', { name: 'Add 4 runs to the queue' }).isDisabled()).toBe(true);
  await screenshot(page, 'asha-refused');
  // What it was before is a mend too.
  await studies.getByLabel('First look after').fill('1');
  await studies.getByLabel('First look after').press('Enter');
  await expect.poll(() => studies.getByText('least has to be below').count()).toBe(0);
  await studies.getByLabel('First look after').fill('2');
  await studies.getByLabel('First look after').press('Enter');
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'asha');
  await studies.getByRole('button', { name: 'Add 4 runs to the queue' }).click();
  await studies.getByRole('button', { name: 'Start the queue' }).click();
  await studies.getByText('waits after 2 epochs').first().waitFor({ timeout: MINUTES });
  await page.goto('about:blank');

  await page.goto(TINY);
  studies = await openStudies(page);
  await studies.getByText('waits after 2 epochs').first().waitFor();
  await studies.getByRole('button', { name: /the queue$/ }).click();
  await studies.getByText('All four runs are done.').waitFor({ timeout: 2 * MINUTES });
  const table = studies.getByRole('group', { name: 'Runs of Rates' });
  expect(await table.getByText('ended after 2 epochs').count()).toBeGreaterThan(0);
  expect(await table.getByText('chosen').count()).toBe(1);
  await studies.getByText('1 asked about test pictures').waitFor();
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'asha-done');
  // What was ended early leaves nothing that asks to be gone on with.
  await studies.getByRole('button', { name: 'Close' }).click();
  await barSays(page, /^(?!.*go on)/i);
  expect(await page.getByRole('button', { name: /^Discard/ }).count()).toBe(0);
});
