/** The camera as a source: two classes are taken and trained on; what is said when there is no camera. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { shows } from '../../support/shows.ts';
import { barSays, finishTiny, TINY } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;
/** A device that shows a green field with a clock and a moving wedge. */
const FAKE = '--use-fake-device-for-media-stream';
const ALLOW = '--use-fake-ui-for-media-stream';

async function openCapture(flags: readonly string[], viewport = { width: 1440, height: 900 }): Promise<Page> {
  const page = await newPage({ path: TINY, flags, viewport });
  await barSays(page, /^Ready/);
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('radio', { name: /^Camera/ }).check();
  await page.getByRole('button', { name: 'Take pictures' }).click();
  return page;
}

it('takes two classes and trains on them', { timeout: 4 * MINUTES }, async () => {
  const page = await openCapture([FAKE, ALLOW]);
  const dialog = page.getByRole('dialog', { name: 'Pictures from the camera' });
  const use = dialog.getByRole('button', { name: 'Use these' });
  await dialog.getByText(/needs at least 5 pictures for the split: Class 1 has 0, Class 2 has 0/).waitFor();
  expect(await use.isDisabled()).toBe(true);
  await dialog.getByLabel('Name of the class').first().fill('Near/far');

  // By pointer, then by Space.
  const hold = dialog.getByRole('button', { name: /^Hold to take/ });
  await expect.poll(() => hold.first().isEnabled()).toBe(true);
  await hold.first().hover();
  await page.mouse.down();
  await expect.poll(() => dialog.getByRole('img').count()).toBeGreaterThanOrEqual(12);
  await page.mouse.up();
  await dialog.getByText('Each class needs at least 5 pictures for the split: Class 2 has 0.').waitFor();
  await hold.last().focus();
  await page.keyboard.down('Space');
  await expect.poll(() => dialog.getByRole('img').count()).toBeGreaterThanOrEqual(24);
  await page.keyboard.up('Space');
  const taken = await dialog.getByRole('img').count();
  // Let go is let go.
  await page.evaluate(async () => {
    const video = document.querySelector('video');
    // More frames than come between two pictures that are taken.
    for (let frame = 0; frame < 20; frame++) {
      await new Promise((resolve) => video?.requestVideoFrameCallback(resolve));
    }
  });
  expect(await dialog.getByRole('img').count()).toBe(taken);
  await dialog.getByRole('img').first().click();
  await expect.poll(() => dialog.getByRole('img').count()).toBe(taken - 1);
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'camera');

  // The camera is let go with the dialog.
  const track = await page.evaluateHandle(() => {
    const stream = document.querySelector('video')?.srcObject as MediaStream;
    return stream.getTracks()[0];
  });
  expect(await track.evaluate((one) => one?.readyState)).toBe('live');
  await use.click();
  await dialog.waitFor({ state: 'detached' });
  expect(await track.evaluate((one) => one?.readyState)).toBe('ended');
  await page.getByText(`${String(taken - 1)} pictures taken.`).waitFor();
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page
    .getByText(`${String(taken - 1)} pictures in two classes`)
    .first()
    .waitFor({ timeout: MINUTES });
  await page.getByRole('rowheader', { name: 'near-far' }).first().waitFor();

  await page.getByRole('button', { name: `All ${String(taken - 1)} pictures` }).click();
  await page.getByRole('gridcell').first().click();
  await page.getByText(/^JPEG, 320 × 320 pixels/).waitFor();
  await page.getByText('class 2/0001.jpg').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await finishTiny(page);
  shows('browser Chromium takes pictures with the camera');
});

it.each([
  ['none', [`${FAKE}=device-count=0`, ALLOW], 'data/no-camera'],
  ['one that is refused', [FAKE, '--deny-permission-prompts'], 'data/camera-refused'],
])('says what to do about a camera: %s', { timeout: 2 * MINUTES }, async (_what, flags, code) => {
  const page = await openCapture(flags, { width: 400, height: 850 });
  const dialog = page.getByRole('dialog', { name: 'Pictures from the camera' });
  await dialog.getByText(code).waitFor();
  await dialog.getByRole('button', { name: 'Try again' }).waitFor();
  expect(
    await dialog
      .getByRole('button', { name: /^Hold to take/ })
      .first()
      .isDisabled(),
  ).toBe(true);
  expect(await axe(page)).toEqual([]);
  await screenshot(page, `camera-${code.replace('/', '-')}`);
});

it('asks for the pictures where a link names the camera', { timeout: 2 * MINUTES }, async () => {
  const page = await newPage({ path: '#quick-look&dataset={"source":"webcam"}', flags: [FAKE, ALLOW] });
  await page.getByText('data/nothing-taken').first().waitFor({ timeout: MINUTES });
});
