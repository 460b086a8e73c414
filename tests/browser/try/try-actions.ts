/** What tests do and look at where a trained network is tried. */
import type { Page } from 'playwright-core';
import { finishTiny, TINY } from '../actions.ts';
import { newPage } from '../harness.ts';

const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

export async function openTry(): Promise<Page> {
  const page = await newPage({
    path: TINY,
    viewport: { width: 1440, height: 900 },
    flags: CAMERA,
  });
  await finishTiny(page);
  await page.getByRole('button', { name: 'Try it' }).first().click();
  await page.getByText('Drop a picture here').waitFor();
  return page;
}

export const jpeg = (name: string, bytes: Uint8Array) => ({
  name,
  mimeType: 'image/jpeg',
  buffer: Buffer.from(bytes),
});

export const open = (page: Page, ...files: ReturnType<typeof jpeg>[]): Promise<void> =>
  page.getByLabel('Pictures', { exact: true }).setInputFiles(files);

export const clause = (page: Page) => page.getByRole('region', { name: 'Says' }).locator('.clause');
