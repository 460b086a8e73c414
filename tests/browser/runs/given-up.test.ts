/** What is on its way is given up on the real page, and all is as it was before: a set of a Hub, and weights. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { startTestHub } from '../../support/sets/local-hub.ts';
import { smallSet } from '../../support/sets/small-set.ts';
import { agree, barSays, finishTiny, openReady, openRecipe, TINY } from '../actions.ts';
import { screenshot, sharedPage } from '../harness.ts';

const MINUTES = 60_000;

const onePage = sharedPage(() => openReady({ viewport: { width: 1440, height: 900 } }));

it(
  'a set that is given up leaves all as it was before: recipe, address, what was found, and where everything stands',
  { timeout: 4 * MINUTES },
  async () => {
    const hub = await startTestHub({}, { 'classroom/small/data/train.parquet': await smallSet(80, 20) });
    const page = await onePage();
    await finishTiny(page);
    const parts = page.locator('#data .source, #data .set-parts > *:not(.opening), #data > .note');
    const places = (): Promise<number[][]> =>
      parts.evaluateAll((all) =>
        all.map((part) => {
          const { top, left, width, height } = part.getBoundingClientRect();
          return [top, left, width, height];
        }),
      );
    const found = (): Promise<string> => page.locator('#results').innerText();
    const standing = async () => ({
      ...{ url: page.url(), found: await found(), model: await page.locator('#model').innerText() },
      ...{ places: await places(), recipe: await page.getByLabel('Recipe', { exact: true }).inputValue() },
    });
    const before = await standing();
    hub.misbehave({ server: 'files', kind: 'slow', bytesPerSecond: 6000, skip: 1 });
    await openRecipe(
      page,
      `${TINY.replace('dataset.pictures=80', `dataset={"source":"hub","repo":"classroom/small","endpoint":"${hub.origin}"}`)}&batchSize=8&backbone.alpha=0.5`,
    );
    await agree(page);
    await expect
      .poll(() => page.locator('.opening-note').innerText(), { timeout: 20_000 })
      .toMatch(/downloaded$/);
    // What the set before has shown is out of sight, and in its place.
    const opening = await places();
    expect(opening.slice(1)).toEqual(before.places.slice(1));
    await screenshot(page, 'hub-opening-over');
    await page.getByRole('button', { name: 'Cancel opening the set' }).click();
    await barSays(page, /^Finished/);
    await expect.poll(standing).toEqual(before);
    await hub.close();
  },
);

it(
  'weights that are on their way can be given up, and the network before is still there',
  { timeout: 4 * MINUTES },
  async () => {
    const starter = await readFile('public/starter/mobilenetv2-0.35.safetensors');
    const hub = await startTestHub({}, { 'classroom/weights/mine.safetensors': starter });
    const file = `${hub.origin}/datasets/classroom/weights/resolve/main/mine.safetensors`;
    const page = await onePage();
    await finishTiny(page);
    await openRecipe(
      page,
      TINY.replace('backbone.weights=random', `backbone.alpha=0.35&backbone.weights={"file":"${file}"}`),
    );
    const model = page.getByRole('region', { name: 'Model' });
    await expect.poll(() => model.innerText(), { timeout: MINUTES }).toContain('mine.safetensors');
    await barSays(page, /^Finished/);
    const found = await page.locator('#results').innerText();
    hub.misbehave({ server: 'files', kind: 'slow', bytesPerSecond: 20_000 });
    await page.getByRole('button', { name: 'Train again' }).click();
    await barSays(page, /kB of [\d.]+ [kM]B/);
    await page.getByRole('button', { name: 'Stop' }).click();
    await barSays(page, /^Finished/);
    expect(await page.locator('#results').innerText()).toBe(found);
    // What was given up was nothing but the waiting.
    hub.misbehave();
    await page.getByRole('button', { name: 'Train again' }).click();
    await barSays(page, /^(Head|Fine-tune)/);
    await barSays(page, /^Finished/, 2 * MINUTES);
    await hub.close();
  },
);
