/** The list of devices: what of the recipe stands in it, what it says was measured, and how it lets go of either. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { axe } from '../axe.ts';
import { appUrl, newPage, screenshot } from '../harness.ts';
import { barSays, finishTiny, openReady, TINY } from '../actions.ts';

it('has how WebGPU lays matrix products out, as part of the recipe; what is measured of it can be again', async () => {
  const page = await openReady({ path: `?backend=webgpu${TINY}` });
  await page.getByRole('button', { name: /Runs on/ }).click();
  const dialog = page.getByRole('dialog');
  const [, label = ''] = /Runs on (.*)/u.exec(await dialog.getByRole('heading').innerText()) ?? [];
  const status = dialog.getByRole('status');
  await status.getByText('computes in software').waitFor();
  await dialog.getByRole('radio', { name: /^By a table/ }).check();
  await expect.poll(() => page.url()).toMatch(/&gpuKernels=table/);
  expect(await status.count()).toBe(0);
  const measured = {
    ...{ device: label, measuredAtMs: 1_700_000_000_000 },
    ways: { 'forward, 1x1, small': 'shared 64x64, 8x4', 'inputGrad, 1x1, small': 'direct 4x4' },
    gains: { 'forward, 1x1, small': 1.96, 'inputGrad, 1x1, small': 1 },
  };
  // What a run on a graphics card would have left; by a choice between the two, the list looks for it.
  const left = async (found: object, says: string): Promise<void> => {
    await leaveMeasured(page, { ...measured, ...found });
    await dialog.getByRole('radio', { name: /^By a table/ }).check();
    await dialog.getByRole('radio', { name: /^The fastest/ }).check();
    await status.getByText(says).waitFor();
  };
  await left({ ways: {}, gains: {} }, 'half a second is too short here for any kind of layer');
  await left(
    { by: 'Mien 0, a browser' },
    'by another version of this browser or of Mien: the next run measures anew',
  );
  expect(await dialog.getByRole('button', { name: 'Measure again' }).count()).toBe(0);
  await left({}, '2 kinds of layers: for 1 of them another way than the table’s is faster, up to 2.0 times.');
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'gpu-kernels');
  await dialog.getByRole('button', { name: 'Measure again' }).focus();
  await page.keyboard.press('Enter');
  await status.getByText('the next run does it first').waitFor();
  // The button is gone: whoever goes by keys is where it was.
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain(
    'the next run does it first',
  );
  await dialog.getByRole('radio', { name: /^As fits/ }).check();
  await expect.poll(() => page.url()).not.toMatch(/gpuKernels/);
  const halves = dialog.getByRole('checkbox', { name: /^Activations as halves/ });
  await halves.check();
  await expect.poll(() => page.url()).toMatch(/&gpuActivations=float16/);
  await halves.uncheck();
});

/** Has a device measured, as far as the page can tell. */
async function leaveMeasured(page: Page, measured: object): Promise<void> {
  await page.evaluate(async (text) => {
    const opening = indexedDB.open('mien-kept-measurements');
    const database = await new Promise<IDBDatabase>((resolve) => {
      opening.onsuccess = () => resolve(opening.result);
    });
    const bytes = new TextEncoder().encode(text);
    const writing = database.transaction('bytes', 'readwrite');
    writing.objectStore('bytes').put(bytes, ['bytes', 'here']);
    writing.objectStore('bytes').put(bytes.length, ['size', 'here']);
    await new Promise((resolve) => {
      writing.oncomplete = resolve;
    });
  }, JSON.stringify(measured));
}

it('has what a recipe asks for of WebGPU among the devices though another computes, says so, and lets it go', async () => {
  const ways = encodeURIComponent(
    JSON.stringify({ on: 'a GPU', ways: { 'forward, 1x1, small': 'direct 4x8' } }),
  );
  const page = await openReady({ path: `${TINY}&gpuActivations=float16&gpuKernels=${ways}` });
  await page.getByRole('button', { name: /Runs on/ }).click();
  const dialog = page.getByRole('dialog');
  const halves = dialog.getByRole('checkbox', { name: /^Activations as halves.*On wasm it changes nothing/ });
  await halves.uncheck();
  const ofRun = dialog.getByRole('radio', { name: /^Those of the run/ });
  expect(await ofRun.isChecked()).toBe(true);
  await dialog.getByRole('radio', { name: /^As fits/ }).check();
  await expect.poll(() => page.url()).not.toMatch(/gpu/);
  // What was left by a slip is still there.
  await halves.check();
  await ofRun.check();
  await expect.poll(() => decodeURIComponent(page.url())).toContain('gpuKernels={"on":"a GPU"');
  await page.keyboard.press('Escape');
  await finishTiny(page);
  await page.getByText('The recipe names the ways that a run took on WebGPU').waitFor();
  await page.getByText('The recipe asks for activations as halves, which only WebGPU stores').waitFor();
});

it('has relaxed SIMD beside the devices, as part of the recipe, and loads its kernels for the first run that asks', async () => {
  const page = await newPage({ path: null });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(new URL(TINY, appUrl()).href);
  await barSays(page, /^Ready/);
  const loaded = (): number => asked.filter((url) => url.includes('relaxed')).length;
  await finishTiny(page);
  await page.getByRole('button', { name: /Runs on/ }).click();
  const dialog = page.getByRole('dialog');
  const choice = dialog.getByRole('checkbox', { name: /^Relaxed SIMD/ });
  await choice.check();
  await expect.poll(() => page.url()).toMatch(/&simd=relaxed/);
  await page.keyboard.press('Escape');
  expect(loaded()).toBe(0);
  await finishTiny(page);
  expect(loaded()).toBe(1);
  expect(await page.getByRole('alert').count()).toBe(0);
});
