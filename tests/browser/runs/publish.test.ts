/** Publishing by the page: what would be sent is seen first; a token that is refused and a cut line lose nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { finishTiny, TINY } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';
import { startTestHub } from '../../support/sets/local-hub.ts';

const TOKEN = 'hf_marzipanIsSecret';
const REPO = 'classroom/faces-net';

it('a network is published once its files were seen', { timeout: 300_000 }, async () => {
  const hub = await startTestHub({ writeToken: TOKEN });
  const page = await newPage({
    path: TINY,
    allow: [/40[19]/, /ERR_EMPTY_RESPONSE|ERR_CONNECTION|ERR_FAILED/],
  });
  await finishTiny(page);
  await page.getByRole('button', { name: /^Publish it/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Publish on the Hugging Face Hub' });
  await dialog.getByLabel('Model').fill(REPO);
  await dialog.getByLabel('Access token').fill('hf_another');
  await dialog.getByLabel('Hub', { exact: true }).fill(hub.origin);
  await dialog.getByLabel('Keras').uncheck();
  await dialog.getByLabel('safetensors').check();
  await dialog.getByRole('button', { name: 'Show what would be sent' }).click();
  const files = dialog.getByRole('region', { name: 'Files' });
  await files.getByText('onnx/model.int8.onnx').waitFor({ timeout: 120_000 });
  await dialog.getByText('The model card').click();
  await dialog.getByText('## Gaps').waitFor();
  expect(hub.requests).toEqual([]);
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'publish-shown');

  const send = dialog.getByRole('button', { name: /^Send \d+ files, / });
  await send.click();
  await dialog.getByText('The token was not taken.').waitFor();
  expect(existsSync(join(hub.folder, 'models', REPO))).toBe(false);
  await page.setViewportSize({ width: 390, height: 800 });
  await screenshot(page, 'publish-refused-narrow');

  await dialog.getByLabel('Access token').fill(TOKEN);
  // Each from the third on: Chromium itself tries once more.
  hub.misbehave({ server: 'files', path: '/storage/', kind: 'cut', afterBytes: 0, skip: 2 });
  await send.click();
  await dialog.getByText('the connection broke').waitFor({ timeout: 60_000 });
  expect(existsSync(join(hub.folder, 'models', REPO, 'README.md'))).toBe(false);
  hub.misbehave();
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await send.click();
  await dialog.getByRole('link', { name: `${hub.origin}/${REPO}` }).waitFor({ timeout: 60_000 });
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'published-dark');
  const card = readFileSync(join(hub.folder, 'models', REPO, 'README.md'), 'utf8');
  expect(card).toContain('pipeline_tag: "image-classification"');
  expect(existsSync(join(hub.folder, 'models', REPO, '.private'))).toBe(true);
  // The token is nowhere but in its field.
  const stored = await page.evaluate(() =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), location.href]),
  );
  expect(stored).not.toContain(TOKEN);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: /^Publish it/ }).click();
  expect(await dialog.getByLabel('Access token').inputValue()).toBe('');
  await hub.close();
});
