/** Kept runs that answer together, on the page: made of compared runs, listed, tried, opened, compared and taken to another machine. */
import { expect, it } from 'vitest';
import { barSays, finishTiny, openKept, TINY } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

it('compared runs are kept as one that answers for them', { timeout: 6 * MINUTES }, async () => {
  const page = await newPage({ path: TINY });
  await finishTiny(page);
  await page.goto('about:blank');
  await page.goto(`${TINY}&seed=7`);
  await finishTiny(page);
  const kept = await openKept(page);
  await kept.getByRole('checkbox').first().check();
  await kept.getByRole('checkbox').nth(1).check();
  const together = kept.getByRole('group', { name: 'Keep them as one run' });
  await together.getByLabel('They answer by').selectOption('Weights fitted on validation');
  await together.getByRole('button', { name: 'Keep them as one run' }).click();
  await together.getByText('Kept: an ensemble of 2 networks').waitFor({ timeout: MINUTES });
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'ensemble-made');

  // Beside its members.
  await kept.getByRole('checkbox', { name: /Ensemble of 2 networks/ }).check();
  await kept.getByRole('row', { name: /^networks/ }).waitFor();
  await kept.getByText('They cannot answer together').waitFor();
  await screenshot(page, 'ensemble-compared');

  await kept.getByRole('button', { name: 'Ensemble of 2 networks', exact: true }).click();
  await kept.getByText('They answer together: weights fitted on validation').waitFor();
  expect(await kept.getByRole('button', { name: 'Train on from it' }).count()).toBe(0);
  await kept.getByRole('button', { name: 'Test it on the open set' }).click();
  await kept.getByText(/^On the open set it is right on .* of 16 pictures/).waitFor({ timeout: MINUTES });
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'ensemble-chosen');

  await kept.getByRole('button', { name: 'Try it' }).click();
  const tried = page.getByRole('dialog', { name: 'Try it' });
  await tried.getByText('Ensemble of 2 networks').waitFor({ timeout: MINUTES });
  await tried.getByRole('button', { name: 'Test picture 1' }).click();
  await tried.getByText('In truth:').waitFor({ timeout: MINUTES });
  expect(await tried.getByRole('radio', { name: 'Why' }).count()).toBe(0);
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'ensemble-tried');
  await tried.getByRole('button', { name: 'Close' }).click();

  // A member that is deleted stays for as long as it answers.
  await kept
    .getByRole('button', { name: /^MobileNetV2/ })
    .first()
    .press('Delete');
  await kept.getByText('which stays as long as Ensemble of 2 networks needs it').waitFor();
  expect(await kept.getByRole('button', { name: /^Delete for good/ }).count()).toBe(0);
  await kept.getByRole('button', { name: /^Restore/ }).click();

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    kept.getByRole('button', { name: 'Save for another machine' }).click(),
  ]);
  const other = await newPage({ path: TINY });
  await finishTiny(other);
  const there = await openKept(other);
  await there.getByLabel('Runs from a file').setInputFiles(await file.path());
  const found = other.getByRole('dialog', { name: 'Runs from a file' });
  await found.getByText('Ensemble of 2 networks').waitFor();
  await found.getByRole('button', { name: 'Keep 3 runs here' }).click();
  await found.getByText('3 runs kept here').waitFor();
  await found.getByRole('button', { name: 'Close' }).click();
  await there.getByRole('button', { name: 'Ensemble of 2 networks', exact: true }).click();
  await there.getByRole('button', { name: 'Open in the studio' }).click();
  await barSays(other, /^Finished on/);
  await other.getByText('Two networks together: mobilenetv2, mobilenetv2').waitFor();
  await other.getByText('trained as runs of their own:').waitFor();
  expect(await other.getByText('Nothing is trained yet').count()).toBe(0);
  await other.getByRole('table', { name: /Confusion matrix, test/ }).waitFor();
  expect(await axe(other)).toEqual([]);
  await screenshot(other, 'ensemble-reopened');
  await other.emulateMedia({ colorScheme: 'dark' });
  await other.setViewportSize({ width: 390, height: 844 });
  expect(await axe(other)).toEqual([]);
  const again = await openKept(other);
  await again.getByRole('button', { name: 'Ensemble of 2 networks', exact: true }).click();
  await again.getByText('They answer together').waitFor();
  expect(await axe(other)).toEqual([]);
  await screenshot(other, 'ensemble-narrow-dark');
});
