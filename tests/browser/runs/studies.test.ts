/** Studies on the page: refused before anything runs, carried out run after run, gone on with after a reload, compared and taken home. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { barSays, TINY } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

const base = {
  dataset: { source: 'sample', pictures: 80 },
  image: { size: 32 },
  augmentation: { views: 1 },
  backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'random' },
  phases: [{ name: 'head', epochs: 2, learningRate: 0.001 }],
  earlyStopping: null,
};

const fileOf = (study: unknown, name = 'study.json') => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(JSON.stringify(study)),
});

async function openStudies(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Studies' }).click({ timeout: MINUTES });
  const dialog = page.getByRole('dialog', { name: 'Studies' });
  await dialog.waitFor();
  return dialog;
}

/** The epoch that the bar names first from now on. */
function firstEpochSaid(page: Page): Promise<number> {
  return page.locator('.now').evaluate(
    (bar) =>
      new Promise<number>((resolve) => {
        new MutationObserver((_changes, observer) => {
          const epoch = /head (\d+)/.exec(bar.textContent)?.[1];
          if (epoch === undefined) return;
          observer.disconnect();
          resolve(Number(epoch));
        }).observe(bar, { characterData: true, childList: true, subtree: true });
      }),
  );
}

it('a study is carried out, and goes on where it was after a reload', { timeout: 5 * MINUTES }, async () => {
  const page = await newPage({ path: TINY });
  let studies = await openStudies(page);
  const file = studies.getByLabel('A study of your own');
  await file.setInputFiles(fileOf({ name: 'Bad', base, vary: { batchSize: [32, 'many'], seed: [7] } }));
  await studies.getByText('The combination batchSize = many, seed = 7 is refused').waitFor();
  await file.setInputFiles(fileOf({ name: 'Lost', base: 'elsewhere.json', vary: { seed: [7] } }));
  await studies.getByText('Pick the study and the recipe together').waitFor();
  expect(await studies.getByRole('button', { name: /^Add/ }).count()).toBe(0);

  const vary = { 'head.dropout': [0, 0.5], seed: [1, 2] };
  const recipe = fileOf(base, 'base.json');
  await file.setInputFiles([fileOf({ name: 'Dropout', base: 'base.json', vary }), recipe]);
  await studies.getByText(/^Four runs on Drawn faces/).waitFor();
  await studies.getByText('no run like them was measured').waitFor();
  await studies.getByRole('button', { name: 'Add 4 runs to the queue' }).click();
  await studies.getByText('0 of 4 runs done').waitFor();
  expect(await axe(page)).toEqual([]);
  await studies.getByRole('button', { name: 'Start the queue' }).click();
  await studies.getByText('1 of 4 runs done').waitFor({ timeout: 2 * MINUTES });
  await page.goto('about:blank');

  await page.goto(TINY);
  // Said where runs are listed, not in the queue's own dialog alone.
  await page.getByRole('button', { name: /^Studies, [123] waiting$/u }).waitFor({ timeout: MINUTES });
  studies = await openStudies(page);
  await studies.getByRole('button', { name: 'Go on with the queue' }).click();
  await barSays(page, /^Run \d of 4/);
  await studies.getByText('All four runs are done.').waitFor({ timeout: 2 * MINUTES });
  const table = studies.getByRole('group', { name: 'Runs of Dropout' });
  // Runs of one seed have the frozen part in common: the second finds it there.
  await expect.poll(() => table.getByText('was there').count()).toBeGreaterThan(0);
  await studies.getByText('Means of repeats').waitFor();

  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    studies.getByRole('button', { name: 'Table, .csv' }).click(),
  ]);
  const lines = (await readFile(await csv.path(), 'utf8')).trim().split('\n');
  expect(lines[0]).toMatch(/^run,head\.dropout,seed,epochs,validation loss/);
  expect(lines).toHaveLength(5);
  const [report] = await Promise.all([
    page.waitForEvent('download'),
    studies.getByRole('button', { name: 'Report, .html' }).click(),
  ]);
  const html = await readFile(await report.path(), 'utf8');
  expect(html).toContain('Means of repeats');
  expect(html).toContain('Validation loss of 4 runs by epoch');

  await studies.getByText('The best of them together').click();
  await studies.getByLabel('How many').selectOption('2');
  await studies.getByText(/^Those with the least validation loss: \d-[^,]*, \d-[^,]*\. Test/).waitFor();
  await screenshot(page, 'study-best');
  await studies.getByRole('button', { name: 'Keep the best two as one run' }).click();
  await studies.getByText('Kept: an ensemble of 2 networks').waitFor({ timeout: MINUTES });

  await table.getByRole('checkbox').nth(0).check();
  await table.getByRole('checkbox').nth(1).check();
  await studies.getByText('Only what differs in the recipes').waitFor();
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'study');

  await studies.getByRole('button', { name: 'Close' }).click();
  // One that ended as the page was closed is not carried out again.
  await page.getByRole('button', { name: 'All five kept runs' }).waitFor();
});

it(
  'a queue that is stopped keeps the run at hand for later; one run is chosen before the test',
  { timeout: 5 * MINUTES },
  async () => {
    const page = await newPage({ path: TINY });
    const studies = await openStudies(page);
    const long = { ...base, phases: [{ name: 'head', epochs: 400, learningRate: 0.001 }] };
    await studies
      .getByLabel('A study of your own')
      .setInputFiles(fileOf({ name: 'Long', base: long, vary: { seed: [1, 2] } }));
    await studies.getByRole('button', { name: 'Add 2 runs to the queue' }).click();
    await studies.getByRole('button', { name: 'Start the queue' }).click();
    await barSays(page, /^Run 1 of 2: head [2-9]/);
    await studies.getByRole('button', { name: 'Stop the queue' }).click();
    await studies.getByRole('button', { name: 'Start the queue' }).waitFor();
    await studies.getByText('0 of 2 runs done').waitFor();
    const firstEpoch = firstEpochSaid(page);
    await studies.getByRole('button', { name: 'Start the queue' }).click();
    expect(await firstEpoch).toBeGreaterThan(1);
    await studies.getByRole('button', { name: 'Stop the queue' }).click();
    await studies.getByRole('button', { name: 'Start the queue' }).waitFor();
    await studies.getByRole('button', { name: 'Take off the queue Long' }).click();
    await studies.getByText('Nothing is on the queue').waitFor();

    await studies
      .getByLabel('A study of your own')
      .setInputFiles(fileOf({ name: 'Chosen', base, vary: { 'head.dropout': [0, 0.5] }, choose: 'valLoss' }));
    await studies.getByRole('button', { name: 'Add 2 runs to the queue' }).click();
    await studies.getByRole('button', { name: 'Start the queue' }).click();
    await studies.getByText('Both runs are done.').waitFor({ timeout: 2 * MINUTES });
    const table = studies.getByRole('group', { name: 'Runs of Chosen' });
    expect(await table.getByText('not asked').count()).toBe(1);
    expect(await table.getByText('chosen').count()).toBe(1);
    await studies.getByText('1 asked about test pictures').waitFor();
  },
);

it('a run that ended unnoticed by the queue is not carried out again', { timeout: 5 * MINUTES }, async () => {
  const page = await newPage({ path: TINY });
  let studies = await openStudies(page);
  await studies.getByRole('button', { name: 'This recipe' }).click();
  await studies.getByRole('button', { name: /^Add / }).click();
  await studies.getByText(/^0 of 1 run/).waitFor();
  await studies.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await barSays(page, /^Finished/);
  await page.getByRole('button', { name: 'The kept run' }).waitFor();
  studies = await openStudies(page);
  await studies.getByRole('button', { name: 'Start the queue' }).click();
  await studies.getByText('The run is done.').waitFor({ timeout: 2 * MINUTES });
  await studies.getByText('not known').waitFor();
  await studies.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'The kept run' }).waitFor();
});
