/** A run whose numbers leave the numbers, on the page: what is said, and how the network of its best epoch is kept. */
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { barSays, takeHome, TINY, train } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;
const SGD = 'phases.1.learningRate=10&phases.1.optimizer={"name":"sgd","momentum":0.9}';
/**
 * A rate that climbs until the loss explodes, in the midst of the second phase's third epoch. MobileNet's activations have
 * a bound, so that its loss only grows large; of those without the smallest.
 */
const CLIMBING = `?backend=wasm${TINY}&backbone={"name":"efficientnetb0","weights":"random"}&batchSize=8&${SGD}&phases.1.epochs=8&phases.1.schedule={"name":"warmUp","warmUpEpochs":6}&earlyStopping.patience=8`;
/** Averages of BatchNorm that leave the numbers in the first epoch of the second phase. */
const AT_ONCE = `?backend=wasm${TINY}&phases.0.epochs=2&batchSize=16&${SGD}&phases.1.unfreeze=40&phases.1.batchNorm=batch`;

const failure = (page: Page): Locator => page.getByRole('alert').filter({ hasText: 'train/not-finite' });
const offer = (page: Page): Locator => page.getByRole('region', { name: 'Unfinished run' });
const keep = (place: Locator): Locator => place.getByRole('button', { name: /^Keep epoch \d+$/ });

/** What the exported network says of itself. */
async function exportedBy(page: Page): Promise<{ test: { accuracy: number; loss: number } }> {
  const files = await takeHome(page);
  const { userDefinedMetadata } = JSON.parse(new TextDecoder().decode(files['model.json'])) as {
    userDefinedMetadata: { test: { accuracy: number; loss: number } };
  };
  return userDefinedMetadata;
}

it(
  'offers a tenth of the rate, and on the next visit still the network of the best epoch',
  { timeout: 6 * MINUTES },
  async () => {
    const page = await newPage({ path: CLIMBING, viewport: { width: 1440, height: 900 } });
    await barSays(page, /^Ready/);
    await train(page);
    await failure(page).waitFor({ timeout: 3 * MINUTES });
    const words = await failure(page).innerText();
    expect(words).toMatch(/stopped being a number in phase fineTune, epoch \d+, (at step|between steps)/);
    expect(words).toMatch(/learning rate .*: 10 here/);
    await keep(failure(page)).waitFor();
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'not-finite');
    const kept = await keep(failure(page)).innerText();

    await failure(page).getByRole('button', { name: 'Train again at 1', exact: true }).click();
    await expect.poll(() => page.url()).toContain('phases.1.learningRate=1&');
    // With the frozen part at hand the head's one epoch can be over between two looks.
    await barSays(page, /^(Head|Fine-tune)/);
    await page.getByRole('button', { name: 'Stop' }).click();
    await barSays(page, /^Stopped/);

    await page.goto('about:blank');
    await page.goto(`?backend=wasm${TINY}`);
    await offer(page)
      .getByText(/ failed on .* Fine-tune epoch \d+ can still be tested/)
      .waitFor({ timeout: MINUTES });
    expect(await offer(page).getByRole('button', { name: 'Resume' }).count()).toBe(0);
    expect(await keep(offer(page)).innerText()).toBe(kept);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'not-finite-next-visit');
    await keep(offer(page)).click();
    await barSays(page, /^Stopped\s+\d/, 2 * MINUTES);
    const { test } = await exportedBy(page);
    expect(Number.isFinite(test.loss)).toBe(true);
    expect(await offer(page).count()).toBe(0);
    await screenshot(page, 'not-finite-kept');
  },
);

it(
  'keeps the network on the page where it failed, wide and narrow, in light and dark',
  { timeout: 3 * MINUTES },
  async () => {
    const page = await newPage({ path: AT_ONCE, viewport: { width: 1440, height: 900 } });
    await barSays(page, /^Ready/);
    await train(page);
    await failure(page).waitFor({ timeout: MINUTES });
    expect(await failure(page).innerText()).toMatch(/validation loss is not a number after phase fineTune/);
    await keep(failure(page)).waitFor();
    // The failure says it: no second line about the same run.
    expect(await offer(page).count()).toBe(0);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'not-finite-1440-light');
    await page.setViewportSize({ width: 400, height: 900 });
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'not-finite-400-dark');
    await keep(failure(page)).click();
    await barSays(page, /^Stopped\s+\d/, MINUTES);
    expect(await failure(page).count()).toBe(0);
    await exportedBy(page);
  },
);
