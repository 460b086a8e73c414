/** What a user does on the page, for tests. */
import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** A recipe of seconds: few small pictures, two short phases, on the real engine. */
export const TINY =
  '#quick-look&dataset.pictures=80&image.size=32&augmentation.views=1&phases.0.epochs=1&phases.1.epochs=1&backbone.weights=random';

/** Waits until the transport bar says something. */
export async function barSays(page: Page, pattern: RegExp, timeout = 60_000): Promise<void> {
  await expect.poll(() => page.locator('.now').innerText(), { timeout }).toMatch(pattern);
}

export async function train(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click({ timeout: 60_000 });
}

/** Trains whatever short recipe is open and waits for its end. */
export async function finishTiny(page: Page, timeout = 120_000): Promise<void> {
  await train(page);
  await barSays(page, /^Finished/, timeout);
}

/** Takes the trained network home, and opens its zip: the files by name. */
export async function takeHome(page: Page): Promise<Record<string, Uint8Array>> {
  await page.getByRole('button', { name: 'Take home' }).first().click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page
      .getByRole('button', { name: /Download/ })
      .first()
      .click(),
  ]);
  return unzipSync(await readFile(await download.path()));
}

/** A drop onto the middle of the page. @returns whether the browser was kept from opening it */
export const drop = (page: Page, name: string, bytes: Uint8Array): Promise<boolean> =>
  page.evaluate(
    ([fileName, text]) => {
      const dataTransfer = new DataTransfer();
      const letters = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      dataTransfer.items.add(new File([letters], fileName));
      const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
      return !document.querySelector('main')!.dispatchEvent(event);
    },
    [name, Buffer.from(bytes).toString('base64')] as const,
  );

/** Opens the list of kept runs. */
export async function openKept(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: /kept runs?$/ }).click({ timeout: 60_000 });
  const dialog = page.getByRole('dialog', { name: 'Kept runs' });
  await dialog.waitFor();
  return dialog;
}
