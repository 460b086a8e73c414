/** Weights of the user's own: picked on the page, told apart, trained on. */
import * as tf from '@tensorflow/tfjs';
import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { teachableMachine } from '../../support/networks/teachable-machine.ts';
import { barSays, drop, finishTiny, openReady, openRecipe, TINY } from '../actions.ts';
import { axe } from '../axe.ts';
import { screenshot, sharedPage } from '../harness.ts';

const MINUTES = 60_000;

const onePage = sharedPage(openReady);

it(
  'opens a Teachable Machine export with its labels, and trains on it',
  { timeout: 4 * MINUTES },
  async () => {
    await tf.setBackend('cpu');
    const { files } = await teachableMachine(['happy', 'sad', 'dog'], 96);
    const page = await onePage();
    const column = page.getByRole('region', { name: 'Model' });
    await column.getByText('nothing to load').waitFor({ timeout: MINUTES });
    await column.getByText('Weights and size').click();
    await page.getByLabel('Weights', { exact: true }).selectOption('another');
    const dialog = page.getByRole('dialog', { name: 'Weights from' });
    const picked = (name: string, bytes: Uint8Array) => ({ name, mimeType: '', buffer: Buffer.from(bytes) });
    // What is no file of weights is said, and nothing is taken.
    await dialog.getByLabel('Files').setInputFiles(picked('holiday.h5', new Uint8Array(600).fill(7)));
    await dialog.getByText('model/weights-unknown-format').waitFor();
    expect(await dialog.getByRole('button', { name: 'Use them' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Files').setInputFiles(picked('faces.zip', zipSync({ ...files })));
    await dialog.getByText('MobileNetV2, alpha 0.35').waitFor({ timeout: MINUTES });
    await dialog.getByText('Two of this set’s eight classes are among them.').waitFor();
    await screenshot(page, 'weights-dialog');
    await dialog.getByRole('button', { name: 'Use them' }).click();
    await column.getByText('faces.zip', { exact: true }).first().waitFor();
    await column.getByText(/Their own classes: happy, sad, dog/).waitFor();
    await finishTiny(page);
    await screenshot(page, 'weights-trained');
    // A page cannot open the file by itself after a reload: it says which one to pick, and Train waits for it.
    await page.reload();
    await barSays(page, /^Waiting for faces.zip/);
    const key = page.getByRole('button', { name: 'Train', exact: true });
    expect(await key.isDisabled()).toBe(true);
    const again = page.getByLabel('Pick the file “faces.zip” again');
    await again.setInputFiles(picked('faces.zip', zipSync({ ...files })));
    await barSays(page, /^Ready/);
    expect(await key.isDisabled()).toBe(false);
  },
);

it(
  'takes a Teachable Machine export in whole, says what must be known of it, and trains on from it',
  { timeout: 4 * MINUTES },
  async () => {
    await tf.setBackend('cpu');
    const { files } = await teachableMachine(['happy', 'sad', 'dog'], 32);
    const page = await onePage();
    await openRecipe(page, TINY);
    await barSays(page, /^Ready/);
    // Without its class names it is refused, and the studio is as it was.
    const { 'metadata.json': _, ...nameless } = files;
    await drop(page, 'nameless.zip', Buffer.from(zipSync(nameless)));
    await page.getByRole('button', { name: /^Take the trained network in/ }).click();
    const dialog = page.getByRole('dialog', { name: 'A network comes in' });
    await dialog.getByText('model/import-labels').waitFor({ timeout: MINUTES });
    await dialog.getByText('Nothing was changed.').waitFor();
    await page.setViewportSize({ width: 390, height: 800 });
    await screenshot(page, 'network-refused-narrow');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.setViewportSize({ width: 1400, height: 900 });

    await drop(page, 'tm.zip', Buffer.from(zipSync({ ...files })));
    await page.getByRole('button', { name: /^Take the trained network in/ }).click();
    await dialog.getByText(/no proof came with it/).waitFor({ timeout: MINUTES });
    await dialog.getByText(/Teachable Machine cuts pictures/).waitFor();
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'network-comes-in');
    await page.emulateMedia({ colorScheme: 'dark' });
    await screenshot(page, 'network-comes-in-dark');
    await dialog.getByRole('button', { name: 'Train on from it' }).click();
    await page.getByRole('region', { name: 'Model' }).getByText('hidden layer of 100').first().waitFor();
    await finishTiny(page);
    await page
      .getByText(/tells happy, sad, dog apart; this set has/)
      .first()
      .waitFor();
    await screenshot(page, 'network-trained-on');
  },
);
