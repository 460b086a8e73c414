/** Runs that last: found again after the page was closed, opened with all of their charts, named, starred, deleted and restored. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { barSays, finishTiny, openKept, TINY } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

it(
  'a run is kept until it is deleted, and opens with all of its charts',
  { timeout: 4 * MINUTES },
  async () => {
    const page = await newPage({ path: TINY });
    await finishTiny(page);
    const right = await page.locator('.headline').innerText();
    await page.goto('about:blank');
    // Another day, another set: fewer pictures.
    await page.goto(`${TINY.replace('pictures=80', 'pictures=120')}&phases.0.epochs=2&earlyStopping=null`);
    await finishTiny(page);
    await page.goto('about:blank');
    await page.goto(TINY.replace('pictures=80', 'pictures=160'));

    const kept = await openKept(page);
    const names = kept.getByRole('button', { name: /^MobileNetV2/ });
    await expect.poll(() => names.count()).toBe(2);
    // The oldest comes last.
    await names.last().click();
    await kept.getByLabel('Name').fill('my first');
    await kept.getByLabel('Note').fill('few pictures');
    await kept.getByLabel('Note').press('Enter');
    await kept.getByRole('button', { name: 'Star my first' }).click();
    await expect
      .poll(() => kept.getByRole('button', { name: 'Star my first' }).getAttribute('aria-pressed'))
      .toBe('true');
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'kept-runs');

    await names.first().press('Delete');
    await kept.getByText('Deleted, 1 run').waitFor();
    await kept.getByRole('button', { name: /^Restore/ }).click();
    await expect.poll(() => names.count()).toBe(1);
    await expect.poll(() => kept.getByText('Deleted, 1 run').count()).toBe(0);

    await kept.getByRole('checkbox').first().check();
    await kept.getByRole('checkbox').nth(1).check();
    await kept.getByText('These runs saw other pictures').waitFor();
    await kept.getByText('phases.0.epochs').waitFor();
    expect(await axe(page)).toEqual([]);
    const [table] = await Promise.all([
      page.waitForEvent('download'),
      kept.getByRole('button', { name: 'Table, .csv' }).click(),
    ]);
    expect(await readFile(await table.path(), 'utf8')).toMatch(/^run,.*phases\.0\.epochs.*\nA /);
    // Early stopping is a long value: fields are read whole all the same.
    const field = kept.getByRole('rowheader', { name: 'earlyStopping' });
    expect(await field.evaluate((node) => node.clientWidth)).toBeGreaterThan(80);
    await screenshot(page, 'compared-runs');
    // On a phone the names of the axis have little room: none is written over the other.
    await page.setViewportSize({ width: 390, height: 844 });
    const axis = await kept
      .locator('.overlaid .phase-names span')
      .evaluateAll((spans) =>
        spans.map(
          (span) => getComputedStyle(span).overflowX === 'hidden' || span.scrollWidth <= span.clientWidth,
        ),
      );
    expect(axis).toEqual([true, true]);
    await screenshot(page, 'compared-runs-narrow');
    await page.setViewportSize({ width: 1366, height: 768 });

    // To another machine and back.
    await kept.getByRole('button', { name: 'my first', exact: true }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      kept.getByRole('button', { name: 'Save for another machine' }).click(),
    ]);
    await kept.getByRole('button', { name: 'Delete', exact: true }).click();
    await kept.getByRole('button', { name: /^Delete for good/ }).click();
    await expect.poll(() => names.count()).toBe(1);
    await kept.getByLabel('Runs from a file').setInputFiles(await file.path());
    const found = page.getByRole('dialog', { name: 'Runs from a file' });
    await found.getByText('Nothing of it is stored yet').waitFor();
    expect(await kept.getByRole('button', { name: 'my first', exact: true }).count()).toBe(0);
    await found.getByRole('button', { name: 'Keep it here' }).click();
    await found.getByText('1 run kept here').waitFor();
    await found.getByRole('button', { name: 'Close' }).click();

    await kept.getByRole('button', { name: 'my first', exact: true }).click();
    await kept.getByText(/Computed on wasm · [^:]*\./).waitFor();
    await kept.getByRole('button', { name: 'Open in the studio' }).click();
    await barSays(page, /^Finished on/);
    // The address says of its recipe what differs from the preset, not what its record filled in.
    const fields = (hash: string): readonly string[] => hash.split('&').toSorted();
    await expect.poll(() => fields(new URL(page.url()).hash)).toEqual(fields(TINY));
    expect(await page.locator('.headline').innerText()).toBe(right);
    const training = page.getByRole('region', { name: 'Training' });
    await expect.poll(() => training.locator('.drawing svg').count()).toBe(4);
    await page.getByRole('table', { name: /Confusion matrix, test/ }).waitFor();
    // Its set opens with its recipe, and its pictures with it.
    await page.locator('.mistakes-of-cell').waitFor({ timeout: MINUTES });
    await screenshot(page, 'reopened-run');
    // Without it all but pictures is shown.
    await page.getByRole('button', { name: 'Train again' }).waitFor();
  },
);

it(
  'a kept run is tested on the open set, and a new one trains on from it',
  { timeout: 3 * MINUTES },
  async () => {
    const page = await newPage({ path: TINY });
    await finishTiny(page);
    // What can be taken home is the run's network, whatever is on the page.
    const sizes = page.locator('#take-home').getByText(/About [\d.]+ [kM]B/);
    const before = await sizes.allInnerTexts();
    await page.getByLabel('Backbone', { exact: true }).selectOption('vgg16');
    await page.getByText('VGG16, its last 10 layers open').waitFor();
    expect(await sizes.allInnerTexts()).toEqual(before);
    await page.goto(TINY);
    await page.reload();
    const kept = await openKept(page);
    await kept.getByRole('button', { name: /^MobileNetV2/ }).click();
    expect(before.join()).toContain(await kept.getByText(/^About [\d.]+ MB\.$/).innerText());
    await kept.getByRole('button', { name: 'Test it on the open set' }).click();
    await kept.getByText(/^On the open set it is right on .* of 16 pictures/).waitFor({ timeout: MINUTES });
    await kept.getByText('Not asked about: 64 pictures that it had in training or validation.').waitFor();
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'tested-on-open-set');
    await kept.getByLabel('Name').fill('the first');
    await kept.getByLabel('Name').press('Enter');
    await kept.getByRole('button', { name: 'the first', exact: true }).waitFor();
    await kept.getByRole('button', { name: 'Train on from it' }).click();
    const model = page.getByRole('region', { name: 'Model' });
    await model.getByText('the kept run “the first”').waitFor();
    await expect
      .poll(() => decodeURIComponent(page.url()), { timeout: MINUTES })
      .toContain('backbone.weights={"run":');
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'trains-on');
    await page.getByRole('button', { name: /^Train( again)?$/ }).click();
    await barSays(page, /^Finished/, 2 * MINUTES);
    const again = await openKept(page);
    await expect.poll(() => again.getByRole('checkbox').count()).toBe(2);
  },
);
